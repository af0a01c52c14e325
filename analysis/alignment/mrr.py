"""Mean reciprocal rank of the nearest linked one; where others are equally near, of the rank to be expected."""

from analysis.alignment.ranks import Floats, Ranks
from analysis.graph_plugin import Alignment


def value(ranks: Ranks) -> Floats:
    return ranks.spread(1 / ranks.first)


ALIGNMENT = Alignment(
    name="mrr",
    title="Reciprocal rank",
    version=1,
    basis="ranks",
    value=value,
    describe="Mean over nodes of 1 / the rank of the nearest linked one.",
)
