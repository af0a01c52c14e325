"""Jaccard index of a sample's two sets of k nearest neighbours, mean over samples: shared / (2k - shared)."""

from analysis.comparison.moments import Floats
from analysis.plugin import Comparison


def value(shared: Floats, k: int) -> Floats:
    return shared / (2 * k - shared)


COMPARISON = Comparison(
    name="jaccard",
    title="Jaccard of neighbours",
    version=1,
    basis="neighbors",
    value=value,
    describe="Shared neighbours over all neighbours that either space gives a sample, mean over samples.",
    same=1.0,
)
