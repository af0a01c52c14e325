"""Which share of those linked to a node are among its k nearest."""

from analysis.alignment.ranks import Floats, Ranks
from analysis.graph_plugin import Alignment


def value(ranks: Ranks, k: int) -> Floats:
    return ranks.spread(ranks.among(k) / ranks.degrees)


ALIGNMENT = Alignment(
    name="recall",
    title="Recall",
    version=1,
    basis="ranks",
    value=value,
    describe="Share of the linked ones that are among the k nearest; mean over nodes.",
    at_k=True,
)
