"""What is wrong with a space before anything else is asked of it.

Duplicates: rows that repeat an earlier one exactly. Outlier dimensions: mean magnitude a_j = mean |x_ij| more than
3 SD above the mean of all dimensions' (the 3-sigma rule of Kovaleva et al. 2021 and Luo et al. 2021; fewer than 11
dimensions cannot reach it); the table says how much of the mean cosine each contributes (Timkey and van Schijndel
2021). Non-finite rows: always 0, as a space with such rows is refused when it is made.
"""

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.geometry import cosines, moments
from analysis.geometry.alarms import alarms_of
from analysis.geometry.each_dimension import SIGMAS, standing_out
from analysis.number import Number
from analysis.plugin import Analysis, Params
from analysis.result import Result
from analysis.scales import BySums
from analysis.space import EmbeddingSpace

if TYPE_CHECKING:
    import plotly.graph_objects as go


def compute(space: EmbeddingSpace, params: Params) -> Result:
    duplicates = _repeats(space)
    dimensions = _dimensions(space)
    alarms = pd.DataFrame(alarms_of(space, duplicates, dimensions), columns=["severity", "sentence"])
    return Result(
        numbers={
            "duplicates": Number(value=float(duplicates)),
            "outlier_dimensions": Number(value=float((dimensions["z"] > SIGMAS).sum()), n=space.d),
            "nonfinite_rows": Number(value=0.0),
        },
        tables={"alarms": alarms.astype("string"), "dimensions": dimensions},
        notes=tuple(alarms["sentence"]),
    )


def _repeats(space: EmbeddingSpace) -> int:
    seen = {blake2b((row + 0.0).tobytes(), digest_size=16).digest() for row in space.vectors}  # + 0.0: -0 is 0
    return space.n - len(seen)


def _dimensions(space: EmbeddingSpace) -> pd.DataFrame:
    """Per dimension its mean, variance, magnitude, how far that stands out, and its share of the mean cosine."""
    n, d = space.n, space.d
    center = moments.mean_of(space.vectors)
    magnitude, variance, units, unit_squares = np.zeros((4, d))
    for rows in moments.chunks(space.vectors):
        magnitude += np.abs(rows).sum(axis=0) / n
        variance += np.square(rows - center).sum(axis=0) / n
        directions = cosines.unit(rows)
        units += directions.sum(axis=0)
        unit_squares += np.square(directions).sum(axis=0)
    of_cosine = (np.square(units) - unit_squares) / (n * (n - 1))
    total = of_cosine.sum()
    table = pd.DataFrame(
        {"dimension": np.arange(d), "magnitude": magnitude, "z": standing_out(magnitude), "mean": center}
    )
    table["variance"] = variance
    table["share_of_cosine"] = of_cosine / total if abs(total) > 0.01 else np.nan
    return table.sort_values("magnitude", ascending=False, kind="stable", ignore_index=True)


def figure(result: Result) -> "go.Figure":
    from analysis.figures.bars import histogram

    alarms, dimensions = result.tables["alarms"], result.tables["dimensions"]
    harmless = alarms["severity"] == "note"
    said = [*alarms["sentence"][~harmless], *alarms["sentence"][harmless]]
    return histogram(
        dimensions["z"].to_numpy(),
        title=" ".join(said) or "No warnings; 0 outlier dimensions",
        x="mean magnitude of a dimension, in SD from the mean of all (outliers: above 3)",
        y="dimensions",
        log_y=True,
    )


ANALYSIS = Analysis(
    name="health",
    title="Health",
    question="Is anything wrong with this space: collapse, duplicates, outlier dimensions?",
    version=2,
    compute=compute,
    figure=figure,
    scales=BySums(),
    describe={
        "duplicates": "Rows whose vector repeats an earlier row's exactly.",
        "outlier_dimensions": "Dimensions whose mean magnitude lies more than 3 SD above the mean of all dimensions'.",
        "nonfinite_rows": "Rows with NaN or infinite values; a space that has any is refused, so this is 0.",
    },
    scale_invariant=True,
)
