"""One map on a page: which space, drawn by which projection, and the picture made of it. Two panes share the rest."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.datasets.sampling import sample_rows
from analysis.figures.palette import Theme
from analysis.figures.words import cut, hover, plain, with_interval
from analysis.pipeline import Drawing, Pipeline
from analysis.registry import projections
from analysis.report import file_name
from ui import export, filtering, map_colours, panel, plot, state, style, view, words
from ui.map_plotly import PlotlyMap, figure_of
from ui.map_renderer import MapRenderer, Picture
from ui.rows import row_of
from ui.view import View

MOST = 50_000  # points drawn; beyond them a sample that says so
TEXTS = 5_000  # points whose hover card has the text, not only id and labels
BEST = ("umap", "tsne", "pca")  # in this order, what is there is shown first
RENDERER: MapRenderer = PlotlyMap()
Side = Literal["", "right_"]
SIDES: tuple[Side, Side] = ("", "right_")


@dataclass(frozen=True)
class Pane:
    """What a pane shows: a space and a drawing of it. `side` tells the two panes of a page apart."""

    side: Side
    space: str
    projection: str
    dimensions: int

    @property
    def ask(self) -> Ask:
        """The ask of its drawing."""
        return Ask("projection", self.projection, self.space, params={"dimensions": 3} if self.dimensions == 3 else {})


@dataclass(frozen=True, eq=False)
class Look:
    """What every pane of a page shows alike: the view, which samples a filter finds, neighbours, and the theme."""

    view: View
    matching: npt.NDArray[np.bool_] | None = None
    near: tuple[str, ...] = ()
    theme: Theme = "light"


def look_now(dataset: Dataset, near: tuple[str, ...] = ()) -> Look:
    """The present look; a filter that cannot be used is said so and left out."""
    now = state.view()
    return Look(now, filtering.mask_of(dataset, now.filter, regex=now.regex), near, style.theme())


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
        there = (name for name in known if pipeline.find(Ask("projection", name, space)) is not None)
        projection = next(there, known[0])
    return Pane(side, space, projection, now.dimensions)


def title_of_projection(pane: Pane) -> str:
    """What its way of drawing is called."""
    return projections()[pane.projection].title


def choose(pipeline: Pipeline, pane: Pane) -> None:
    """The widgets of a pane: its space and projection."""
    spaces, side = [space.name for space in pipeline.spaces()], pane.side
    titles = {name: projection.title for name, projection in projections().items()}
    st.selectbox("Space", spaces, **state.bound(f"{side}space", spaces, now=pane.space))
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


def draw(pipeline: Pipeline, dataset: Dataset, pane: Pane, look: Look, *, height: int = 600) -> bool:
    """Draw a pane: its map with the menu that exports it, or the panel that gets it; whether there was a map."""
    drawing: Drawing | None = pipeline.find(pane.ask)
    if drawing is None:
        quick = replace(pane, projection=BEST[-1]).ask  # there in a moment, while the other is still computed
        tells = f"{title_of_projection(pane)} of {pane.space} is not computed. It draws the space and says how far the"
        panel.offer(
            pipeline,
            [pane.ask] if quick == pane.ask else [quick, pane.ask],
            f"{tells} picture can be trusted.",
            place=pane.side,
        )
        return False
    if drawing.why:
        words.note(drawing.why)
        return False
    key, name = f"map.{pane.side}", file_name(pane.projection, pane.space)
    RENDERER.draw(
        picture_of(pipeline, dataset, pane, drawing, look, height=height),
        key=key,
        name=name,
        on_event=lambda event: _hear(dataset, key, event),
        saving=export.saving(pipeline, [pane.ask], key),
    )
    printed = replace(look, theme="light")
    export.figure(
        pipeline,
        [pane.ask],
        lambda: figure_of(picture_of(pipeline, dataset, pane, drawing, printed, height=640)),
        key=key,
        name=name,
        data=lambda: data_of(pipeline, dataset, pane, drawing, look.view),
        label="Export map",
    )
    if not getattr(look.view, f"{pane.side}projection"):
        better = replace(pane, projection=BEST[0]).ask
        panel.offer(
            pipeline, [better], f"A UMAP of {pane.space} keeps neighbours together better than this.", place=pane.side
        )
    return True


def picture_of(
    pipeline: Pipeline, dataset: Dataset, pane: Pane, drawing: Drawing, look: Look, *, height: int
) -> Picture:
    """The picture of a pane."""
    now = look.view
    rows = _rows(dataset, pipeline.dataset_recipe.key, pipeline.study.seed)
    hidden = np.zeros(len(rows), dtype=bool) if look.matching is None else ~look.matching[rows]
    color = map_colours.of(now.colour or first_colour(dataset), pipeline, dataset, pane.space, pane.ask)
    recipe = pipeline.recipe(pane.ask)
    assert recipe is not None
    return Picture(
        title=title_of(pipeline, pane, drawing),
        caption=caption_of(dataset, rows, pipeline.study.seed),
        seen=recipe.key[:16],
        ids=dataset.ids if len(rows) == len(dataset) else [dataset.ids[row] for row in rows],
        coordinates=np.asarray(drawing.coordinates)[rows],
        color=None if color is None else color.iloc[rows],
        hovers=hover_cards(dataset, rows, pipeline.dataset_recipe.key),
        hidden=hidden,
        selected=now.selection,
        pinned=now.pinned,
        near=look.near,
        theme=look.theme,
        height=height,
    )


def data_of(pipeline: Pipeline, dataset: Dataset, pane: Pane, drawing: Drawing, now: View) -> pd.DataFrame:
    """A map's data: ids, coordinates, labels, and what it is coloured by."""
    table = pd.DataFrame({"id": list(dataset.ids)})
    for axis, values in zip("xyz", np.asarray(drawing.coordinates).T, strict=False):
        table[axis] = values
    for name in dataset.labels:
        table[name] = dataset.frame[name].to_numpy()
    color = map_colours.of(now.colour, pipeline, dataset, pane.space, pane.ask)
    if color is not None and color.name not in table:
        table[str(color.name)] = color.to_numpy()
    table["selected"] = table["id"].isin(set(now.selection))
    return table


