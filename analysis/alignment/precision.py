"""Which share of a node's k nearest are linked to it."""

from analysis.alignment.ranks import Floats, Ranks
from analysis.graph_plugin import Alignment


def value(ranks: Ranks, k: int) -> Floats:
    return ranks.spread(ranks.among(k) / k)


ALIGNMENT = Alignment(
    name="precision",
    title="Precision",
    version=1,
    basis="ranks",
    value=value,
    describe="Share of the k nearest that are linked; mean over nodes.",
    at_k=True,
)
