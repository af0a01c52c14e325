"""How often the nearest labelled sample has a node's class, over the nodes of local consistency; ties shared."""

from analysis.alignment.votes import Floats, Votes
from analysis.graph_plugin import Alignment


def value(within: Votes, nearest: Floats) -> Floats:
    return nearest


ALIGNMENT = Alignment(
    name="one_nn_accuracy",
    title="1-NN accuracy",
    version=1,
    basis="votes",
    value=value,
    describe="Share of nodes whose nearest labelled sample has their class.",
)
