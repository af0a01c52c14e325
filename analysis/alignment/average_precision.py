"""Average precision: how pure the list of others, nearest first, stays down to each linked one.

Mean over a node's linked ones of (linked ones as near or nearer) / (all as near or nearer), which takes equally near
ones together, as scikit-learn's `average_precision_score` does; then the mean over nodes.
"""

from analysis.alignment.ranks import Floats, Ranks
from analysis.graph_plugin import Alignment


def value(ranks: Ranks) -> Floats:
    return ranks.spread(ranks.sums(ranks.linked_upto / ranks.upto) / ranks.degrees)


ALIGNMENT = Alignment(
    name="average_precision",
    title="Average precision",
    version=1,
    basis="ranks",
    value=value,
    describe="Mean over nodes of the average precision of all others, nearest first, at finding the linked ones.",
)
