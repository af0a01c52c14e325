"""What would choose which checkpoint, and how right it has been: estimates, probes, geometry and static rankers."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analysis.pipeline import Pipeline
from analysis.series.candidates import (
    ESTIMATE,
    GEOMETRY,
    PROBE,
    STATIC,
    Question,
    candidates_of,
    choices,
    judge_title,
    judged_by,
    judges,
    scores_by,
    static_of,
)
from analysis.series.measured import scores_in
from analysis.series.ranking import Ranking, sizes_of
from analysis.series.record import Record, record
from ui import export, measured, panel, ranking_view, state, task_offer, words

TITLE = "What would choose which, and has it been right?"
HOW = (
    "Weighted τ: agreement with the order of the scores, the best counting most; 1 the same, −1 the opposite. Regret:"
    " score that is lost by taking the first choice, in the score's own unit. Gaps: correlation of gaps in the estimate"
    " with gaps in the score. Each is a mean over tasks. An honest candidate beats both rankers that never look at the"
    " task: model size, and a checkpoint's mean rank on the other tasks. “Little …”: less is read as better."
)
NO_SCORE = (
    "No score of any task is known, so nothing can be held to account. Score a label column here,"
    " or give the study a [[task]], or [[metrics]] of fine-tuning made elsewhere."
)
COLUMNS = {
    "candidate": "candidate",
    "kind": "kind",
    "choice": "puts first",
    "probability_best": "P(best)",
    "weighted_tau": "weighted τ",
    "regret": "regret",
    "gap_correlation": "gaps",
    "tasks": "tasks",
    "beats_size": "beats size",
    "beats_elsewhere": "beats mean rank",
}


CHOICE = ("candidate", "kind", "choice", "probability_best")  # what stands there where a record means nothing yet


def draw(
    pipeline: Pipeline, asked: Sequence[Question], task: Question, rows: pd.DataFrame, found: Sequence[Ranking]
) -> None:
    """Draw the table of all candidates of a task with their record."""
    st.html(f'<p class="an-title">{TITLE}</p>')
    spaces = pipeline.spaces()
    scores, candidates = scores_in(rows, spaces), candidates_of(rows, asked, spaces)
    known = {judge_title(judge): judge for judge in judges(scores)}
    held: Record | None = None
    if known:
        if len(known) > 1:
            st.selectbox("Held to", list(known), width=320, **state.bound("judge", list(known)))
        judge = known.get(state.view().judge) or next(iter(known.values()))
        candidates, truth = judged_by(candidates, judge), scores_by(scores, judge, spaces)
        held = record(candidates, truth, sizes_of(pipeline))
        names = ", ".join(sorted(set(truth["task"])))
        words.quiet(f"Held to {judge_title(judge)} on {names}.")
        if held.caution:
            words.note(held.caution)
    else:
        words.note(NO_SCORE)
        if not pipeline.study.task:
            task_offer.draw(pipeline, pipeline.dataset(), expanded=True)
    asks = [ask for ask in measured.asks_of(pipeline) if ask.kind in ("task", "metrics")]
    panel.offer(pipeline, asks, "Some scores that candidates could be held to are not computed.", place="record")
    if known:
        candidates = pd.concat([candidates, static_of(truth, sizes_of(pipeline), spaces)], ignore_index=True)
    table = _table(choices(candidates, found, task.name), held)
    if not len(table):
        return
    sure = held is not None and not held.caution
    key = "ranking.record"

    def open_map() -> None:
        chosen = state.rows_chosen(key)
        if chosen and isinstance(space := table["space"].iloc[chosen[0]], str):
            ranking_view.open_map(space)

    shown = table[[name for name in COLUMNS if name in table and (sure or name in CHOICE)]].rename(columns=COLUMNS)
    number = st.column_config.NumberColumn(format="%.2f")
    st.dataframe(
        shown,
        hide_index=True,
        key=key,
        on_select=open_map,
        selection_mode="single-cell",
        column_config=dict.fromkeys(("P(best)", "weighted τ", "gaps"), number)
        | {"regret": st.column_config.NumberColumn(format="%.4f")},
        placeholder="–",
        height=min(460, 38 + 35 * len(shown)),
    )
    words.quiet(f"A click on a row opens the map of what it puts first. {HOW if sure else ''}")
    if held is not None and not sure:
        with st.expander("The record all the same, from which nothing follows"):
            st.dataframe(table[[name for name in COLUMNS if name in table]].rename(columns=COLUMNS), hide_index=True)
            words.quiet(HOW)
    export.table(pipeline, asks, lambda: table, key=key, name="record")


def _table(chosen: pd.DataFrame, held: Record | None) -> pd.DataFrame:
    """The choices with their record: estimates, static rankers, probes, geometry, each by its record."""
    if held is None:
        return chosen
    whole = chosen.merge(held.summary, on="candidate", how="left")
    order = whole["kind"].map({kind: place for place, kind in enumerate((ESTIMATE, STATIC, PROBE, GEOMETRY))})
    whole = whole.assign(order=order).sort_values(["order", "weighted_tau"], ascending=[True, False], kind="stable")
    for column in ("beats_size", "beats_elsewhere"):
        whole[column] = whole[column].map({True: "yes", False: "no"}).fillna("–")
    return whole.drop(columns="order").reset_index(drop=True)
