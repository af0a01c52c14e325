"""Which single dimensions carry the space: variance, kurtosis and outliers, one dimension at a time.

Outliers are health's: mean magnitude more than 3 SD above the mean of all dimensions' (Kovaleva et al. 2021; Luo et al.
2021). Variance and excess kurtosis are the samples' own (population; `each_dimension`). All depend on the axes that the
encoder happens to have: a rotation, which changes no distance, changes them.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.figures.words import shown, value_of
from analysis.geometry.each_dimension import block_powers, dimensions_of, of_means
from analysis.geometry.moments import Floats, center_of
from analysis.number import Number
from analysis.plugin import Analysis, OfBlocks, Params, Subsample
from analysis.result import Result
from analysis.scales import BySums
from analysis.space import EmbeddingSpace

if TYPE_CHECKING:
    import plotly.graph_objects as go


def compute(space: EmbeddingSpace, params: Params) -> Result:
    center_of(space.vectors)  # says where all vectors are equal
    table = dimensions_of(space.vectors)
    found = _numbers(table["variance"].to_numpy(), table["kurtosis"].to_numpy())
    numbers = {name: _number(value) for name, value in found.items()}
    constant = int(table["kurtosis"].isna().sum())
    never = (
        "1 dimension, not drawn, never changes and has"
        if constant == 1
        else f"{constant:,} dimensions, not drawn, never change and have"
    )
    return Result(numbers, tables={"dimensions": table}, notes=(f"{never} no kurtosis.",) if constant else ())


def _number(value: float) -> Number:
    return Number(value=value) if np.isfinite(value) else Number(value=None, why="No dimension varies beyond rounding.")


def _numbers(variance: Floats, kurtosis: Floats) -> dict[str, float]:
    known, total = kurtosis[np.isfinite(kurtosis)], float(variance.sum())
    return {
        "largest_variance": float(variance.max()) / total if total else np.nan,
        "median_kurtosis": float(np.median(known)) if len(known) else np.nan,
    }


def share(space: EmbeddingSpace, params: Params, block_of: npt.NDArray[np.intp]) -> OfBlocks:
    sizes, sums = block_powers(space.vectors, block_of)

    def of_blocks(drawn: npt.NDArray[np.bool_]) -> Mapping[str, float]:
        _, variance, kurtosis = of_means(sums[drawn].sum(axis=0) / sizes[drawn].sum())
        return _numbers(variance, kurtosis)

    return of_blocks


def figure(result: Result) -> "go.Figure":
    from analysis.figures.dimensions import dimensions_figure

    table = result.tables["dimensions"]
    count, part = int(table["outlier"].sum()), float(table["share"][table["outlier"]].sum())
    outliers = f"{count} outlier dimension{'' if count == 1 else 's'} of {len(table):,}"
    carry = f" with {shown(100 * part)} % of the variance" if count else ""
    kurtosis = shown(value_of(result, "median_kurtosis").value)
    return dimensions_figure(table, title=f"{outliers}{carry}; median excess kurtosis {kurtosis}")


ANALYSIS = Analysis(
    name="dimensions",
    title="Single dimensions",
    question="Do a few single dimensions carry the space, and which?",
    version=1,
    compute=compute,
    figure=figure,
    scales=BySums(),
    describe={
        "largest_variance": "Share of the variance in the one dimension that varies most.",
        "median_kurtosis": "Median over dimensions of excess kurtosis: 0 for a Gaussian, high for rare large values.",
    },
    reading="These belong to the encoder's own axes, not to distances: a rotation changes them. A dimension far right"
    " dominates distances; one far up is moved by few samples.",
    interval=Subsample(share=share),
    scale_invariant=True,
)
