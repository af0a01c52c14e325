"""What is drawn of a space and a graph: distances, the theorem, radii, and the pairs they disagree on."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.figures.graphs import by_radius, link_distances, recovery
from analysis.pipeline import Pipeline
from analysis.result import Result
from ui import answer_panel, graph_beside, linked_table, state, words

TITLE = "Does the graph decide what can be read from the space?"
PREMISE = (
    "The theorem needs one distance that all linked pairs, and no others, lie within; then a vote among all samples"
    " within it is a vote among the linked ones, and is right as often as the label is consistent over the graph."
)
PAIRS = ("linked_but_far", "near_but_not_linked")


def draw(pipeline: Pipeline, dataset: Dataset, asks: Sequence[Ask], label: str) -> None:
    """Draw what is there of the space that is looked at."""
    there = {ask.subject: ask for ask in asks if pipeline.find(ask) is not None}
    if not there:
        return
    names = list(there)
    ask, other = there[names[0]], ""
    if len(names) > 1:
        with st.container(horizontal=True):
            st.selectbox("Figures of", names, width=300, **state.bound("space", names))
            ask = there.get(state.view().space, ask)
            other = graph_beside.choose([name for name in names if name != ask.subject])
    result: Result = pipeline.make(ask)
    reasons = sorted({number.why for number in result.numbers.values()} - {""})
    if "distances" not in result.tables:
        words.note(" ".join(reasons))
        return
    if other and "distances" in pipeline.make(there[other]).tables:
        graph_beside.draw(pipeline, (ask, there[other]), label)
        for part, each in zip(st.columns(2, gap="medium"), (ask, there[other]), strict=True):
            with part:
                _distances(pipeline, each, place=each.subject)
    else:
        _distances(pipeline, ask)
    for sentence in [*result.notes, *reasons]:
        words.quiet(sentence)
    _theorem(pipeline, there, ask, result, other)
    radii = result.tables["radii"]
    mine = radii[radii["label"] == label] if len(radii) else radii
    if len(mine):
        linked = _consistency(result, label)
        one = replace(result, tables={"radii": mine})
        answer_panel.figure(pipeline, ask, one, lambda found: by_radius(found.tables["radii"], linked), "radii")
    for name in PAIRS:
        if len(table := result.tables[name]):
            linked_table.draw(
                dataset, table, ("row_a", "row_b"), space=ask.subject, name=name, key=f"graph.{ask.other}.{ask.subject}"
            )


def _distances(pipeline: Pipeline, ask: Ask, *, place: str = "") -> None:
    """How far apart the linked and the unlinked pairs of a space are."""
    result: Result = pipeline.make(ask)
    answer_panel.figure(pipeline, ask, result, link_distances, "distances", place=place)


def badge(result: Result, space: str) -> str:
    """Whether the premise of the theorem holds in a space."""
    if bool(result.arrays["recovered"][0]):
        return f"Premise holds: {space} has such a distance, and recovers the graph exactly."
    best = result.numbers.get("best_radius_f1")
    f1 = "" if best is None or best.value is None else f" (F1 of the best one: {best.value:.2f})"
    return f"Premise does not hold: {space} has no such distance{f1}, so that the theorem promises nothing here."


def _theorem(pipeline: Pipeline, there: dict[str, Ask], ask: Ask, result: Result, other: str) -> None:
    """The theorem's premise, whether it holds, and accuracies against local consistency in every space."""
    looked_at = [ask, *([there[other]] if other else [])]
    said = [badge(one, each.subject) for each in looked_at if "recovered" in (one := pipeline.make(each)).arrays]
    if said:
        st.html(f'<p class="an-title">{TITLE}</p>')
        words.quiet(PREMISE)
    for sentence in said:
        words.note(sentence)
    found: dict[str, Result] = {name: pipeline.make(one) for name, one in there.items()}
    known = {name: one for name, one in found.items() if len(one.tables.get("theorem", ()))}
    if not known:
        return
    parts = [one.tables["theorem"].assign(space=name) for name, one in known.items()]
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    table = table[table["lc_majority"].notna()]
    holds = all(bool(one.arrays["recovered"][0]) for one in known.values())
    if len(table):
        whole = replace(result, tables={"theorem": table})
        answer_panel.figure(pipeline, ask, whole, lambda one: recovery(one.tables["theorem"], holds=holds), "theorem")


def _consistency(result: Result, label: str) -> float | None:
    table = result.tables["theorem"]
    mine = table[table["label"] == label]["lc_majority"]
    return None if mine.empty or mine.isna().all() else float(mine.iloc[0])
