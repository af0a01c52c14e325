"""What a map on a page shows: which space, drawn by which projection. Two panes of a page share the rest."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import streamlit as st

from analysis.ask import ALIGNMENTS, Ask
from analysis.dataset import Dataset
from analysis.figures.palette import Theme
from analysis.figures.words import cut
from analysis.pipeline import Pipeline
from analysis.registry import projections
from ui import filtering, state, style, untrained, words
from ui.view import View

BEST = ("umap", "tsne", "pca")  # in this order, what is there is shown first
LONGEST = 24  # characters of a label's name on a button
Side = Literal["", "right_"]
SIDES: tuple[Side, Side] = ("", "right_")


@dataclass(frozen=True)
class Pane:
    """What a pane shows: a space and a drawing of it. `side` tells the two panes of a page apart.

    `alignment`: how the drawing is brought near that of the space `onto`, if it is; `under`: the drawing that is
    brought near this one.
    """

    side: Side
    space: str
    projection: str
    dimensions: int
    alignment: str = ""
    onto: str = ""
    under: Ask | None = None

    @property
    def ask(self) -> Ask:
        """The ask of its drawing."""
        params: dict[str, Any] = {"dimensions": 3} if self.dimensions == 3 else {}
        if self.alignment:
            params["alignment"] = self.alignment
        return Ask("projection", self.projection, self.space, self.onto, params)

    @property
    def alone(self) -> "Pane":
        """The same pane aligned to nothing."""
        return replace(self, alignment="", onto="")

    @property
    def asks(self) -> list[Ask]:
        """What a job that gets its drawing makes: of a joint fit, both halves; and the names of their regions."""
        drawn = [self.ask, self.ask.reference] if self.alignment == "joint" else [self.ask]
        return [*drawn, *(replace(ask, kind="regions") for ask in drawn)]

    @property
    def regions(self) -> Ask:
        """The ask of the names of its regions."""
        return replace(self.ask, kind="regions")


@dataclass(frozen=True, eq=False)
class Look:
    """What every pane of a page shows alike: the view, which samples a filter finds, neighbours, and the theme."""

    view: View
    matching: npt.NDArray[np.bool_] | None = None
    near: tuple[str, ...] = ()
    theme: Theme = "light"
    span: tuple[float, float] | None = None  # one range of colours for all panes, where they are numbers


def look_now(dataset: Dataset, near: tuple[str, ...] = ()) -> Look:
    """The present look; a filter that cannot be used is said so and left out."""
    now = state.view()
    return Look(now, filtering.mask_of(dataset, now.filter, regex=now.regex), near, style.theme())


def choose_names(dataset: Dataset, pane: Pane) -> None:
    """The widget of what the regions of a flat map are named by."""
    names = names_of_regions(dataset)
    if pane.dimensions == 2:
        st.selectbox(
            "Regions named by",
            list(names),
            format_func=lambda name: f"Names: {names[name]}",
            label_visibility="collapsed",
            width=210,
            **state.bound("names", list(names)),
        )


def names_of_regions(dataset: Dataset) -> dict[str, str]:
    """What regions can be named by, in words: a majority only where there is a label of categories."""
    first = dataset.labels[0] if dataset.labels else ""
    named = bool(first) and dataset.labels_in(first).kind == "categorical"
    majority = {"labels": f"Majority of {cut(first, LONGEST)}"} if named else {}
    return {"words": "Words"} | majority | {"nothing": "Nothing"}


def pane_of(pipeline: Pipeline, side: Side = "") -> Pane:
    """The pane as chosen, with what is best where nothing is: the first space (or second), a drawing that is there."""
    now = state.view()
    spaces = [space.name for space in pipeline.spaces()]
    chosen = getattr(now, f"{side}space")
    space = chosen if chosen in spaces else spaces[min(bool(side), len(spaces) - 1)]
    known = [name for name in BEST if name in projections()]
    known += [name for name in projections() if name not in known]
    projection = getattr(now, f"{side}projection")
    if projection not in known:
        panes = (Pane(side, space, name, now.dimensions) for name in known)
        projection = next((pane.projection for pane in panes if pipeline.find(pane.ask) is not None), known[0])
    return Pane(side, space, projection, now.dimensions)


def title_of_projection(pane: Pane) -> str:
    """What its way of drawing is called."""
    return projections()[pane.projection].title + (" in 3-D" if pane.dimensions == 3 else "")


def title_of(pane: Pane) -> str:
    """What it shows: projection, space, and what the drawing is aligned to."""
    beside = f" {ALIGNMENTS[pane.alignment]} {pane.onto}" if pane.alignment else ""
    return f"{title_of_projection(pane)} of {pane.space}{beside}"


def choose_space(pipeline: Pipeline, pane: Pane) -> None:
    """The widget of its space."""
    spaces = [space.name for space in pipeline.spaces()]
    named = {name: untrained.named(pipeline, name) for name in spaces}
    st.selectbox(
        "Space", spaces, format_func=named.__getitem__, **state.bound(f"{pane.side}space", spaces, now=pane.space)
    )


def choose_drawing(pane: Pane, *, follows: bool = False) -> None:
    """The widgets of its projection; a sentence where it `follows` that of the other pane."""
    if follows:
        words.quiet(f"Drawn as {pane.onto} is, being aligned to it.")
        return
    side, titles = pane.side, {name: projection.title for name, projection in projections().items()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Drawn by",
            list(titles),
            format_func=titles.__getitem__,
            required=True,
            **state.bound(f"{side}projection", list(titles), now=pane.projection),
        )
        if not side:  # the panes of a page have the same number of dimensions
            st.segmented_control(
                "Dimensions",
                [2, 3],
                format_func="{}-D".format,
                required=True,
                label_visibility="collapsed",
                **state.bound("dimensions", [2, 3]),
            )
