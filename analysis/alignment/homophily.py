"""Homophily: the share of links whose two labels agree, among links with both."""

import numpy as np

from analysis.alignment.votes import Floats, Votes
from analysis.graph_plugin import Alignment


def value(votes: Votes, chance: float) -> tuple[Floats, Floats]:
    return votes.own, np.where(votes.voters > 0, votes.voters, 0)


ALIGNMENT = Alignment(
    name="homophily",
    title="Homophily",
    version=1,
    basis="graph",
    value=value,
    describe="Share of links whose two labels agree, among links with both.",
)
