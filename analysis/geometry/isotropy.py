"""Whether the space is used evenly in all directions, or lies in a narrow cone.

Mean cosine: over all distinct pairs, uncentered: (|sum u|² - n) / (n(n - 1)) with u the unit vectors.
IsoScore (Rudman et al. 2022): turn the cloud to its principal axes, scale the diagonal of its covariance to length
sqrt(d), take its distance δ = |v - 1| / sqrt(2(d - sqrt(d))) from the ones, and
((d - δ²(d - sqrt(d)))² / d - 1) / (d - 1). All of this comes to (P - 1) / (d - 1) with P = (sum v)² / sum v² the
participation ratio: 0 for a line, 1 for a round cloud.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.figures.words import shown, value_of
from analysis.geometry import cosines, moments
from analysis.geometry.moments import Floats
from analysis.number import CannotAnalyze, Number
from analysis.plugin import Analysis, Drawn, OfBlocks, OneDraw, Params, Subsample
from analysis.result import Result
from analysis.scales import BySums
from analysis.space import EmbeddingSpace

if TYPE_CHECKING:
    import plotly.graph_objects as go


def compute(space: EmbeddingSpace, params: Params) -> Result:
    known = cosines.with_direction(space.vectors)
    count, total = int(known.sum()), cosines.unit_sum(space.vectors)
    numbers: dict[str, Number] = {}
    points: dict[str, Floats] = {}
    notes = (f"{space.n - count:,} zero vectors have no direction and no cosine.",) if count < space.n else ()
    if count < 2:
        numbers["mean_cosine"] = Number(value=None, why="Fewer than two vectors differ from zero: there is no cosine.")
    else:
        numbers["mean_cosine"] = Number(value=cosines.mean_cosine(total, count), n=count)
        own = np.concatenate([cosines.unit(rows) @ total for rows in moments.chunks(space.vectors)])
        points["mean_cosine"] = np.where(known, (own - 1) / (count - 1), np.nan)
    try:
        if space.d == 1:
            raise CannotAnalyze("IsoScore compares directions, and a space of one dimension has only one.")
        gram = moments.gram_of(space)
        numbers["isoscore"] = Number(value=isoscore(float(np.trace(gram) ** 2 / np.square(gram).sum()), space.d))
    except CannotAnalyze as error:
        numbers["isoscore"] = Number(value=None, why=str(error))
    return Result(numbers, points=points, notes=notes)


def isoscore(participation: float, d: int) -> float:
    return (participation - 1) / (d - 1)


def share(space: EmbeddingSpace, params: Params, block_of: npt.NDArray[np.intp]) -> OfBlocks:
    def units_and_ones(rows: Floats) -> Floats:
        units = cosines.unit(rows)
        return np.column_stack([units, np.any(units != 0, axis=1)])

    _, sums = moments.block_sums(space.vectors, block_of, units_and_ones)
    axes, _ = moments.principal_axes(space)
    variances = moments.subset_spectra(space.vectors, axes, block_of, centered=True)

    def of_blocks(drawn: npt.NDArray[np.bool_]) -> Mapping[str, float]:
        *total, count = sums[drawn].sum(axis=0)  # of the unit vectors, and how many
        cosine = cosines.mean_cosine(np.array(total), count) if count > 1 else np.nan
        spread = variances(drawn)
        known = space.d > 1 and spread.any()
        score = isoscore(moments.participation_ratio(spread), space.d) if known else np.nan
        return {"mean_cosine": cosine, "isoscore": score}

    return of_blocks


def round_cloud(space: EmbeddingSpace, params: Params) -> OneDraw:
    n, d = space.n, space.d

    def draw(rng: np.random.Generator) -> Mapping[str, float]:
        if n > max(moments.EXACT_NULL, 2 * d):
            gram = moments.round_covariance(n, d, rng)
            cosine = (rng.chisquare(d) / d - 1) / (n - 1)  # |sum u|² d / n goes to chi-square with d degrees
        else:
            cloud = rng.standard_normal((n, d), dtype=np.float32)
            gram = moments.covariance_like(cloud, moments.mean_of(cloud))
            cosine = cosines.mean_cosine(cosines.unit_sum(cloud), n)
        score = isoscore(float(np.trace(gram) ** 2 / np.square(gram).sum()), d) if d > 1 else np.nan
        return {"mean_cosine": cosine, "isoscore": score}

    return draw


def figure(result: Result) -> "go.Figure":
    from analysis.figures.bars import histogram

    cosine, score = value_of(result, "mean_cosine"), value_of(result, "isoscore")
    return histogram(
        result.points.get("mean_cosine", np.empty(0)),
        title=f"Mean cosine {shown(cosine.value)} (round cloud: 0), IsoScore {shown(score.value)}"
        f" (round cloud: {shown(1 if score.null_mean is None else score.null_mean)})",
        x="mean cosine of a sample with all others",
    )


ANALYSIS = Analysis(
    name="isotropy",
    title="Isotropy",
    question="Is the space used evenly in all directions, or do all samples lie in a narrow cone?",
    version=1,
    compute=compute,
    figure=figure,
    scales=BySums(),
    describe={
        "mean_cosine": "Mean cosine over all distinct pairs of samples, uncentered: 0 in a round cloud, near 1 in a"
        " narrow cone.",
        "isoscore": "How evenly variance is spread over the dimensions (Rudman et al. 2022): 0 for a line, 1 for a"
        " round cloud of very many samples.",
    },
    points={"mean_cosine": "mean cosine with all others"},
    interval=Subsample(share=share),
    null=Drawn(draw=round_cloud, what="a round Gaussian cloud of as many samples and dimensions.", draws=40),
    rotation_invariant=True,
    scale_invariant=True,
)
