"""How far a node's nearest and its linked ones are the same: those in both over those in either (Jaccard).

The nearest are those of the space's kNN graph, the one that everything else reads.
"""

from analysis.alignment.ranks import Floats, Ranks
from analysis.graph_plugin import Alignment


def value(ranks: Ranks, shared: Floats, k: int) -> Floats:
    return ranks.spread(shared / (k + ranks.degrees - shared))


ALIGNMENT = Alignment(
    name="mutual_overlap",
    title="Mutual overlap",
    version=1,
    basis="near",
    value=value,
    describe="Samples both near and linked, over those either near or linked; mean over nodes.",
    at_k=True,
)
