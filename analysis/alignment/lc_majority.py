"""Local consistency: how often the commonest class among a node's linked ones is its own, ties shared."""

import numpy as np

from analysis.alignment.votes import Floats, Votes
from analysis.graph_plugin import Alignment


def value(votes: Votes, chance: float) -> tuple[Floats, Floats]:
    return votes.majority, np.isfinite(votes.majority).astype(float)


ALIGNMENT = Alignment(
    name="lc_majority",
    title="Local consistency",
    version=1,
    basis="graph",
    value=value,
    describe="Share of nodes whose class leads among their linked ones (m tied count 1/m).",
)
