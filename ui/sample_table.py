"""A table of samples in which a click pins one; neighbours in as many columns as fit beside a map."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from analysis.dataset import Dataset
from ui import samples_view, state, view

MOST = 1_000  # rows shown
LETTERS = 21  # of an id beside a map
EMPTY = "–"  # what a cell without a value shows
WIDTHS = {"distance": 70, "text": 190}  # pixels beside a map, where there are about 316


def draw(
    dataset: Dataset,
    rows: Sequence[int],
    *,
    key: str,
    distances: Sequence[float] | None = None,
    measure: str = "distance",
    extra: pd.DataFrame | None = None,
    height: int | None = None,
) -> None:
    """Draw samples as a table; with `distances` (of this `measure`) a narrow one, `extra` columns beside them."""
    shown = list(rows)[:MOST]
    table = samples_view.table_of(dataset, shown)
    config: dict[str, Any] = {
        "id": st.column_config.TextColumn(width=min(420, max(90, 24 + 7 * max(map(len, table["id"]), default=0)))),
        "text": st.column_config.TextColumn(width="large"),
    }
    if "image" in table:
        config["image"] = st.column_config.ImageColumn("", width="small")
    if extra is not None:
        for place, name in enumerate(extra.columns):
            table.insert(min(1 + place, len(table.columns)), str(name), extra[name].to_numpy()[:MOST])
    if distances is not None:
        near = np.asarray(distances[:MOST], dtype=np.float64)
        table.insert(1, "distance", near)
        table = table[columns_beside_a_map(table, dataset)]
        config["id"] = st.column_config.TextColumn(width=60 if numbered(table) else 156)
        table["id"] = [ending(name) for name in table["id"]]
        config["text"] = st.column_config.TextColumn(width=WIDTHS["text"])
        config["distance"] = st.column_config.NumberColumn(measure, format="%.3f", width=WIDTHS["distance"])

    def pin() -> None:
        chosen = state.rows_chosen(key)
        now, name = state.view(), dataset.ids[shown[chosen[0]]] if chosen and chosen[0] < len(shown) else ""
        if name not in ("", now.pinned, now.second):
            state.look(view.pin(now, name))

    st.dataframe(
        table,
        hide_index=True,
        key=key,
        on_select=pin,
        selection_mode="single-cell",
        column_config=config,
        placeholder=EMPTY,
        height=height or min(420, 38 + 35 * len(table)),
    )


def columns_beside_a_map(table: pd.DataFrame, dataset: Dataset) -> list[str]:
    """The columns of neighbours: what tells samples apart (words where ids are bare numbers), distance, one label."""
    last = ["text"] if numbered(table) and "text" in table else list(dataset.labels[:1])
    return [name for name in ("image", "id", "distance", *last) if name in table]


def ending(name: str) -> str:
    """The end of an id that is too long for a narrow column: of paths and dotted names the end tells more.

    >>> ending("numpy._core._asarray.require"), ending("numpy.ma.asarray")
    ('…ore._asarray.require', 'numpy.ma.asarray')
    """
    return name if len(name) <= LETTERS else f"…{name[1 - LETTERS :]}"


def numbered(table: pd.DataFrame) -> bool:
    """Whether the ids of a table are bare numbers, which tell nobody anything."""
    return all(name.isdigit() for name in table["id"])
