"""Principal component analysis: the flat view of a space that keeps the most of its variance.

A rotated copy of a space gets the same picture. `principal` gives the share of variance along each axis too.
"""

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import KnnGraph
from analysis.plugin import Params, Projection
from analysis.projection.principal import principal
from analysis.space import EmbeddingSpace


def project(
    space: EmbeddingSpace, graph: KnnGraph, dimensions: int, seed: int, params: Params
) -> npt.NDArray[np.float32]:
    return principal(space.vectors, dimensions).coordinates.astype(np.float32)


PROJECTION = Projection(name="pca", title="PCA", version=1, project=project)
