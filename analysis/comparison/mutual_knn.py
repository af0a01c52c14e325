"""Mutual kNN: the share of a sample's k nearest neighbours that both spaces agree on, mean over samples.

|N_k(i; A) ∩ N_k(i; B)| / k (the mutual k-nearest-neighbour metric of Huh et al. 2024).
"""

from analysis.comparison.moments import Floats
from analysis.plugin import Comparison


def value(shared: Floats, k: int) -> Floats:
    return shared / k


COMPARISON = Comparison(
    name="mutual_knn",
    title="Mutual kNN",
    version=1,
    basis="neighbors",
    value=value,
    describe="Share of a sample's k nearest neighbours that both spaces agree on, mean over samples: 1 the same"
    " neighbours, k / (n - 1) by chance.",
    same=1.0,
)
