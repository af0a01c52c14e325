"""Soft local consistency: the mean share of a node's linked ones that have its class."""

import numpy as np

from analysis.alignment.votes import Floats, Votes
from analysis.graph_plugin import Alignment


def value(votes: Votes, chance: float) -> tuple[Floats, Floats]:
    return votes.soft, np.isfinite(votes.soft).astype(float)


ALIGNMENT = Alignment(
    name="lc_soft",
    title="Soft local consistency",
    version=1,
    basis="graph",
    value=value,
    describe="Mean over nodes of the share of linked ones with their class.",
)
