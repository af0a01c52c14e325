"""The harmonic mean of precision and recall of a node's k nearest: 2 · found / (k + linked)."""

from analysis.alignment.ranks import Floats, Ranks
from analysis.graph_plugin import Alignment


def value(ranks: Ranks, k: int) -> Floats:
    return ranks.spread(2 * ranks.among(k) / (k + ranks.degrees))


ALIGNMENT = Alignment(
    name="f1",
    title="F1",
    version=1,
    basis="ranks",
    value=value,
    describe="Harmonic mean of precision and recall of the k nearest; mean over nodes.",
    at_k=True,
)
