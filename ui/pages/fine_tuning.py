"""Fine-tuning: which checkpoint is best on a task, by how much, beyond doubt or not, and what is different about it."""

from collections.abc import Sequence

import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.pipeline import Pipeline
from ui import (
    cross_words,
    samples_panel,
    task_answers,
    task_choice,
    task_columns,
    task_curves,
    task_metrics,
    task_offer,
    task_splits,
    task_table,
    words,
)

QUESTION = "Which checkpoint is best on a task, by how much, is that more than chance, and what differs in its space?"
NONE = "This study has no task yet. Any label column can be one: score it, and the answer stands here in a sentence."


def page() -> None:
    """Draw the page."""
    pipeline, dataset = samples_panel.on_page("Fine-tuning", QUESTION)
    if dataset is None:
        return
    asks, troubles = task_choice.asked(pipeline)
    for trouble in troubles:
        words.trouble(trouble)
    if not pipeline.study.task:
        words.note(NONE)
        task_offer.draw(pipeline, dataset, expanded=True)
    if asks or pipeline.study.metrics:
        _answers(pipeline, dataset, asks)
    task_metrics.draw(pipeline)
    if pipeline.study.task:
        task_offer.draw(pipeline, dataset)


def _answers(pipeline: Pipeline, dataset: Dataset, asks: Sequence[Ask]) -> None:
    """The sentences on top, then the table and the curves that they are made from."""
    above = st.container()
    chosen = task_choice.choose(pipeline, asks)
    task_answers.offer(pipeline, chosen)
    table = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        columns = task_columns.choose(pipeline, dataset)
        baseline = task_table.choose_baseline(pipeline) if len(chosen.table) else ""
        task_table.export_of(pipeline, chosen, columns)
    with table:
        task_table.draw(pipeline, chosen, columns, baseline)
        cross_words.recipes_said(pipeline, set(chosen.table["space"]))
        task_columns.offer(pipeline, columns)
    with above:
        task_answers.draw(pipeline, chosen, columns)
    task_curves.draw(pipeline, chosen)
    task_splits.draw(pipeline, chosen)
    if task_choice.is_stale(pipeline, chosen):
        st.rerun()
