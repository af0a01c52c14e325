"""t-SNE from the space's own kNN graph: Barnes-Hut gradients by scikit-learn, a start at the principal axes.

Van der Maaten and Hinton 2008; van der Maaten 2014. Perplexity p looks at 3p + 1 neighbours of each sample. The metric
is the graph's: for cosine the chord between the rows at length one. Same seed, same map. Slow: minutes for 10,000.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import KnnGraph
from analysis.number import CannotAnalyze
from analysis.plugin import Params, Projection, Slider
from analysis.projection.fuzzy_graph import from_zero
from analysis.projection.start import start_map
from analysis.space import EmbeddingSpace

NARROW = 1e-4  # spread of the start along its first axis (Kobak and Berens 2019)


@dataclass(frozen=True)
class TsneParams(Params):
    perplexity: Annotated[int, Slider(2, 16, "Perplexity: about how many neighbours count")] = 15


def project(
    space: EmbeddingSpace, graph: KnnGraph, dimensions: int, seed: int, params: TsneParams
) -> npt.NDArray[np.float32]:
    from scipy import sparse
    from sklearn.manifold import TSNE

    k = 3 * params.perplexity + 1
    if k > graph.k:
        raise CannotAnalyze(
            f"t-SNE at perplexity {params.perplexity} looks at {k} neighbours, but the graph of {space.n} samples"
            f" holds {graph.k} of each; give a perplexity of at most {(graph.k - 1) // 3}, or use PCA."
        )
    start = start_map(space, graph.metric, dimensions)
    start *= NARROW / start[:, 0].std()
    cut = graph.nearest(k)
    lengths = from_zero(cut)
    if graph.metric != "euclidean":
        lengths = np.sqrt(2 * lengths)  # chord: |u - v|^2 = 2 (1 - cos)
    own = np.arange(space.n)[:, None]  # scikit-learn expects each sample first in its own row
    columns = np.hstack([own, cut.indices])
    values = np.hstack([np.zeros((space.n, 1)), lengths])
    known = sparse.csr_matrix(
        (values.ravel(), columns.ravel(), np.arange(0, columns.size + 1, k + 1)), shape=(space.n, space.n)
    )
    engine = TSNE(
        n_components=dimensions,
        perplexity=params.perplexity,
        metric="precomputed",
        init=start.astype(np.float32),
        random_state=seed % (1 << 32),
    )
    return np.asarray(engine.fit_transform(known), np.float32)


PROJECTION = Projection(name="tsne", title="t-SNE", version=1, project=project, params=TsneParams)
