"""How far a map can be trusted: whether its neighbours belong together, and whether those that do stay together.

With r(i, j) the rank of j among the neighbours of i in the space (the nearest has rank 1) and V_i its k nearest on
the map,

    trustworthiness = 1 - 2 / (n k (2n - 3k - 1)) sum_i sum_{j in V_i} max(0, r(i, j) - k),

and continuity is the same with space and map exchanged (Venna and Kaski 2001): 1 = nothing false, about 0.5 = chance.
Points equally far share the best rank. Up to 10,000 points every point is judged; beyond, a seeded sample is, ranked
among all. A point's projection error is the share of its k nearest neighbours in the space that are not among its k
nearest on the map; every point has one.

Interval: points resampled with their contributions. Null: the same map with the points shuffled among its places.
"""

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import KnnGraph, Metric
from analysis.neighbors.graph import build_graph
from analysis.neighbors.points import blocks, prepare
from analysis.number import Number
from analysis.projection.ranks import Rows, map_scores, nearest_on_map, ranks, space_scores
from analysis.result import Result
from analysis.space import EmbeddingSpace

PAIRS = 100_000_000  # compared at most, but
FEWEST = 500  # points are judged in any case
NULLS = 20
RESAMPLED = 1_000
TALL = 1 << 14  # rows whose neighbour lists are compared at a time

Contributions = npt.NDArray[np.float64]


def trust(
    space: EmbeddingSpace,
    graph: KnnGraph | None,
    coordinates: npt.NDArray[np.float32],
    *,
    metric: Metric,
    k: int,
    seed: int,
) -> Result:
    """Judge a map (n, dimensions) of a space at k neighbours; without a graph, the neighbours are found first."""
    if graph is None:
        graph = build_graph(space, metric=metric, k=k, seed=seed)
    if graph.metric != metric or graph.n != space.n or len(coordinates) != space.n:
        raise ValueError("the graph and the map must be of this space, and the graph of this metric")
    near = graph.nearest(k).indices
    shown = nearest_on_map(coordinates, k)
    error = {"projection_error": _lost(near, shown)}
    names = ("trustworthiness", "continuity")
    if 2 * k >= space.n:
        why = f"Ranks say nothing where k = {k} neighbours are half of the {space.n} samples or more; lower k."
        return Result(numbers=dict.fromkeys(names, Number(value=None, why=why)), points=error)
    rng = np.random.default_rng([seed, 6])
    judged = np.arange(space.n)
    if space.n**2 > PAIRS:
        judged = np.sort(rng.choice(space.n, max(FEWEST, PAIRS // space.n), replace=False))
    deals = [rng.permutation(space.n) for _ in range(NULLS)]
    false = _dealt(shown, judged, deals)  # (judged, 1 + nulls, k): whom the map shows
    torn = _dealt(near, judged, [np.argsort(deal) for deal in deals])  # whom the space shows
    numbers = {
        name: _number(_contributions(rows, judged, lists, space.n), rng)
        for name, rows, lists in zip(
            names, (space_scores(prepare(space.vectors, metric)), map_scores(coordinates)), (false, torn), strict=True
        )
    }
    return Result(numbers=numbers, points=error, notes=_notes(graph, len(judged), space.n))


def _dealt(
    lists: npt.NDArray[np.int32], judged: npt.NDArray[np.int64], deals: list[npt.NDArray[np.int64]]
) -> npt.NDArray[np.int64]:
    """Each judged point's list as it is, then as it would be with point i in the place of deal[i]."""
    return np.stack([lists[judged]] + [np.argsort(deal)[lists[deal[judged]]] for deal in deals], axis=1)


def _contributions(rows: Rows, judged: npt.NDArray[np.int64], lists: npt.NDArray[np.int64], n: int) -> Contributions:
    """What each judged point adds to the mean, (judged, 1 + nulls)."""
    k = lists.shape[2]
    place = ranks(rows, judged, lists.reshape(len(judged), -1)).reshape(lists.shape)
    beyond = np.maximum(place - k, 0).sum(axis=2)
    return np.asarray(1 - 2 / (k * (2 * n - 3 * k - 1)) * beyond)


def _number(contributions: Contributions, rng: np.random.Generator) -> Number:
    own, nulls = contributions[:, 0], contributions[:, 1:].mean(axis=0)
    n = len(own)
    means = [own[rng.integers(n, size=n)].mean() for _ in range(RESAMPLED)]
    low, high = np.quantile(means, [0.025, 0.975])
    null_low, null_high = np.quantile(nulls, [0.025, 0.975])
    return Number(
        value=float(own.mean()),
        n=n,
        low=float(low),
        high=float(high),
        null_mean=float(nulls.mean()),
        null_low=float(null_low),
        null_high=float(null_high),
    )


def _lost(near: npt.NDArray[np.int32], shown: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """The share of each point's neighbours that the map does not show near it, (n,)."""
    kept = np.empty(len(near))
    for part in blocks(len(near), TALL):
        kept[part] = (near[part][:, :, None] == shown[part][:, None, :]).any(axis=2).mean(axis=1)
    return 1 - kept


def _notes(graph: KnnGraph, judged: int, n: int) -> tuple[str, ...]:
    notes = []
    if judged < n:
        notes.append(f"Trustworthiness and continuity: {judged:,} of {n:,} samples judged, ranked among all.")
    if graph.recall.value is not None and graph.recall.value < 1:
        notes.append(f"Neighbours in the space were found with recall {graph.recall.value:.3f}.")
    return tuple(notes)
