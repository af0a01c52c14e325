"""How far two spaces agree with one graph, side by side: a row for each number, and which of them are apart.

Two values are apart here where their 95 % intervals do not meet. That is stricter than a test of the difference, which
would need draws that the two share; so what is not marked may differ all the same.
"""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.figures.words import shown, with_interval
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.report import file_name
from analysis.result import Result
from ui import export, state, words
from ui.graph_numbers import FIRST

ALONE = "one space alone"
HOW = (
    "In brackets 95 % intervals of each space alone; apart: the intervals do not meet, which is stricter than a test of"
    " the difference."
)


def choose(others: Sequence[str]) -> str:
    """The widget of the space that stands beside the one looked at; empty for none."""
    if not others:
        return ""
    st.selectbox(
        "Beside",
        ["", *others],
        format_func=lambda name: name or ALONE,
        width=300,
        **state.bound("graph_beside", ["", *others]),
    )
    return state.view().graph_beside if state.view().graph_beside in others else ""


def draw(pipeline: Pipeline, asks: tuple[Ask, Ask], label: str) -> None:
    """Draw the table of both with its export."""
    first, second = asks
    table = table_of((pipeline.make(first), pipeline.make(second)), (first.subject, second.subject), label)
    words.note(finding(table, first.subject, second.subject, first.other))
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        column_config={"apart": st.column_config.TextColumn(width=110)},
        height=min(460, 38 + 35 * len(table)),
    )
    words.quiet(HOW)
    name = file_name("agreement", first.other, first.subject, second.subject)
    export.table(pipeline, list(asks), lambda: table, key="graph.beside", name=name)


def table_of(results: tuple[Result, Result], names: tuple[str, str], label: str) -> pd.DataFrame:
    """One row for each number that either space has, of the graph alone or with this label, the telling ones first."""
    order = {name: at for at, name in enumerate(FIRST)}
    every = dict.fromkeys(name for result in results for name in result.numbers)
    mine = [name for name in every if name.partition("|")[2] in ("", label)]
    rows = []
    for name in sorted(mine, key=lambda one: order.get(one, len(order))):
        left, right = (result.numbers.get(name) for result in results)
        said = {"number": name.partition("|")[0].replace("_", " ")} | {
            space: _said(number) for space, number in zip(names, (left, right), strict=True)
        }
        chances = {f"chance in {space}": _chance(number) for space, number in zip(names, (left, right), strict=True)}
        rows.append(said | {"apart": apart(left, right)} | chances)
    return pd.DataFrame(rows)


def apart(left: Number | None, right: Number | None) -> str:
    """Which of two values is higher beyond both intervals; empty where neither is."""
    if left is None or right is None or left.low is None or right.low is None:
        return ""
    if right.high is not None and left.low > right.high:
        return "first higher"
    return "second higher" if left.high is not None and right.low > left.high else ""


def finding(table: pd.DataFrame, first: str, second: str, graph: str) -> str:
    """What the first row says of the two, in a sentence."""
    top = table.iloc[0]
    how = "their intervals do not meet" if top["apart"] else "their intervals meet"
    return f"With {graph!r}, {top['number']} is {top[first]} in {first} and {top[second]} in {second}; {how}."


def _said(number: Number | None) -> str | None:
    return None if number is None or number.value is None else with_interval(number)


def _chance(number: Number | None) -> str | None:
    if number is None or number.null_low is None or number.null_high is None:
        return None
    return f"{shown(number.null_mean)} [{shown(number.null_low)}, {shown(number.null_high)}]"
