"""The picture of a pane: coordinates, colours, cards and titles, as any renderer draws them; and its data."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from analysis.aligned_drawing import RESIDUAL
from analysis.dataset import Dataset
from analysis.datasets.sampling import sample_rows
from analysis.figures.words import cut, hover, plain, with_interval
from analysis.labels import Labels
from analysis.pipeline import Drawing, Pipeline
from ui import alignment, direction, lines, map_colours
from ui.map_edges import NONE, Edges, edges_of, links_of
from ui.map_renderer import Picture
from ui.pane import Look, Pane
from ui.pane import title_of as pane_title
from ui.rows import row_of
from ui.samples_view import thumbnail
from ui.view import View

MOST = 2_000_000  # points drawn; beyond them a sample that says so
MOST_BY_PLOTLY = 50_000
LINE = 18  # characters of a line of a region's name
NAMES = {"words": "words", "labels": "label"}  # what regions are named by, and the column that holds it
NAMED = 5  # points without coordinates that are named
TEXTS = 5_000  # points whose hover card has the text, not only id and labels


def picture_of(
    pipeline: Pipeline,
    dataset: Dataset,
    pane: Pane,
    drawing: Drawing,
    look: Look,
    *,
    height: int,
    most: int = MOST,
) -> Picture:
    """The picture of a pane, of at most so many points."""
    now, key = look.view, pipeline.dataset_recipe.key
    rows = _rows(dataset, key, pipeline.study.seed, most)
    whole = len(rows) == len(dataset)
    coordinates = np.asarray(drawing.coordinates)
    colour, color = color_of(pipeline, dataset, pane, now)
    uncoloured = color is None and colour not in ("", map_colours.NOTHING)
    colourless = f"{pane.space} has no values of this colour: {cut(colour, 80)}." if uncoloured else ""
    recipe = pipeline.recipe(pane.ask)
    assert recipe is not None
    hidden = np.zeros(len(dataset), dtype=bool) if look.matching is None else ~look.matching
    sampled = caption_of(dataset, rows, pipeline.study.seed)
    drawn = edges_of_selection(pipeline, pane, dataset, rows, coordinates, now)
    ids = dataset.ids if whole else [dataset.ids[row] for row in rows]
    return Picture(
        title=title_of(pane, drawing),
        caption=" ".join(
            filter(None, (colourless, sampled, without_place(ids, coordinates), alignment.said(pane, drawing)))
        ),
        seen=recipe.key[:16],
        samples=f"{key} {len(rows)}",
        ids=ids,
        where=row_of(dataset) if whole else {name: place for place, name in enumerate(ids)},
        coordinates=coordinates if whole else coordinates[rows],
        color=color if color is None or whole else color.of_rows(rows),
        uncoloured=uncoloured,
        diverging=colour == direction.COLOUR,
        span=look.span,
        hovers=partial(hover_cards, dataset, rows, key),
        card=card_of(dataset, rows),
        hidden=hidden if whole else hidden[rows],
        selected=now.selection,
        operation=now.operation,
        pinned=now.pinned,
        second=now.second,
        near=look.near,
        edges=drawn,
        regions=regions_of(pipeline, pane, now.names),
        theme=look.theme,
        height=height,
        frame=alignment.frame_of(pipeline, pane) if pane.alignment else "",
    )


def color_of(pipeline: Pipeline, dataset: Dataset, pane: Pane, now: View) -> tuple[str, Labels | None]:
    """The name of the colour that is meant, empty for what is best; and its values in a pane's space, if any."""
    gone = now.colour == direction.COLOUR and not direction.colours(pipeline, dataset, now)
    colour = "" if gone else now.colour
    return colour, map_colours.of(colour or first_colour(dataset), pipeline, dataset, pane.space, pane.ask, now)


def edges_of_selection(
    pipeline: Pipeline,
    pane: Pane,
    dataset: Dataset,
    rows: npt.NDArray[np.int64],
    coordinates: npt.NDArray[np.float32],
    now: View,
) -> Edges:
    """The edges of what is selected, where they are wanted and what they are drawn from is there."""
    wanted = lines.needed(pipeline, pane.space, now.linked_by) if now.edges and now.selection else ()
    found: list[Any] = [one for one in map(pipeline.find, wanted) if one is not None]
    if not wanted or len(found) < len(wanted):
        return NONE
    where = row_of(dataset)
    chosen = np.array([where[name] for name in now.selection if name in where], dtype=np.int64)
    places = np.full(len(dataset), -1, dtype=np.int64)
    places[rows] = np.where(np.isfinite(coordinates[rows]).all(axis=1), np.arange(len(rows)), -1)
    study = pipeline.study
    if len(found) == 2:
        graph, space = found
        return links_of(graph, space, chosen, places, metric=study.metric, seed=study.seed)
    return edges_of(found[0], chosen, places, study.k, study.seed)


