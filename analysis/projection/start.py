"""Where maps that improve step by step begin: at the principal axes of what the metric looks at."""

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import Metric
from analysis.neighbors.points import prepare
from analysis.projection.principal import principal
from analysis.space import EmbeddingSpace


def start_map(space: EmbeddingSpace, metric: Metric, dimensions: int) -> npt.NDArray[np.float64]:
    """Coordinates (n, dimensions) along the principal axes; under cosine those of the rows at length one."""
    vectors = prepare(space.vectors, metric).base if metric == "cosine" else space.vectors
    return principal(vectors, dimensions).coordinates
