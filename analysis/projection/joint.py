"""Maps of several spaces of the same samples, fitted together by umap-learn's AlignedUMAP.

Each space pulls its own map into shape; besides, every sample's places on two maps pull each other, the more so the
more of its neighbours the spaces share (Dadu et al. 2023; umap-learn's documentation). So what differs between the
maps is not a matter of how each was turned. It finds its own neighbours, exactly up to 4,096 samples, walks 200 times
on one core and compiles anew at each fit. Same seed, same maps; they depend on the order of the spaces.
"""

import warnings
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import Metric
from analysis.number import CannotAnalyze
from analysis.space import EmbeddingSpace


def fitted_together(
    spaces: Sequence[EmbeddingSpace], metric: Metric, dimensions: int, seed: int, *, n_neighbors: int, min_dist: float
) -> list[npt.NDArray[np.float32]]:
    """A map (n, dimensions) of each space; each is tied to the next by sample."""
    if metric == "dot":
        raise CannotAnalyze("AlignedUMAP knows no inner products; give the metric cosine or euclidean, or UMAP alone.")
    for space in spaces:
        if (space.vectors == space.vectors[0]).all():
            raise CannotAnalyze("All points coincide, so there is nothing to draw.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)  # of its own parts that need other libraries
        from umap import AlignedUMAP

    engine = AlignedUMAP(
        n_neighbors=n_neighbors,
        min_dist=min_dist,
        n_components=dimensions,
        metric=metric,
        init="random",  # of each map by itself, which is thrown away; the fit of all starts at their spectra
        random_state=seed % (1 << 32),
        transform_seed=seed % (1 << 32),
    )
    same = {row: row for row in range(spaces[0].n)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a seed means one thread
        engine.fit([np.array(space.vectors) for space in spaces], relations=[same] * (len(spaces) - 1))
    maps = [np.asarray(found, np.float32) for found in engine.embeddings_]
    lost = max(int((~np.isfinite(found).all(axis=1)).sum()) for found in maps)
    if lost:
        raise CannotAnalyze(f"AlignedUMAP gave {lost:,} of {len(same):,} samples no place; use another alignment.")
    return maps
