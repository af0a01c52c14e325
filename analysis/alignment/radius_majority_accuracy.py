"""How often the commonest class within the best radius is a node's own.

Over the labelled nodes that have a labelled linked one, the nodes of local consistency; where nobody is within the
radius the answer is wrong. Where the radius recovers the graph exactly this is local consistency itself.
"""

import numpy as np

from analysis.alignment.votes import Floats, Votes
from analysis.graph_plugin import Alignment


def value(within: Votes, nearest: Floats) -> Floats:
    return np.nan_to_num(within.majority)


ALIGNMENT = Alignment(
    name="radius_majority_accuracy",
    title="Radius-majority accuracy",
    version=1,
    basis="votes",
    value=value,
    describe="Share of nodes whose class leads within the best radius; local consistency where recovery is exact.",
)
