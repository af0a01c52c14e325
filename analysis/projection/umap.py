"""UMAP from the space's own kNN graph: no second search for neighbours, a start at the principal axes.

McInnes, Healy and Melville, arXiv:1802.03426. The metric is the graph's. Same seed, same map. Distances between far
groups, sizes of groups and gaps say little; see the map's trustworthiness and continuity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import KnnGraph
from analysis.number import CannotAnalyze
from analysis.plugin import Params, Projection, Slider
from analysis.projection.fuzzy_graph import fuzzy_graph
from analysis.projection.joint import fitted_together
from analysis.projection.layout import lay_out
from analysis.projection.start import start_map
from analysis.space import EmbeddingSpace

FEWEST = 10  # samples
SMALL = 5_000  # samples up to which 500 passes take a few seconds
SIDE = 10.0  # of the box the map starts in


@dataclass(frozen=True)
class UmapParams(Params):
    """`n_neighbors` counts the sample itself, as in umap-learn."""

    n_neighbors: Annotated[int, Slider(3, 51, "Neighbours each sample is tied to (itself included)")] = 15
    min_dist: Annotated[float, Slider(0.0, 0.99, "Least distance on the map")] = 0.1


def project(
    space: EmbeddingSpace, graph: KnnGraph, dimensions: int, seed: int, params: UmapParams
) -> npt.NDArray[np.float32]:
    _check(graph, params)
    start = start_map(space, graph.metric, dimensions)
    low = start.min(axis=0)
    spread = np.ptp(start, axis=0)
    return _improved(SIDE * (start - low) / np.where(spread > 0, spread, 1), graph, seed, params)


def started(start: npt.NDArray[np.float32], graph: KnnGraph, seed: int, params: UmapParams) -> npt.NDArray[np.float32]:
    """The map that another one, as large as UMAP's own, becomes."""
    _check(graph, params)
    return _improved(start.astype(np.float64), graph, seed, params)


def jointly(
    spaces: Sequence[EmbeddingSpace], graphs: Sequence[KnnGraph], dimensions: int, seed: int, params: UmapParams
) -> list[npt.NDArray[np.float32]]:
    """Maps of spaces of the same samples that umap-learn's AlignedUMAP fits together."""
    for graph in graphs:
        _check(graph, params)
    return fitted_together(
        spaces, graphs[0].metric, dimensions, seed, n_neighbors=params.n_neighbors, min_dist=params.min_dist
    )


def _check(graph: KnnGraph, params: UmapParams) -> None:
    if graph.n < FEWEST:
        raise CannotAnalyze(f"UMAP needs at least {FEWEST} samples and there are {graph.n}; use PCA.")
    if params.n_neighbors - 1 > graph.k:
        raise CannotAnalyze(
            f"UMAP's n_neighbors is {params.n_neighbors}, but the graph of {graph.n} samples holds {graph.k}"
            f" neighbours of each; give n_neighbors of at most {graph.k + 1}."
        )


def _improved(
    start: npt.NDArray[np.float64], graph: KnnGraph, seed: int, params: UmapParams
) -> npt.NDArray[np.float32]:
    start = start + np.random.default_rng([seed, 5]).normal(scale=1e-4 * SIDE, size=start.shape)  # parts twins
    passes = 500 if graph.n <= SMALL else 200
    ties = fuzzy_graph(graph.nearest(params.n_neighbors - 1))
    return lay_out(ties, start.astype(np.float32), min_dist=params.min_dist, passes=passes, seed=seed)


PROJECTION = Projection(
    name="umap",
    title="UMAP",
    version=1,
    project=project,
    params=UmapParams,
    started=started,
    jointly=jointly,
)
