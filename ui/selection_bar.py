"""What is selected: how many, how the next one combines with it, undo and redo, export, and the samples as a table."""

from collections.abc import Sequence
from typing import get_args

import numpy as np
import streamlit as st

from analysis.dataset import Dataset
from analysis.pipeline import Pipeline
from ui import export, named_selections, sample_table, state, view, words
from ui.pane import Look
from ui.rows import row_of
from ui.view import Operation

TITLES = {"replace": "New", "add": "Add", "remove": "Remove", "intersect": "Intersect"}


def draw(pipeline: Pipeline, dataset: Dataset, space: str, look: Look) -> None:
    """Draw bar and table."""
    now = look.view
    where = row_of(dataset)
    rows = [where[name] for name in now.selection if name in where]
    with st.container(horizontal=True, vertical_alignment="center"):
        options = list(get_args(Operation))
        st.segmented_control(
            "The next selection",
            options,
            format_func=TITLES.__getitem__,
            required=True,
            label_visibility="collapsed",
            **state.bound("operation", options),
        )
        st.button("Undo", key="undo", disabled=not now.past, on_click=_undo)
        st.button("Redo", key="redo", disabled=not now.future, on_click=_redo)
        st.button("Clear", key="clear", disabled=not rows, on_click=_clear)
        named_selections.draw(pipeline, dataset)
    matches = None if look.matching is None else [int(row) for row in look.matching.nonzero()[0]]
    if rows:
        st.html(f'<p class="an-title">{len(rows):,} of {len(dataset):,} selected{_made_of(dataset, rows)}</p>')
        export.selection(pipeline, rows, space)
        _table(dataset, rows, "selected")
    elif matches is not None:
        st.html(f'<p class="an-title">{len(matches):,} of {len(dataset):,} match the filter</p>')
        if matches:
            ids = [dataset.ids[row] for row in matches]
            st.button("Select them", key="matches.select", on_click=_select, args=(ids,))
            _table(dataset, matches, "matching")
    else:
        words.quiet(
            "Nothing is selected. The box and lasso tools above the map select, by finger too; the next one does what"
            " is chosen here: New, Add, Remove or Intersect. With a mouse, Shift + drag adds and Alt + drag takes away;"
            " Esc clears and Ctrl + Z undoes."
        )


def _table(dataset: Dataset, rows: list[int], key: str) -> None:
    sample_table.draw(dataset, rows, key=f"table.{key}")
    more = f" The first {sample_table.MOST:,} are shown; the export has all." if len(rows) > sample_table.MOST else ""
    words.quiet(f"A click pins a sample.{more}")


def _made_of(dataset: Dataset, rows: list[int]) -> str:
    """The most frequent classes of the first label among the rows."""
    if not dataset.labels:
        return ""
    labels = dataset.labels_in(dataset.labels[0])
    if labels.kind != "categorical":
        return ""
    codes = labels.codes[rows]
    counts = np.bincount(codes[codes >= 0], minlength=1)
    most = [int(code) for code in np.argsort(-counts, kind="stable")[:4] if counts[code]]
    parts = [f"{words.escaped(labels.classes[code], 40)} {counts[code]:,}" for code in most[:3]]
    return f": {', '.join(parts)}{', …' if len(most) > 3 else ''}" if parts else ""


def _select(ids: Sequence[str]) -> None:
    state.look(view.select(state.view(), ids))


def _undo() -> None:
    state.look(view.undo(state.view()))


def _redo() -> None:
    state.look(view.redo(state.view()))


def _clear() -> None:
    state.look(view.clear(state.view()))
