"""The map of a space as a figure that reads alone: colored by the first label, its trust in the title."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.dataset import Dataset
from analysis.figures.scatter import scatter
from analysis.result import Result

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST = 50_000  # points that a figure holds; beyond, a seeded sample that the title names


def map_figure(
    dataset: Dataset, coordinates: "np.typing.NDArray[np.float32]", trust: Result, *, name: str, k: int, seed: int
) -> "go.Figure":
    """Draw coordinates (n, 2 or 3) of a dataset; `name` is the space's and the projection's."""
    axes = list("xyz")[: coordinates.shape[1]]
    frame = pd.DataFrame(coordinates, columns=axes)
    frame.insert(0, "id", list(dataset.ids))
    color = dataset.labels[0] if dataset.labels else None
    for label in dataset.labels:
        labels = dataset.labels_in(label)
        words = [*labels.classes, None]
        frame[label] = labels.values if labels.kind == "numeric" else [words[code] for code in labels.codes]
    whole = len(frame)
    if whole > MOST:
        frame = frame.iloc[np.sort(np.random.default_rng(seed).choice(whole, MOST, replace=False))]
        frame = frame.reset_index(drop=True)
    value = trust.numbers["trustworthiness"].value
    title = name + ("" if value is None else f": trustworthiness {value:.2f} at k = {k}")
    if whole > MOST:
        title += f", {MOST:,} of {whole:,} samples, seed {seed}"
    figure = scatter(
        frame, color=color, hover_columns=dataset.labels, dimensions=3 if len(axes) == 3 else 2, title=title
    )
    figure.update_layout(width=1000, height=760)
    return figure
