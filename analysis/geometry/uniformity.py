"""Whether directions are spread over the whole sphere, or crowd together.

Uniformity (Wang and Isola 2020): log of the mean of exp(-2 |u - v|²) over all distinct pairs of unit vectors; the
lower, the more evenly spread, and the more of the sphere is left to tell samples apart. Exact up to 50,000 samples,
beyond over all pairs of 20,000. Alignment, its counterpart, is a number of a space and a graph.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.figures.words import shown, value_of
from analysis.geometry.crowding import crowding_between, crowding_of, round_crowding
from analysis.geometry.pairs import EXACT, SAMPLE, pairs_said, rows_asked, some_rows
from analysis.number import Number
from analysis.plugin import Analysis, Drawn, OfBlocks, OneDraw, Params, Subsample
from analysis.result import Result
from analysis.scales import OnSample
from analysis.space import EmbeddingSpace

if TYPE_CHECKING:
    import plotly.graph_objects as go

INTERVAL = 10_000  # samples that the interval is drawn from at most


def compute(space: EmbeddingSpace, params: Params) -> Result:
    rows, there = rows_asked(space.vectors, "cosine")
    crowding = crowding_of(space.vectors[rows])
    points = np.full(space.n, np.nan)
    points[rows] = np.log(crowding)
    notes = [pairs_said(len(rows), there)]
    if there < space.n:
        notes.append(f"{space.n - there:,} zero vectors have no direction.")
    numbers = {"uniformity": Number(value=float(np.log(crowding.mean())), n=len(rows))}
    return Result(numbers, points={"crowding": points}, notes=tuple(notes))


def share(space: EmbeddingSpace, params: Params, block_of: npt.NDArray[np.intp]) -> OfBlocks:
    rows, _ = rows_asked(space.vectors, "cosine")
    some = rows[some_rows(len(rows), INTERVAL)]
    part = np.unique(block_of[some], return_inverse=True)
    sizes, sums = crowding_between(space.vectors[some], part[1])
    whole, narrower = np.log(sums.sum() / (len(some) * (len(some) - 1))), np.sqrt(len(some) / len(rows))

    def of_blocks(drawn: npt.NDArray[np.bool_]) -> Mapping[str, float]:
        chosen = drawn[part[0]]
        count = sizes[chosen].sum()
        if count < 2:
            return {}
        value = np.log(sums[np.ix_(chosen, chosen)].sum() / (count * (count - 1)))
        return {"uniformity": float(whole + (value - whole) * narrower)}

    return of_blocks


def round_cloud(space: EmbeddingSpace, params: Params) -> OneDraw:
    draw = round_crowding(len(rows_asked(space.vectors, "cosine")[0]), space.d)
    return lambda rng: {"uniformity": float(np.log(draw(rng)))}


def figure(result: Result) -> "go.Figure":
    from analysis.figures.bars import histogram

    number = value_of(result, "uniformity")
    chance = "" if number.null_mean is None else f" (round cloud: {shown(number.null_mean)})"
    return histogram(
        result.points["crowding"],
        title=f"Uniformity {shown(number.value)}{chance}: the lower, the more evenly directions are spread",
        x="log of the mean of exp(−2 |u − v|²) of a sample with all others",
    )


ANALYSIS = Analysis(
    name="uniformity",
    title="Uniformity",
    question="Are directions spread over the whole sphere, or do they crowd together?",
    version=2,
    compute=compute,
    figure=figure,
    scales=OnSample(EXACT, SAMPLE),
    describe={
        "uniformity": "Log of the mean of exp(−2 |u − v|²) over all pairs of unit vectors (Wang and Isola 2020): 0"
        " where all point one way, near −4 spread evenly in many dimensions. Its counterpart, alignment, stands on the"
        " page Graph: whether linked samples point one way.",
    },
    points={"crowding": "how crowded a sample is"},
    interval=Subsample(share=share),
    null=Drawn(draw=round_cloud, what="a round Gaussian cloud of as many samples and dimensions."),
    rotation_invariant=True,
    scale_invariant=True,
)
