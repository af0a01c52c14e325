"""The counterexample, trained while one looks: a model whose KL goes to zero and whose task stays at chance."""

from collections.abc import Callable, Mapping
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
FACTS = (
    "A constructed world of 200 words; 4,000 contexts to train on, 4,000 held out; seed {seed}. Gauge: raw, as the"
    " student was trained; relative to its anchor every gauge is alike."
)
WITHOUT = (
    "The same world without an anchor; fitted on 4,000 contexts, judged on 4,000 held out; seed {seed}. Gauge: raw;"
    " what decides is the same in every gauge."
)
TELLS = (
    "200 words whose probabilities are log-linear, with an exact anchor. A student is trained on KL alone. No gradient"
    " of KL moves the mean of its output embeddings, so a task on raw logits stays where it began; relative to the"
    " student's own anchor it is solved. What KL hardly sees, rare words, neither mends."
)


def draw(pipeline: Pipeline) -> None:
    """Draw the button, or what was trained in this session."""
    with st.expander("A model of no loss that fails a task: train one"):
        words.quiet(TELLS)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            seed = int(st.number_input("Seed", 0, 9_999, 0, key="anchors.world.seed", width=120))
            pressed = st.button("Train the student · about 20 seconds", key="anchors.world")
        kept: dict[int, pd.DataFrame] = state.remembered(KEPT) or {}
        if pressed:
            kept = kept | {seed: _trained(seed)}
            state.remember(KEPT, kept)
        if len(kept) > 1:
            st.dataframe(ends(kept), hide_index=True)
        table = kept.get(seed)
        if table is None:
            return
        from analysis.anchors.world import without_an_anchor, world
        from analysis.figures.anchor_world import learning, without

        found = without_an_anchor(world(seed), SCALE)
        _figure(pipeline, "world", learning(table), FACTS.format(seed=seed), lambda: table)
        _figure(pipeline, "world_without", without(found), WITHOUT.format(seed=seed), lambda: found.frame)


def ends(kept: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """How each student ended that was trained here, a row a seed."""
    names = {
        "kl": "KL",
        "main_raw": "task, raw",
        "main_anchor": "task, from the anchor",
        "rare_anchor": "rare words, same",
    }
    rows = [
        {"seed": seed} | {said: table.iloc[-1][name] for name, said in names.items()} for seed, table in kept.items()
    ]
    return pd.DataFrame(rows)


def _trained(seed: int) -> pd.DataFrame:
    """Train it, saying how far it is; one row each time it is looked at."""
    from analysis.anchors.world import STAGES, learn, world

    rows, bar = [], st.progress(0.0, text="beginning")
    for looked in learn(world(seed), seed):
        rows.append(vars(looked))
        share = (1 + STAGES.index(looked.iterations)) / len(STAGES)
        bar.progress(share, text=f"{looked.iterations} iterations, KL {looked.kl:.1e}")
    bar.empty()
    return pd.DataFrame(rows)


def _figure(pipeline: Pipeline, name: str, drawn: "go.Figure", facts: str, data: Callable[[], pd.DataFrame]) -> None:
    def on(paper: Theme) -> "go.Figure":
        return dressed(stated(deepcopy(drawn), facts), paper).update_layout(height=HEIGHT)

    figure_panel.draw(pipeline, [], on, key=f"figure.anchors.{name}", name=f"anchors--{name}", data=data)
