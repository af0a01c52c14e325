"""The export of every figure and selection: one small menu, each file made only when it is asked for."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.pdf import find_chrome
from analysis.pipeline import Pipeline
from analysis.report import file_name, manifest
from analysis.space import EmbeddingSpace
from ui import files, plot, queries, state, words

if TYPE_CHECKING:
    import plotly.graph_objects as go

NO_CHROME = "A PDF needs Chrome or Chromium and none was found; install one, or save the figure as SVG."
SCALES = (1, 2, 4, 8)  # pixels of a PNG for each of the screen's
WIDTH = 900  # pixels of a PDF, and of a page that has no width of its own


def saving(pipeline: Pipeline, asks: Sequence[Ask], key: str) -> plot.Saving | None:
    """The picture that the browser was asked to save of the figure `key`, once."""
    asked = state.take(f"saving.{key}")
    if asked is None:
        return None
    format, turn, scale = asked
    return plot.Saving(format, turn, scale, manifest(pipeline, list(asks)))


def ask_for(key: str, format: Literal["png", "svg"]) -> None:
    """Have the browser save the figure `key` as it is on the screen."""
    turn = (state.remembered("saving.turn") or 0) + 1
    state.remember("saving.turn", turn)
    state.remember(f"saving.{key}", (format, turn, float(state.answer(f"scale.{key}") or SCALES[1])))


def figure(
    pipeline: Pipeline,
    asks: Sequence[Ask],
    drawn: "Callable[[], go.Figure]",
    *,
    key: str,
    name: str,
    data: Callable[[], pd.DataFrame],
    label: str = "Export",
    on_paper: "Callable[[], go.Figure] | None" = None,
) -> None:
    """The menu of a figure: pictures by the browser, PDF (drawn by `on_paper` where given), page, and its data."""
    worker, said = queries.warm(), partial(manifest, pipeline, list(asks))

    def pdf() -> bytes:
        shown = (on_paper or drawn)()
        height = int(shown.layout.height or 560)
        content = queries.pdf_of(worker, shown.to_json(), width=WIDTH, height=height)
        return files.packed({f"{name}.pdf": content}, said())

    with st.popover(label, key=f"export.{key}"):
        with st.container(horizontal=True):
            st.button("PNG", key=f"png.{key}", on_click=ask_for, args=(key, "png"))
            st.button("SVG", key=f"svg.{key}", on_click=ask_for, args=(key, "svg"))
            _download("PDF", pdf, f"{name}.pdf.zip", key, disabled=find_chrome() is None)
            _download("HTML", lambda: files.page(drawn(), said()), f"{name}.html", key)
            st.segmented_control(
                "PNG, times the screen", SCALES, default=SCALES[1], format_func="{}×".format, key=f"scale.{key}"
            )
        with st.container(horizontal=True):
            _download("Data, CSV", lambda: files.csv(name, data(), said()), f"{name}.csv.zip", key)
            _download("Data, Parquet", lambda: files.parquet(data(), said()), f"{name}.parquet", key)
        words.quiet("Each file carries how it was made: study, seeds, keys, versions, n.")
        if find_chrome() is None:
            words.quiet(NO_CHROME)


def selection(pipeline: Pipeline, rows: Sequence[int], space: str) -> None:
    """The menu of a selection: ids, table, vectors."""
    ask = Ask("space", subject=space)
    said = partial(manifest, pipeline, [ask])
    name, key = file_name("selection", pipeline.study.name), "selection"
    picked = np.asarray(sorted(rows), dtype=np.intp)

    def ids() -> list[str]:
        return [pipeline.dataset().ids[i] for i in picked]

    def table() -> pd.DataFrame:
        dataset = pipeline.dataset()
        frame = dataset.frame.iloc[picked].reset_index(drop=True)
        frame.insert(0, "id", ids(), allow_duplicates=True)
        if dataset.texts is not None:
            frame["text"] = [dataset.texts[i] for i in picked]
        return frame

    def vectors(kind: Literal["npy", "csv"]) -> bytes:
        found: EmbeddingSpace = pipeline.make(ask)
        return files.vectors(file_name("vectors", space), ids(), found.vectors[picked], kind, said())

    with st.popover("Export selection", key=f"export.{key}"):
        with st.container(horizontal=True):
            _download(
                "Ids", lambda: files.packed({f"{name}.csv": files.ids_csv(ids())}, said()), f"{name}.ids.zip", key
            )
            _download("Table, CSV", lambda: files.csv(name, table(), said()), f"{name}.csv.zip", key)
            _download("Table, Parquet", lambda: files.parquet(table(), said()), f"{name}.parquet", key)
        there = pipeline.find(ask) is not None
        with st.container(horizontal=True):
            stem = file_name("vectors", space)
            _download("Vectors, .npy", lambda: vectors("npy"), f"{stem}.npy.zip", key, disabled=not there)
            _download("Vectors, CSV", lambda: vectors("csv"), f"{stem}.csv.zip", key, disabled=not there)
        if not there:
            words.quiet(f"The vectors of {space} are not on this machine yet; compute them on the Overview.")


def _download(label: str, content: Callable[[], bytes], name: str, key: str, *, disabled: bool = False) -> None:
    st.download_button(
        label, data=content, file_name=name, on_click="ignore", key=f"get.{key}.{label}", disabled=disabled
    )
