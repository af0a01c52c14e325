"""By what a map can be coloured: a column of the samples, a number per point of an analysis, a chosen direction."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.knn_graph import KnnGraph
from analysis.labels import Labels
from analysis.pipeline import Drawing, Pipeline
from analysis.plan import pairs_of
from analysis.registry import analyses
from analysis.result import Result
from ui import direction, panel, state
from ui.view import View

NOTHING = "nothing"
MOST_CLASSES = 200  # a column of more different words is no colour
LOOKED_AT = 1_000  # cells that a column is first judged by
Points = Callable[[], npt.NDArray[np.float64]]
OF_MAP = {"projection_error": "projection error, the share of neighbours lost"}


def names(pipeline: Pipeline, dataset: Dataset, space: str, drawing: Ask | None) -> list[str]:
    """What there is to colour by, labels first."""
    columns = [*dataset.labels, *_columns(dataset)]
    return [*columns, *_points(pipeline, dataset, space, drawing), NOTHING]


def choose(
    pipeline: Pipeline,
    dataset: Dataset,
    space: str,
    drawing: Ask | None,
    *,
    also: tuple[str, Ask] | None = None,
    width: int | None = None,
) -> None:
    """The widget of the colour, and where this space lacks the values of it, what gets them.

    `also`: the space and drawing of another pane, which are there to choose from too and offered where they stand.
    """
    now = state.view()
    found = names(pipeline, dataset, space, drawing)[:-1]
    if also is not None:
        found += names(pipeline, dataset, *also)[:-1]
    if ask_of(now.colour, pipeline, dataset, space, drawing) is not None:
        found.append(now.colour)  # chosen where it was there
    colours = [*dict.fromkeys(found), NOTHING, *direction.colours(pipeline, dataset, now)]
    st.selectbox(
        "Colour by",
        colours,
        format_func=lambda name: direction.title(now) if name == direction.COLOUR else name,
        width=width or "stretch",
        **state.bound("colour", colours),
    )
    if also is None:
        offer(pipeline, dataset, space, drawing)


def offer(pipeline: Pipeline, dataset: Dataset, space: str, drawing: Ask | None, place: str = "") -> None:
    """Where a space lacks the values of the colour that is chosen: a sentence, and the button that gets them."""
    name = state.view().colour
    ask = ask_of(name, pipeline, dataset, space, drawing)
    if name == direction.COLOUR and direction.colours(pipeline, dataset, state.view()):
        ask = Ask("space", subject=space)
    if ask is not None and ask != drawing:
        panel.offer(pipeline, [ask], f"{name} is not computed for {space}.", place=f"colour.{place}")


def ask_of(name: str, pipeline: Pipeline, dataset: Dataset, space: str, drawing: Ask | None) -> Ask | None:
    """What gets the values of a colour in a space; None where it is no number of an analysis."""
    if not name or name == NOTHING or name in dataset.frame.columns:
        return None
    return next((ask for ask, _, colour in _possible(pipeline, dataset, space, drawing) if colour == name), None)


def of(
    name: str, pipeline: Pipeline, dataset: Dataset, space: str, drawing: Ask | None, now: View | None = None
) -> Labels | None:
    """One value per sample under this name: words or numbers; None where this space has none such.

    `now`: the view that says which direction is meant.
    """
    if name == direction.COLOUR and now is not None:
        return direction.colour(pipeline, dataset, space, now)
    if name in dataset.frame.columns:
        return dataset.labels_in(name)
    points = _points(pipeline, dataset, space, drawing)
    if name not in points:
        return None
    return Labels(name, "numeric", (), np.empty(0, np.int32), np.asarray(points[name](), dtype=np.float64))


def series_of(labels: Labels) -> pd.Series:
    """The same as a column: text, or numbers."""
    if labels.kind == "numeric":
        return pd.Series(labels.values, name=labels.name)
    classes = np.array([*labels.classes, None], dtype=object)  # code -1 is the last: none
    return pd.Series(classes[labels.codes], name=labels.name, dtype="string")


def _columns(dataset: Dataset) -> list[str]:
    """Columns beyond the labels that a colour can show: numbers, or few different words."""
    found = []
    for name in map(str, dataset.frame.columns):
        if name not in dataset.labels and _promising(dataset.frame[name]):
            labels = dataset.labels_in(name)
            if labels.kind == "numeric" or 1 < len(labels.classes) <= MOST_CLASSES:
                found.append(name)
    return found


def _promising(column: pd.Series) -> bool:
    """A quick look at a column's beginning: numbers, however written, or words that come again."""
    start = column.dropna().head(LOOKED_AT)
    return bool(pd.to_numeric(start, errors="coerce").notna().all()) or start.nunique() <= MOST_CLASSES


def _points(pipeline: Pipeline, dataset: Dataset, space: str, drawing: Ask | None) -> Mapping[str, Points]:
    """Numbers per point that are there, made when asked for: the map's own error, and those of analyses."""
    found: dict[str, Points] = {}
    for ask, point, colour in _possible(pipeline, dataset, space, drawing):
        value: Drawing | KnnGraph | Result | None = pipeline.find(ask)
        if isinstance(value, KnnGraph):
            found[colour] = partial(value.nearest(pipeline.study.k).distances.mean, axis=1, dtype=np.float64)
            continue
        points = value.trust.points if isinstance(value, Drawing) else value.points if value is not None else {}
        if point in points:
            found[colour] = partial(points.__getitem__, point)
    return found


def _possible(pipeline: Pipeline, dataset: Dataset, space: str, drawing: Ask | None) -> Iterator[tuple[Ask, str, str]]:
    """Each number per point that there can be: what gets it, what it is called there, and what as a colour."""
    if drawing is not None:
        yield from ((drawing, point, f"Map: {told}") for point, told in OF_MAP.items())
    yield Ask("neighbors", subject=space), "", f"Neighbours: mean distance to the {pipeline.study.k} nearest"
    for name, analysis in analyses().items():
        for label in analysis.columns(dataset.labels):
            by = f" by {label}" if label else ""
            ask = Ask("analysis", name, space, label)
            result: Result | None = pipeline.find(ask)
            named = {} if result is None else {point: point.replace("_", " ") for point in result.points}
            for point, told in {**named, **analysis.points}.items():
                yield ask, point, f"{analysis.title}{by}: {told}"
    for ask in pairs_of(pipeline):
        if space in (ask.subject, ask.other):
            result = pipeline.find(ask)
            for point in () if result is None else result.points:
                k = point.partition("@")[2]
                yield ask, point, f"{k} nearest changed: {ask.subject}, {ask.other}"
