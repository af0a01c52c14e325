"""Normalised discounted cumulative gain: linked ones among the k nearest, each worth 1 / log2(rank + 1).

Divided by what the best order would give (Järvelin and Kekäläinen 2002); equally near ones share the gains of their
ranks, as in scikit-learn's `ndcg_score`.
"""

import numpy as np

from analysis.alignment.ranks import Floats, Ranks
from analysis.graph_plugin import Alignment


def value(ranks: Ranks, k: int) -> Floats:
    worth = np.append(0.0, np.cumsum(1 / np.log2(np.arange(2, k + 2))))  # of the first 0 … k ranks
    shared = (worth[np.minimum(ranks.upto, k)] - worth[np.minimum(ranks.less, k)]) / ranks.tied
    return ranks.spread(ranks.sums(shared) / worth[np.minimum(ranks.degrees, k)])


ALIGNMENT = Alignment(
    name="ndcg",
    title="nDCG",
    version=1,
    basis="ranks",
    value=value,
    describe="Linked ones among the k nearest, discounted by rank, over the best possible; mean over nodes.",
    at_k=True,
)
