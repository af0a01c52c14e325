"""Geometry against metric: which number of a space goes with what is scored on a task, and how surely."""

import pandas as pd
import streamlit as st

from analysis.series.measured import number_title, numbers_in, score_title, scores_in
from analysis.series.prediction import FEWEST
from ui import against_table, against_view, measured, panel, samples_panel, state, task_offer, words

QUESTION = "Does the geometry of a space say how well it does on a task? A point is a space."
TELLS = "Not everything is measured yet. What is missing becomes an axis here."
NO_SCORE = (
    "No score on a task is known. Score a label column here, or give the study a [[task]], or [[metrics]] of"
    " fine-tuning made elsewhere."
)
FIRST = ("effective_rank", "knn_accuracy", "silhouette", "rankme")  # drawn against a score where nobody chose


def page() -> None:
    """Draw the page."""
    pipeline, dataset = samples_panel.on_page("Geometry against metric", QUESTION)
    if dataset is None:
        return
    asks = [ask for ask in measured.asks_of(pipeline) if ask.kind != "transferability"]
    rows = measured.rows_of(pipeline)
    numbers, scores = numbers_in(rows), scores_in(rows, pipeline.spaces())
    if not pipeline.study.task and not pipeline.study.metrics:
        words.note(NO_SCORE)
        task_offer.draw(pipeline, dataset, expanded=True)
        return
    panel.offer(pipeline, asks, TELLS)
    few = [what for what, frame in (("number", numbers), ("score", scores)) if not len(frame)]
    if few:
        words.note(f"No {' and no '.join(few)} of any space is there yet, so there is nothing to draw.")
        return
    number, score = _chosen(numbers, scores)
    against_view.draw(pipeline, numbers, scores, number, score)
    if against_view.spaces_with_both(numbers, scores) >= FEWEST:
        against_table.draw(pipeline, numbers, scores)


def _chosen(numbers: pd.DataFrame, scores: pd.DataFrame) -> tuple[str, str]:
    """The two axes, number and score."""
    known = list(dict.fromkeys(numbers["axis"]))
    bare = [axis.split("|")[1].partition("@")[0] for axis in known]
    first = next((known[bare.index(name)] for name in FIRST if name in bare), known[0])
    with st.container(horizontal=True):
        axes = list(dict.fromkeys(scores["axis"]))
        st.selectbox("Score", axes, format_func=score_title, width=360, **state.bound("metric", axes))
        given = state.bound("against", known, now=first)
        st.selectbox("Number", known, format_func=number_title, width=360, **given)
    now = state.view()
    return now.against if now.against in known else first, now.metric if now.metric in axes else axes[0]