def first_colour(dataset: Dataset) -> str:
    """What a map is coloured by before anybody chooses."""
    return dataset.labels[0] if dataset.labels else map_colours.NOTHING


def title_of(pipeline: Pipeline, pane: Pane, drawing: Drawing) -> str:
    """What is drawn, and how far to trust it."""
    trust = ", ".join(
        f"{name.replace('_', ' ')} {with_interval(number)}"
        for name, number in drawing.trust.numbers.items()
        if number.value is not None
    )
    return f"{title_of_projection(pane)} of {pane.space}: {trust}"


def caption_of(dataset: Dataset, rows: npt.NDArray[np.int64], seed: int) -> str:
    """What stands under the title where not every sample is drawn."""
    if len(rows) == len(dataset):
        return ""
    by = f"stratified by {dataset.labels[0]}, " if dataset.labels else ""
    return f"From {len(rows):,} of {len(dataset):,} samples, {by}seed {seed}."


def drawn_rows(dataset: Dataset, seed: int) -> npt.NDArray[np.int64]:
    """The samples that are drawn: all, or a stratified, seeded sample of them."""
    label = dataset.frame[dataset.labels[0]] if dataset.labels else None
    return sample_rows(len(dataset), MOST, seed, label)


def hover_cards(dataset: Dataset, rows: npt.NDArray[np.int64], key: str) -> list[str]:
    """A small card per point: id, labels, and the first words where there are not too many points.

    `key` names the samples; the cards are made once for it.
    """
    return _cards(dataset, rows, key, dataset.texts is not None and len(rows) <= TEXTS)


@st.cache_resource(max_entries=4, show_spinner=False)
def _rows(_dataset: Dataset, key: str, seed: int) -> npt.NDArray[np.int64]:
    return drawn_rows(_dataset, seed)


@st.cache_resource(max_entries=4, show_spinner=False)
def _cards(_dataset: Dataset, _rows: npt.NDArray[np.int64], key: str, texts: bool) -> list[str]:
    columns = {name: _dataset.frame[name].astype("string").fillna("–").tolist() for name in _dataset.labels[:3]}
    cards = []
    for row in _rows:
        lines = [f"<b>{hover(_dataset.ids[row])}</b>"]
        lines += [f"{plain(name)}: {plain(cut(column[row], 60))}" for name, column in columns.items()]
        if texts and _dataset.texts is not None:
            lines.append(hover(_dataset.texts[row]))
        cards.append("<br>".join(lines))
    return cards


def _hear(dataset: Dataset, key: str, event: plot.Event) -> None:
    """Put into the view what was done on a map."""
    now = state.view()
    known = row_of(dataset)
    ids = [name for name in event.ids if name in known]
    if event.kind == "select":
        state.look(view.select(now, ids, event.operation))
    elif event.kind == "clear":
        state.look(view.clear(now))
    elif event.kind == "pin" and ids:
        state.change(pinned="" if now.pinned == ids[0] else ids[0])
    elif event.kind == "save":
        export.ask_for(key, event.format)
