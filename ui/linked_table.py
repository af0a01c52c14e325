"""A table whose rows are samples, or pairs of them: a click opens the map with them pinned."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from analysis.dataset import Dataset
from analysis.figures.words import cut
from ui import sample_table, samples_view, state, words

SAID = {1: "A click shows the sample on the map.", 2: "A click shows the two on the map and compares them everywhere."}
LINE = 90  # letters of a text


def draw(dataset: Dataset, table: pd.DataFrame, rows: Sequence[str], *, space: str, name: str, key: str) -> None:
    """Draw a table of a space in which the columns `rows` hold numbers of samples."""
    st.html(f'<p class="an-title">{words.escaped(name.replace("_", " ").capitalize())}</p>')
    words.quiet(SAID[len(rows)])
    whole = f"linked.{key}.{name}"

    def open_map() -> None:
        chosen = state.rows_chosen(whole)
        if chosen and chosen[0] < len(table):
            ids = [dataset.ids[int(table[column].iloc[chosen[0]])] for column in rows]
            state.change(
                space=space, beside=False, pinned=ids[0], second=ids[1] if len(ids) > 1 and ids[1] != ids[0] else ""
            )
            state.remember("landing", "map")

    shown = shown_of(dataset, table, rows)
    pictures = [name for name in map(str, shown.columns) if name.startswith("image")]
    st.dataframe(
        shown,
        hide_index=True,
        key=whole,
        on_select=open_map,
        selection_mode="single-cell",
        column_config={name: st.column_config.ImageColumn("", width="small") for name in pictures},
        height=min(320, 38 + 35 * len(shown)),
    )


def shown_of(dataset: Dataset, table: pd.DataFrame, rows: Sequence[str]) -> pd.DataFrame:
    """The table with what people know samples by in place of their numbers, its own numbers first.

    The sample of a column `row_a` stands in `image A`, `id A` (its end, beside another), and then its label and text.
    """
    ids = [column.replace("row", "id") for column in rows]
    found = table.drop(columns=[name for name in (*rows, *ids) if name in table])
    more = {}
    for column in rows:
        picked, which = table[column].astype(int), column.removeprefix("row").replace("_", " ").upper()
        if dataset.images is not None:
            found[f"image{which}"] = [samples_view.thumbnail(dataset.images[row]) for row in picked]
        names = [dataset.ids[row] for row in picked]
        found[f"id{which}"] = [sample_table.ending(name) for name in names] if len(rows) > 1 else names
        for label in dataset.labels[:1]:
            more[f"{label}{which}"] = dataset.frame[label].iloc[picked].to_numpy()
        if dataset.texts is not None:
            more[f"text{which}"] = np.array([cut(dataset.texts[row], LINE) for row in picked], dtype=object)
    return found.assign(**more)
