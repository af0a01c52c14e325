"""How the maps of two panes are brought near each other, so that they can be looked at as one."""

from dataclasses import replace

import streamlit as st

from analysis.aligned_drawing import RESIDUAL
from analysis.ask import ALIGNMENTS
from analysis.figures.words import shown
from analysis.pipeline import Drawing, Pipeline
from analysis.registry import projections
from ui import state
from ui.pane import Pane

WORDS = {
    "": "As they are",
    "procrustes": "Second rotated onto first",
    "start": "Second started from first",
    "joint": "Both fitted together",
}
HELP = (
    "Rotated: turned, mirrored, shifted and made as large as the first, nothing else. Started: drawn anew from where"
    " the first map's points stand, then rotated. Fitted together: by AlignedUMAP, which pulls each sample's two places"
    " together. Aligned maps share the zoom. The residual is the share of one map's variance that the other, laid onto"
    " it as well as can be, does not explain: 0 the same map, 1 nothing in common."
)


def possible(first: Pane, second: Pane) -> list[str]:
    """The alignments there can be of two panes."""
    if first.space == second.space:
        return [""]
    projection = projections()[first.projection]
    able = {"procrustes": True, "start": projection.started is not None, "joint": projection.jointly is not None}
    return ["", *(how for how, can in able.items() if can)]


def aligned(pipeline: Pipeline, first: Pane, second: Pane) -> tuple[Pane, Pane]:
    """The two panes as the view has them aligned; the second is then drawn as the first is."""
    how = state.view().align
    if how not in possible(first, second)[1:]:
        return first, second
    second = replace(second, projection=first.projection, alignment=how, onto=first.space)
    if how == "joint":
        return replace(first, alignment=how, onto=second.space), second
    there = pipeline.find(second.ask) is not None
    return (replace(first, under=second.ask) if there else first), second


def choose(first: Pane, second: Pane) -> None:
    """The widget of the alignment."""
    options = possible(first, second)
    st.selectbox(
        "Align",
        options,
        format_func=WORDS.__getitem__,
        disabled=len(options) == 1,
        help=HELP if len(options) > 1 else f"Both panes show {first.space}.",
        width=250,
        **state.bound("align", options),
    )


def said(pane: Pane, drawing: Drawing) -> str:
    """What is left between an aligned map and the other, beside what unrelated ones leave; or what is laid onto it."""
    if pane.under is not None:
        return f"The map of {pane.under.subject} is {ALIGNMENTS[pane.under.alignment]} this one."
    number = drawing.trust.numbers.get(RESIDUAL)
    if number is None or number.value is None:
        return ""
    found, chance = (shown(value) for value in (number.value, number.null_mean))
    return f"Residual {found} of the map of {pane.onto} (unrelated maps: {chance})."


def frame_of(pipeline: Pipeline, pane: Pane) -> str:
    """A name for the coordinates of a pane: maps of one name can be laid onto each other as they are."""
    own, other = pipeline.recipe(pane.ask), pipeline.recipe(pane.ask.reference)
    assert own is not None and other is not None
    if pane.alignment == "joint":
        return min(own.key, other.key)[:16]
    return (other if pane.alignment else own).key[:16]