def regions_of(pipeline: Pipeline, pane: Pane, names: str) -> list[dict[str, Any]]:
    """The named regions of a map, the coarsest and largest first; none where they are not computed or not wanted."""
    found = pipeline.find(pane.regions) if names in NAMES else None
    if found is None:
        return []
    table = found.tables["regions"]
    other = next(column for column in NAMES.values() if column != NAMES[names])
    named = table[NAMES[names]].where(table[NAMES[names]] != "", table[other])
    rows = zip(table["x"], table["y"], table["depth"], named, strict=True)
    return [{"x": x, "y": y, "level": depth, "words": lines_of(name)} for x, y, depth, name in rows if name]


def lines_of(name: str) -> list[str]:
    """A region's name in one line or two.

    >>> lines_of("graph nodes"), lines_of("interpolation coefficients")
    (['graph nodes'], ['interpolation', 'coefficients'])
    """
    short = cut(name, LINE * 2)
    if len(short) <= LINE or " " not in short:
        return [short]
    middle = min((at for at, letter in enumerate(short) if letter == " "), key=lambda at: abs(2 * at - len(short)))
    return [short[:middle], short[middle + 1 :]]


def without_place(ids: Sequence[str], coordinates: npt.NDArray[np.float32]) -> str:
    """A sentence that lists the points which have no coordinates; empty where there are none."""
    missing = np.flatnonzero(~np.isfinite(coordinates).all(axis=1))
    if not len(missing):
        return ""
    named = ", ".join(ids[row] for row in missing[:NAMED]) + (", …" if len(missing) > NAMED else "")
    return f"{len(missing):,} of {len(ids):,} have no coordinates and are not drawn: {named}."


def card_of(dataset: Dataset, rows: npt.NDArray[np.int64]) -> Callable[[int], dict[str, Any]]:
    """The hover card of a point, made when it is asked for: id, labels, picture, first words."""

    def card(place: int) -> dict[str, Any]:
        row = int(rows[place])
        values = {name: dataset.frame[name].iloc[row] for name in dataset.labels[:3]}
        lines = [f"{name}: {'–' if pd.isna(value) else cut(value, 60)}" for name, value in values.items()]
        content: dict[str, Any] = {"id": cut(dataset.ids[row]), "lines": lines}
        if dataset.texts is not None:
            content["text"] = cut(dataset.texts[row])
        if dataset.images is not None:
            content["image"] = thumbnail(dataset.images[row])
        return content

    return card


def data_of(pipeline: Pipeline, dataset: Dataset, pane: Pane, drawing: Drawing, now: View) -> pd.DataFrame:
    """A map's data: ids, coordinates, labels, and what it is coloured by."""
    table = pd.DataFrame({"id": list(dataset.ids)})
    for axis, values in zip("xyz", np.asarray(drawing.coordinates).T, strict=False):
        table[axis] = values
    for name in dataset.labels:
        table[name] = dataset.frame[name].to_numpy()
    color = map_colours.of(now.colour, pipeline, dataset, pane.space, pane.ask, now)
    if color is not None and color.name not in table:
        table[color.name] = map_colours.series_of(color).to_numpy()
    table["selected"] = table["id"].isin(set(now.selection))
    return table


def first_colour(dataset: Dataset) -> str:
    """What a map is coloured by before anybody chooses."""
    return dataset.labels[0] if dataset.labels else map_colours.NOTHING


def title_of(pane: Pane, drawing: Drawing) -> str:
    """What is drawn, and how far to trust it."""
    trust = ", ".join(
        f"{name.replace('_', ' ')} {with_interval(number)}"
        for name, number in drawing.trust.numbers.items()
        if number.value is not None and name != RESIDUAL
    )
    return f"{pane_title(pane)}: {trust}"


def caption_of(dataset: Dataset, rows: npt.NDArray[np.int64], seed: int) -> str:
    """What stands under the title where not every sample is drawn."""
    if len(rows) == len(dataset):
        return ""
    by = f"stratified by {dataset.labels[0]}, " if dataset.labels else ""
    return f"From {len(rows):,} of {len(dataset):,} samples, {by}seed {seed}."


def drawn_rows(dataset: Dataset, seed: int, most: int) -> npt.NDArray[np.int64]:
    """The samples that are drawn: all, or a stratified, seeded sample of them."""
    label = dataset.frame[dataset.labels[0]] if dataset.labels else None
    return sample_rows(len(dataset), most, seed, label)


def hover_cards(dataset: Dataset, rows: npt.NDArray[np.int64], key: str) -> list[str]:
    """A small card per point: id, labels, and the first words where there are not too many points.

    `key` names the samples; the cards are made once for it.
    """
    return _cards(dataset, rows, key, dataset.texts is not None and len(rows) <= TEXTS)


@st.cache_resource(max_entries=4, show_spinner=False)
def _rows(_dataset: Dataset, key: str, seed: int, most: int) -> npt.NDArray[np.int64]:
    return drawn_rows(_dataset, seed, most)


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
