"""The best checkpoint on each task in a sentence, and the way to the page that says more."""

from collections.abc import Sequence

import streamlit as st

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.series.verdict import verdicts
from ui import words

MOST = 3  # tasks whose sentence is said
ASKED = "Which checkpoint is best on a task, by how much, and is that significant?"


def draw(pipeline: Pipeline, asks: Sequence[Ask]) -> None:
    """Draw the sentences of the first tasks that are scored, else the question, each with its link."""
    if len(pipeline.spaces()) < 2:
        return
    scored = any(ask.kind == "task" and pipeline.find(ask) is not None for ask in asks)
    said = verdicts(pipeline, asks) if scored else [ASKED]
    more = f" {len(said) - MOST} more tasks there." if len(said) > MOST else ""
    link = '<a data-page="fine_tuning" title="Fine-tuning: scores, tests, curves">Fine-tuning</a>'
    lines = [words.escaped(one) for one in said[:MOST]]
    lines[-1] += f" {link} →{more}"
    st.html("".join(f'<p class="an-quiet">{line}</p>' for line in lines))
