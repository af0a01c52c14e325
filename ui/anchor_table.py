"""The anchors of every language model of a study beside one another: error, its interval, constants, perplexity."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.result import Result
from ui import words

Answers = list[tuple[Ask, Result]]
NAMES = ("mse", "constant_mse", "r2", "r2_centred", "perplexity", "log_partition_sd")


def draw(pipeline: Pipeline, asks: Sequence[Ask]) -> None:
    """Draw a row for each model, text, rule and fit that is there, where there is more than one model or text."""
    there: Answers = [(ask, pipeline.make(ask)) for ask in asks if pipeline.find(ask) is not None]
    if len(there) < 2:
        return
    with st.expander("Every model and text"):
        table = table_of(there)
        number = st.column_config.NumberColumn(format="%.3g")
        numbers = {name: number for name in table.select_dtypes("float").columns if name != "n"}
        st.dataframe(table, hide_index=True, column_config=numbers)
        words.quiet("Interval: 95 %, blocks of windows drawn anew. R² and the constant's error move with the gauge.")


def table_of(found: Answers) -> pd.DataFrame:
    """One row for each model, text, rule and fit."""
    rows = []
    for ask, result in found:
        for key, number in result.numbers.items():
            name, _, rest = key.partition("|")
            if name == "mse":
                row: dict[str, object] = {"model": ask.subject, "text": ask.other}
                row["rule"], row["fit"] = rest.rsplit("|", 1)
                row |= {one.replace("_", " "): result.numbers[f"{one}|{rest}"].value for one in NAMES}
                rows.append(row | {"low": number.low, "high": number.high, "n": number.n})
    return pd.DataFrame(rows)
