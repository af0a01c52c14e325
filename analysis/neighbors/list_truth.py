"""What inverted lists are held against: the true neighbours of a sample of rows, found part by part."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis.neighbors.cells import behind
from analysis.neighbors.list_makers import among, best_of, exact_order
from analysis.neighbors.points import Indices, Points, Vectors
from analysis.neighbors.recall import hits_of, shared
from analysis.number import Number
from analysis.parts import outcomes

SHARE = 0.995  # of the sample's true neighbours that the margin must reach
Near = npt.NDArray[np.int32]


def truth_of(points: Points, sample: Indices, files: list[Path], k: int) -> tuple[Near, Vectors]:
    """The k true neighbours of the sampled rows, and their distances."""
    scores, found = np.empty((len(sample), 0), np.float32), np.empty((len(sample), 0), np.int64)
    sign = -1 if points.by_product else 1
    for one in outcomes(files):
        both = np.hstack([scores, sign * one["scores"]]), np.hstack([found, one["found"]])
        scores, found = best_of(*both, one["found"].shape[1] if not found.shape[1] else found.shape[1])
    return exact_order(points, sample, found, k)


def reach_of(points: Points, centers: Vectors, home: Indices, rows: Indices, true: Near) -> dict[str, float]:
    """The margin that reaches SHARE of the true neighbours, and no more lists than any sampled row has within it."""
    here = Points(points.metric, np.asarray(points.vectors[rows]), points.center, points.scale)
    lag = behind(here, centers, slice(None))
    margin = float(np.quantile(np.take_along_axis(lag, home[true].astype(np.int64), axis=1), SHARE, method="higher"))
    return {"margin": margin, "most": 2 * int((lag <= margin).sum(axis=1).max())}


def recall_on(points: Points, rows: Indices, indices: Near, limits: Vectors) -> tuple[Number, tuple[float, ...]]:
    """Recall@k of a graph on some rows whose true distances are known, and that @1, @2 ... @k."""
    found = indices[rows].astype(np.int64)
    around, known = among(points, rows, found)
    hits = hits_of(around, around.vectors[known.own], known.found, limits)
    each = tuple(float(hits[at, :, : at + 1].mean()) for at in range(limits.shape[1]))
    return shared(each[-1], len(rows)), each
