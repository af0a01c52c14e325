"""Weights: what the tensors of a network are like, beside another's, and what initialising from them would touch."""

import streamlit as st

from analysis.ask import Ask
from analysis.weight_asks import listed
from ui import initialization_lab, opened, panel, state, weight_figures, words

QUESTION = "How large and how heavy-tailed are a network's weights, tensor by tensor, and how far from where it began?"
NONE = "No checkpoint of this study is a network whose weights could be listed (families transformer, *_lm)."
TELLS = "Not listed for these checkpoints yet. It reads the weights and draws the same network twice anew."


def page() -> None:
    """Draw the page."""
    pipeline = opened.pipeline()
    st.header("Weights")
    words.quiet(QUESTION)
    names = listed(pipeline)
    if not names:
        words.note(NONE)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Checkpoint", names, width=300, **state.bound("network", names))
        one = state.view().network if state.view().network in names else names[0]
        others = ["", *(name for name in names if name != one)]
        called = {"": "none"}.get
        st.selectbox(
            "Beside it", others, format_func=lambda n: called(n, n), width=300, **state.bound("other_network", others)
        )
        st.segmented_control(
            "Statistic",
            list(weight_figures.STATISTICS),
            format_func=weight_figures.STATISTICS.__getitem__,
            **state.bound("statistic", [*weight_figures.STATISTICS]),
        )
    both = [one, *([state.view().other_network] if state.view().other_network in others[1:] else [])]
    asks = [Ask("weights", subject=name) for name in both]
    panel.offer(pipeline, asks, TELLS, button="List them")
    found = {ask.subject: result.tables["weights"] for ask in asks if (result := pipeline.find(ask)) is not None}
    if found:
        weight_figures.draw(pipeline, found, asks)
        initialization_lab.draw(pipeline, found)
