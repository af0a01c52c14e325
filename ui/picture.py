"""The picture of a pane: coordinates, colours, cards and titles, as any renderer draws them; and its data."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from analysis.dataset import Dataset
from analysis.datasets.sampling import sample_rows
from analysis.figures.words import cut, hover, plain, with_interval
from analysis.pipeline import Drawing, Pipeline
from ui import map_colours
from ui.map_renderer import Picture
from ui.pane import Look, Pane, title_of_projection
from ui.view import View

MOST = 50_000  # points drawn; beyond them a sample that says so
TEXTS = 5_000  # points whose hover card has the text, not only id and labels


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
