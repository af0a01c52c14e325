"""Strict local consistency: how often all of a node's linked ones have its class; no nearest neighbour errs there."""

import numpy as np

from analysis.alignment.votes import Floats, Votes
from analysis.graph_plugin import Alignment


def value(votes: Votes, chance: float) -> tuple[Floats, Floats]:
    return votes.strict, np.isfinite(votes.strict).astype(float)


ALIGNMENT = Alignment(
    name="lc_strict",
    title="Strict local consistency",
    version=1,
    basis="graph",
    value=value,
    describe="Share of nodes all of whose linked ones have their class: the floor of 1-NN where recovery is exact.",
)
