"""A table of samples in which a click pins one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from analysis.dataset import Dataset
from ui import samples_view, state

MOST = 1_000  # rows shown


def draw(
    dataset: Dataset,
    rows: Sequence[int],
    *,
    key: str,
    distances: Sequence[float] | None = None,
    extra: pd.DataFrame | None = None,
    height: int | None = None,
) -> None:
    """Draw samples as a table; `distances` as bars, `extra` columns beside them."""
    shown = list(rows)[:MOST]
    table = samples_view.table_of(dataset, shown)
    config: dict[str, Any] = {
        "id": st.column_config.TextColumn(width=170),
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
        config["distance"] = st.column_config.NumberColumn(format="%.3f", width=70)

    def pin() -> None:
        chosen = state.rows_chosen(key)
        if chosen and chosen[0] < len(shown):
            state.change(pinned=dataset.ids[shown[chosen[0]]])

    st.dataframe(
        table,
        hide_index=True,
        key=key,
        on_select=pin,
        selection_mode="single-cell",
        column_config=config,
        placeholder="–",
        height=height or min(420, 38 + 35 * len(table)),
    )
