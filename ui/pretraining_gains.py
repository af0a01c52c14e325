"""What each way to pre-train scores over its trainings, and which share of a baseline's errors it saves, as a table."""

from typing import Any

import pandas as pd
import streamlit as st

from analysis.figures.words import shown, with_interval
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.registry import task_methods
from analysis.report import file_name
from analysis.series.across_seeds import across_seeds, baseline_of, ways_of
from analysis.series.significance import p_words
from analysis.series.standings import NONE, asks_of, title_of
from ui import export, headings, state, words

KEY = "pretraining.baseline"
TITLE = "What pre-training brings on the tasks"
HOW = (
    "Means over the trainings of a way, each the mean over the task's own seeds; 95 % intervals of samples and"
    " trainings both. Errors saved: (score − baseline) / (1 − baseline), paired by samples and seeds, the baseline's"
    " mean taken as it is. p is corrected (Holm) within each task and method."
)
WAITING = "What pre-training brings on the tasks is said here once every training of a way is scored."


def draw(pipeline: Pipeline) -> None:
    """Draw it where some way has several trainings and the study has tasks."""
    ways = ways_of(pipeline)
    if not ways or not pipeline.study.task:
        return
    headings.draw(TITLE, HOW)
    names = [way.name for way in ways]
    usual = baseline_of(ways)
    if len(ways) > 1:
        st.selectbox("Errors saved against", names, width=320, **state.bound("held", names, now=usual))
    baseline = state.view().held if state.view().held in names else usual
    table = across_seeds(pipeline, baseline, ways)
    if table.empty:
        words.leading(WAITING, "fine_tuning", "Fine-tuning")
        return
    found = _in_words(table)
    st.dataframe(found, hide_index=True, height=38 + 35 * len(found))
    asks = [ask for spec in pipeline.study.task for ask in asks_of(pipeline, spec) if pipeline.find(ask) is not None]
    export.table(pipeline, asks, lambda: table, key=KEY, name=file_name("ways", pipeline.study.name))


def _in_words(table: pd.DataFrame) -> pd.DataFrame:
    rows: list[dict[Any, Any]] = table.to_dict("records")
    return pd.DataFrame([_row(row) for row in rows])


def _row(row: dict[Any, Any]) -> dict[str, str]:
    share = _number(row, "reduction", "reduction_low", "reduction_high", 100)
    return {
        "pre-training": row["way"],
        "task": row["task"],
        "scored by": f"{task_methods()[row['method']].title.lower()}, {title_of(row['number'])}",
        "trainings": str(row["trainings"]),
        "score": with_interval(_number(row, "value", "low", "high", 1)),
        "errors saved, %": NONE if share.value is None else _percent(share),
        "p": NONE if pd.isna(row["p_holm"]) else p_words(row["p_holm"]),
    }


def _number(row: dict[Any, Any], value: str, low: str, high: str, times: float) -> Number:
    if pd.isna(row[value]):
        return Number(value=None, why="none")
    ends = {} if pd.isna(row[low]) else {"low": row[low] * times, "high": row[high] * times}
    return Number(value=row[value] * times, **ends)


def _percent(share: Number) -> str:
    if share.low is None:
        return shown(share.value, 0)
    return f"{shown(share.value, 0)} [{shown(share.low, 0)}, {shown(share.high, 0)}]"
