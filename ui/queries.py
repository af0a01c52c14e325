"""Questions to a space: what is near to a new text, near to a center, or far along a direction.

The warm worker, which keeps the encoders, places texts; it also answers what would take this process too long.
"""

import base64
import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from analysis.ask import Ask
from analysis.described import described
from analysis.geometry.two_samples import Histogram
from analysis.knn_graph import Metric
from analysis.neighbors.centers import Along, along, ends, near_center
from analysis.pipeline import Pipeline
from analysis.series.two_samples import InSpace, histogram_of, in_space
from analysis.space import EmbeddingSpace
from analysis.warm import IDLE, Warm, packed, unpacked
from models.errors import Failed

AFTER = 5.0  # seconds, in which the first page is painted
AT_ONCE = 1 << 24  # numbers of a space that this process goes through by itself: some tenths of a second


@dataclass(frozen=True)
class Nearest:
    """The samples nearest to a query in the original space: rows, nearest first, and their distances."""

    rows: tuple[int, ...]
    distances: tuple[float, ...]


@st.cache_resource(show_spinner=False)
def warm() -> Warm:
    """The warm worker of this server."""
    return Warm()


@st.cache_resource(ttl=IDLE / 2, show_spinner=False)
def get_ready() -> None:
    """Start the warm worker a while after the first page, so that the first question need not wait for it."""
    timer = threading.Timer(AFTER, _ready, args=(warm(),))
    timer.daemon = True
    timer.start()


def _ready(worker: Warm) -> None:
    try:
        worker.ask({"do": "ready"})
    except Failed:
        return  # the first question starts it again and says what is wrong


@st.cache_resource(max_entries=64, show_spinner=False)
def _nearest(_pipeline: Pipeline, key: str, space: str, text: str, k: int) -> Nearest:
    answer = warm().ask({"do": "query", "job": described(_pipeline), "space": space, "text": text, "k": k})
    return Nearest(tuple(map(int, answer["indices"])), tuple(map(float, answer["distances"])))


def nearest_to(pipeline: Pipeline, space: str, key: str, text: str, k: int) -> Nearest:
    """The k samples nearest to a text; `key` is that of the space. BadInput or Failed say why not."""
    return _nearest(pipeline, f"{key}.{pipeline.study.metric}", space, text, k)


@dataclass(frozen=True, eq=False)
class Direction:
    """Every sample along a direction, and the rows at its two ends, the outermost first."""

    along: Along
    most: npt.NDArray[np.int64]
    least: npt.NDArray[np.int64]


def at_once(space: EmbeddingSpace) -> bool:
    """Whether this process goes through a space by itself."""
    return space.n * space.d <= AT_ONCE


def near_center_of(
    pipeline: Pipeline, space: EmbeddingSpace, group: npt.NDArray[np.bool_], *, k: int, others: bool
) -> Nearest:
    """The k samples nearest to a group's center, exactly; CannotAnalyze says why there is none."""
    return _near_center(pipeline, space, f"{space.key}.{pipeline.study.metric}", packed(group), k, others)


def direction_of(
    pipeline: Pipeline, space: EmbeddingSpace, a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_], *, k: int
) -> Direction:
    """Every sample along the direction from B to A, and k at each end; CannotAnalyze says why there is none."""
    found = _along(pipeline, space, f"{space.key}.{pipeline.study.metric}", packed(a), packed(b))
    return Direction(found, *ends(found.values, k))


@st.cache_resource(max_entries=64, show_spinner=False)
def _near_center(_pipeline: Pipeline, _space: EmbeddingSpace, key: str, group: str, k: int, others: bool) -> Nearest:
    if at_once(_space):
        metric = _pipeline.study.metric
        rows, distances = near_center(_space.vectors, unpacked(group, _space.n), metric, k=k, others=others)
        return Nearest(tuple(rows.tolist()), tuple(distances.tolist()))
    question = {"do": "near_centroid", "job": described(_pipeline), "space": _space.name}
    answer = warm().ask({**question, "rows": group, "k": k, "others": others})
    return Nearest(tuple(map(int, answer["indices"])), tuple(map(float, answer["distances"])))


@st.cache_resource(max_entries=8, show_spinner=False)
def _along(_pipeline: Pipeline, _space: EmbeddingSpace, key: str, a: str, b: str) -> Along:
    if at_once(_space):
        return along(_space.vectors, unpacked(a, _space.n), unpacked(b, _space.n), _pipeline.study.metric)
    answer = warm().ask({"do": "direction", "job": described(_pipeline), "space": _space.name, "a": a, "b": b})
    return Along(np.frombuffer(base64.b64decode(answer["values"]), dtype="<f8"), float(answer["gap"]))


def two_samples_of(pipeline: Pipeline, space: str, a: int, b: int) -> InSpace | None:
    """Two samples, by their rows, in one space; None where its vectors are not there."""
    found: EmbeddingSpace | None = pipeline.find(Ask("space", subject=space))
    if found is None:
        return None
    key, histogram = histogram_of(pipeline, space)
    return _two_samples(found, histogram, f"{found.key}.{pipeline.study.metric}.{key}", pipeline.study.metric, a, b)


@st.cache_resource(max_entries=512, show_spinner=False)
def _two_samples(
    _space: EmbeddingSpace, _histogram: Histogram | None, key: str, metric: Metric, a: int, b: int
) -> InSpace:
    return in_space(_space, a, b, metric, _histogram)


def pdf_of(worker: Warm, figure: str, *, width: int, height: int) -> bytes:
    """A figure, as plotly JSON, as a PDF."""
    answer = worker.ask({"do": "pdf", "figure": figure, "width": width, "height": height})
    return base64.b64decode(answer["pdf"])
