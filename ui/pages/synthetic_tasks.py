"""Synthetic tasks: what a network can be pre-trained on that is no text, record by record and as a whole."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from analysis.figures.palette import Theme
from analysis.figures.theme import dressed
from analysis.gallery import Drawn, drawn, entropy_figure, length_figure
from analysis.registry import generators
from analysis.report import file_name
from models.pretraining.synthetic.generator import Generator, Settings
from ui import figure_panel, opened, state, synthetic_offer, synthetic_settings, words

if TYPE_CHECKING:
    import plotly.graph_objects as go

QUESTION = "What does each synthetic task give a network to learn, and how long, rich and varied are its records?"
MOST = 5_000
WORDS = "Each token is an id, or a word where the task has words; ⟨…⟩ are special tokens. The seed's first records."


def page() -> None:
    """Draw the page."""
    st.header("Synthetic tasks")
    words.quiet(QUESTION)
    known = generators()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = sorted(known, key=lambda name: known[name].title.lower())
        st.selectbox(
            f"Task, one of {len(names)}",
            names,
            format_func=lambda name: known[name].title,
            width=320,
            **state.bound("synthetic", names, now="set"),
        )
        n = st.number_input("Records", 50, MOST, 500, 50, key="synthetic.n", width=130)
        seed = st.number_input("Seed", 0, 2**31, 0, key="synthetic.seed", width=130)
    generator = known.get(state.view().synthetic, known["set"])
    words.note(f"{generator.describe} {_paper(generator)}")
    settings = synthetic_settings.choose(generator)
    if settings is None:
        return
    found = _drawn(generator.name, settings, int(n), int(seed))
    words.lead(f"{found.finding}.")
    _figures(generator, found)
    st.html('<p class="an-title">Records</p>')
    st.dataframe(found.words, hide_index=True, height=38 + 35 * len(found.words))
    words.quiet(WORDS)
    if generator.running:
        words.quiet("Running text: in pre-training, spans of it are hidden and to be written (span corruption).")
    synthetic_offer.draw(opened.pipeline(), generator.name)


@st.cache_resource(max_entries=32, show_spinner="Drawing records")
def _drawn(name: str, settings: Settings, n: int, seed: int) -> Drawn:
    return drawn(generators()[name], settings, n=n, seed=seed)


def _figures(generator: Generator, found: Drawn) -> None:
    pipeline, name = opened.pipeline(), f"{generator.name} n={found.n} seed={found.seed}"
    left, right = st.columns(2, gap="large")
    for column, what, draw in ((left, "lengths", length_figure), (right, "entropy", entropy_figure)):
        on, key = partial(_on, draw, found), f"figure.synthetic.{what}"
        with column:
            figure_panel.draw(pipeline, [], on, key=key, name=file_name(what, name), data=lambda: found.table)


def _on(draw: "Callable[[Drawn], go.Figure]", found: Drawn, paper: Theme) -> "go.Figure":
    return dressed(draw(found), paper)


def _paper(generator: Generator) -> str:
    return f"The paper calls it {generator.paper}." if generator.paper not in ("", generator.name) else ""
