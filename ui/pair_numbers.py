"""The two spaces of a page in numbers: each measure with its interval, its chance, and the study's controls."""

import pandas as pd
import streamlit as st

from analysis.dataset import Dataset
from analysis.figures.words import shown, with_interval
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.registry import comparisons
from analysis.result import Result
from analysis.series import pair
from analysis.series.matrix import title_of
from ui import panel, sample_table, samples_panel, words

CHANGE = "neighbourhood_change@"


def draw(pipeline: Pipeline, dataset: Dataset, a: str, b: str) -> None:
    """Draw them, or the panel that computes them."""
    if a == b:
        return
    ask = pair.ask_of(pipeline, a, b)
    result: Result | None = panel.obtain(pipeline, ask, f"How alike {a} and {b} are is not computed.")
    if result is None:
        return
    first = next((name for name, number in result.numbers.items() if number.value is not None), "")
    if first:
        same = comparisons()[first.partition("@")[0]].same
        said = pair.weighed(result.numbers[first], pair.references(pipeline, a, b, first), same)
        title = f"{title_of(first)} of {a} and {b}: {with_interval(result.numbers[first])}. {said}"
        st.html(f'<p class="an-title">{words.escaped(title.strip())}</p>')
    st.dataframe(table_of(pipeline, result, a, b), hide_index=True)
    for sentence in sorted({number.why for number in result.numbers.values()} - {""}) + list(result.notes):
        words.quiet(sentence)
    _changes(dataset, result, a, b)


def table_of(pipeline: Pipeline, result: Result, a: str, b: str) -> pd.DataFrame:
    """One row per number; beside it what chance gives, and what either space has with each control."""
    rows = []
    for name, number in result.numbers.items():
        row = {"measure": title_of(name), "value, 95 % interval": _said(number), "chance": _chance(number)}
        for one in pair.references(pipeline, a, b, name):
            row[f"{one.space} with {one.control}"] = _said(one.number)
        rows.append(row)
    return pd.DataFrame(rows)


def _said(number: Number) -> str:
    return "–" if number.value is None else with_interval(number)


def _chance(number: Number) -> str:
    if number.null_low is None or number.null_high is None:
        return "–"
    return f"{shown(number.null_mean)} [{shown(number.null_low)}, {shown(number.null_high)}]"


def _changes(dataset: Dataset, result: Result, a: str, b: str) -> None:
    """Whose neighbours, in the original spaces, changed most and least; by class."""
    points = {name: values for name, values in result.points.items() if name.startswith(CHANGE)}
    if not points:
        return
    name = next(iter(points))
    k = name.partition("@")[2]
    st.html(f'<p class="an-sub">Share of a sample\'s {k} nearest in one space that the other has not</p>')
    with st.container(horizontal=True):
        for heading, most in (("Moved most", True), ("Stayed", False)):
            with st.expander(heading):
                table = pair.changed(dataset.ids, points[name], most=most)
                key = f"changed.{a}.{b}.{most}"
                sample_table.draw(
                    dataset, table["row"].tolist(), key=key, distances=table["change"].tolist(), measure="changed"
                )
        label = samples_panel.label_of(dataset) if dataset.labels else ""
        if label:
            with st.expander(f"By {words.literal(label)}"):
                st.dataframe(pair.by_class(dataset.labels_in(label), points[name]), hide_index=True)
