"""The counterexample, trained while one looks: a model whose KL goes to zero and whose task stays at chance."""

from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from analysis.figures.anchors import stated
from analysis.figures.palette import Theme
from analysis.figures.theme import dressed
from analysis.pipeline import Pipeline
from ui import figure_panel, state, words

if TYPE_CHECKING:
    import plotly.graph_objects as go

KEPT, HEIGHT, SCALE = "anchor.world", 440, 1.5  # of the words of the world without an anchor
FACTS = "A constructed world of 200 words; 4,000 contexts to train on, 4,000 held out; seed 0."
TELLS = (
    "200 words whose probabilities are log-linear, with an exact anchor. A student is trained on KL alone. No gradient"
    " of KL moves the mean of its output embeddings, so a task on raw logits stays where it began; relative to the"
    " student's own anchor it is solved. What KL hardly sees, rare words, neither mends."
)


def draw(pipeline: Pipeline) -> None:
    """Draw the button, or what was trained in this session."""
    with st.expander("A model of no loss that fails a task: train one"):
        words.quiet(TELLS)
        if st.button("Train the student · about 20 seconds", key="anchors.world"):
            state.remember(KEPT, _trained())
        table: pd.DataFrame | None = state.remembered(KEPT)
        if table is None:
            return
        from analysis.anchors.world import without_an_anchor, world
        from analysis.figures.anchor_world import learning, without

        found = without_an_anchor(world(0), SCALE)
        _figure(pipeline, "world", learning(table), lambda: table)
        _figure(pipeline, "world_without", without(found), lambda: found.frame)


def _trained() -> pd.DataFrame:
    """Train it, saying how far it is; one row each time it is looked at."""
    from analysis.anchors.world import STAGES, learn, world

    rows, bar = [], st.progress(0.0, text="beginning")
    for looked in learn(world(0), 0):
        rows.append(vars(looked))
        share = (1 + STAGES.index(looked.iterations)) / len(STAGES)
        bar.progress(share, text=f"{looked.iterations} iterations, KL {looked.kl:.1e}")
    bar.empty()
    return pd.DataFrame(rows)


def _figure(pipeline: Pipeline, name: str, drawn: "go.Figure", data: Callable[[], pd.DataFrame]) -> None:
    def on(paper: Theme) -> "go.Figure":
        return dressed(stated(deepcopy(drawn), FACTS), paper).update_layout(height=HEIGHT)

    figure_panel.draw(pipeline, [], on, key=f"figure.anchors.{name}", name=f"anchors--{name}", data=data)
