"""By what a map can be coloured: a column of the samples, a number per point of an analysis, a chosen direction."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.labels import Labels
from analysis.pipeline import Drawing, Pipeline
from analysis.registry import analyses
from analysis.result import Result
from ui import direction, state
from ui.view import View

NOTHING = "nothing"
MOST_CLASSES = 200  # a column of more different words is no colour
LOOKED_AT = 1_000  # cells that a column is first judged by


def names(pipeline: Pipeline, dataset: Dataset, space: str, drawing: Ask | None) -> list[str]:
    """What there is to colour by, labels first."""
    columns = [*dataset.labels, *_columns(dataset)]
    return [*columns, *_points(pipeline, dataset, space, drawing), NOTHING]


def choose(pipeline: Pipeline, dataset: Dataset, space: str, drawing: Ask | None, *, width: int | None = None) -> None:
    """The widget of the colour."""
    now = state.view()
    colours = [*names(pipeline, dataset, space, drawing), *direction.colours(pipeline, dataset, now)]
    st.selectbox(
        "Colour by",
        colours,
        format_func=lambda name: direction.title(now) if name == direction.COLOUR else name,
        width=width or "stretch",
        **state.bound("colour", colours),
    )


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
    return Labels(name, "numeric", (), np.empty(0, np.int32), np.asarray(points[name], dtype=np.float64))


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


def _points(
    pipeline: Pipeline, dataset: Dataset, space: str, drawing: Ask | None
) -> Mapping[str, npt.NDArray[np.float64]]:
    """Numbers per point that are there: the map's own error, and those of analyses of the space."""
    found: dict[str, npt.NDArray[np.float64]] = {}
    if drawing is not None:
        drawn: Drawing | None = pipeline.find(drawing)
        if drawn is not None:
            found |= {f"Map: {name.replace('_', ' ')}": values for name, values in drawn.trust.points.items()}
    graph = pipeline.find(Ask("neighbors", subject=space))
    if graph is not None:
        near = graph.nearest(pipeline.study.k)
        found[f"Neighbours: mean distance to the {near.k} nearest"] = near.distances.mean(axis=1, dtype=np.float64)
    for name, analysis in analyses().items():
        for label in analysis.columns(dataset.labels):
            result: Result | None = pipeline.find(Ask("analysis", name, space, label))
            by = f" by {label}" if label else ""
            for point, values in ({} if result is None else result.points).items():
                found[f"{analysis.title}{by}: {point.replace('_', ' ')}"] = values
    return found
