"""A new text placed in a space: asked of the warm worker, which keeps the encoders, never of this process."""

import base64
import threading
from dataclasses import dataclass

import streamlit as st

from analysis.jobs import described
from analysis.pipeline import Pipeline
from analysis.warm import IDLE, Warm
from models.errors import Failed

AFTER = 5.0  # seconds, in which the first page is painted


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


def pdf_of(worker: Warm, figure: str, *, width: int, height: int) -> bytes:
    """A figure, as plotly JSON, as a PDF."""
    answer = worker.ask({"do": "pdf", "figure": figure, "width": width, "height": height})
    return base64.b64decode(answer["pdf"])
