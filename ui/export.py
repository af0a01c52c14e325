"""The export of every figure and selection: one small menu, each file made only when it is asked for."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.figures.palette import Theme
from analysis.pdf import find_chrome
from analysis.pipeline import Pipeline
from analysis.report import file_name, manifest
from analysis.space import EmbeddingSpace
from ui import files, picture_size, plot, queries, state, words

if TYPE_CHECKING:
    import plotly.graph_objects as go

NO_CHROME = "A PDF needs Chrome or Chromium and none was found; install one, or save the figure as SVG."
PAPERS = {"light": "Light", "dark": "Dark"}
WIDTH = 900  # pixels of a PDF, and of a page that has no width of its own


def saving(pipeline: Pipeline, asks: Sequence[Ask], key: str) -> plot.Saving | None:
    """The picture that the browser was asked to save of the figure `key`, once."""
    asked = state.take(f"saving.{key}")
    if asked is None:
        return None
    format, turn, size, paper = asked
    return plot.Saving(format, turn, size.scale, size.width, paper, manifest(pipeline, list(asks)), size.dpi)


def ask_for(key: str, format: Literal["png", "svg"]) -> None:
    """Have the browser save the figure `key` as it is on the screen."""
    turn = (state.remembered("saving.turn") or 0) + 1
    state.remember("saving.turn", turn)
    state.remember(f"saving.{key}", (format, turn, picture_size.chosen(key), state.answer(f"paper.{key}")))


def figure(
    pipeline: Pipeline,
    asks: Sequence[Ask],
    drawn: "Callable[[], go.Figure]",
    *,
    key: str,
    name: str,
    data: Callable[[], pd.DataFrame],
    label: str = "Export",
    on_paper: "Callable[[Theme], go.Figure] | None" = None,
    dark: "Callable[[], go.Figure] | None" = None,
) -> None:
    """The menu of a figure: pictures by the browser, PDF, page, and its data.

    `on_paper`: how a PDF is drawn for the chosen paper, where otherwise. `dark`: the same on dark paper; where it is
    given, the paper and a PNG's width can be chosen; the paper is light unless dark is chosen, whatever the page is.
    """
    worker, said = queries.warm(), partial(manifest, pipeline, list(asks))

    def pdf(drawn: "Callable[[], go.Figure]") -> bytes:
        shown = drawn()
        height = int(shown.layout.height or 560)
        content = queries.pdf_of(worker, shown.to_json(), width=WIDTH, height=height)
        return files.packed({f"{name}.pdf": content}, said())

    with st.popover(label, key=f"export.{key}"):
        theme: Theme = "dark" if dark is not None and _paper(key) == "dark" else "light"
        paper = dark if dark is not None and theme == "dark" else drawn
        picture_size.choose(key, widths=dark is not None)
        with st.container(horizontal=True):
            st.button("PNG", key=f"png.{key}", on_click=ask_for, args=(key, "png"))
            st.button("SVG", key=f"svg.{key}", on_click=ask_for, args=(key, "svg"))
            printed = partial(pdf, partial(on_paper, theme) if on_paper else paper)
            _download("PDF", printed, f"{name}.pdf.zip", key, disabled=find_chrome() is None)
            _download("HTML", lambda: files.page(paper(), said()), f"{name}.html", key)
        with st.container(horizontal=True):
            _download("Data, CSV", lambda: files.csv(name, data(), said()), f"{name}.csv.zip", key)
            _download("Data, Parquet", lambda: files.parquet(data(), said()), f"{name}.parquet", key)
        words.quiet(
            "Each file carries how it was made: study, seeds, keys, versions, n; a .zip has it in manifest.json, beside"
            " the file that the button names."
        )
        if find_chrome() is None:
            words.quiet(NO_CHROME)


def table(pipeline: Pipeline, asks: Sequence[Ask], data: Callable[[], pd.DataFrame], *, key: str, name: str) -> None:
    """The menu of a table."""
    said = partial(manifest, pipeline, list(asks))
    with st.popover("Export", key=f"export.{key}"), st.container(horizontal=True):
        _download("Data, CSV", lambda: files.csv(name, data(), said()), f"{name}.csv.zip", key)
        _download("Data, Parquet", lambda: files.parquet(data(), said()), f"{name}.parquet", key)


def selection(pipeline: Pipeline, rows: Sequence[int], space: str) -> None:
    """The menu of a selection: ids, table, vectors."""
    ask = Ask("space", subject=space)
    said = partial(manifest, pipeline, [ask])
    name, key = file_name("selection", pipeline.study.name), "selection"
    picked = np.asarray(sorted(rows), dtype=np.intp)

    def ids() -> list[str]:
        return [pipeline.dataset().ids[i] for i in picked]

    def samples() -> pd.DataFrame:
        return table_of(pipeline.find_dataset(items=True) or pipeline.dataset(), picked)

    def vectors(kind: Literal["npy", "csv"]) -> bytes:
        found: EmbeddingSpace = pipeline.make(ask)
        return files.vectors(file_name("vectors", space), ids(), found.vectors[picked], kind, said())

    with st.popover("Export selection", key=f"export.{key}"):
        with st.container(horizontal=True):
            _download("Ids", lambda: files.csv(name, files.ids_of(ids()), said()), f"{name}.ids.zip", key)
            _download("Table, CSV", lambda: files.csv(name, samples(), said()), f"{name}.csv.zip", key)
            _download("Table, Parquet", lambda: files.parquet(samples(), said()), f"{name}.parquet", key)
        there = pipeline.find(ask) is not None
        with st.container(horizontal=True):
            stem = file_name("vectors", space)
            _download("Vectors, .npy", lambda: vectors("npy"), f"{stem}.npy.zip", key, disabled=not there)
            _download("Vectors, CSV", lambda: vectors("csv"), f"{stem}.csv.zip", key, disabled=not there)
        words.quiet("In a CSV, a text that a spreadsheet would take for a formula has an apostrophe before it.")
        if not there:
            words.quiet(f"The vectors of {space} are not on this machine yet; compute them on the Overview.")


def table_of(dataset: Dataset, rows: npt.NDArray[np.intp]) -> pd.DataFrame:
    """The samples of these rows: `id`, the columns, and the whole `text` where an encoder reads one.

    A column of the samples that is called so itself is `id (column)` or `text (column)`.
    """
    frame = dataset.frame.iloc[rows].reset_index(drop=True)
    for name in ("id", "text"):
        other = f"{name} (column)"
        while other in frame:
            other += " (column)"
        frame = frame.rename(columns={name: other})
    frame.insert(0, "id", [dataset.ids[row] for row in rows])
    if dataset.texts is not None:
        frame["text"] = [dataset.texts[row] for row in rows]
    return frame


def _paper(key: str) -> str | None:
    """The choice of the paper that everything but data is drawn on."""
    return st.segmented_control(
        "Paper", list(PAPERS), default="light", format_func=PAPERS.__getitem__, required=True, key=f"paper.{key}"
    )


def _download(label: str, content: Callable[[], bytes], name: str, key: str, *, disabled: bool = False) -> None:
    """A button; one that gives a zip says so."""
    shown = f"{label} (.zip)" if name.endswith(".zip") else label
    st.download_button(
        shown, data=content, file_name=name, on_click="ignore", key=f"get.{key}.{label}", disabled=disabled
    )
