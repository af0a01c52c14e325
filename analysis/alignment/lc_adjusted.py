"""Local consistency beyond chance: (majority - Σp²) / (1 - Σp²), p the shares of the classes."""

import numpy as np

from analysis.alignment.votes import Floats, Votes
from analysis.graph_plugin import Alignment


def value(votes: Votes, chance: float) -> tuple[Floats, Floats]:
    return votes.majority - chance, np.where(np.isfinite(votes.majority), 1 - chance, 0)


ALIGNMENT = Alignment(
    name="lc_adjusted",
    title="Adjusted local consistency",
    version=1,
    basis="graph",
    value=value,
    describe="(Local consistency − Σp²) / (1 − Σp²): 0 at chance, 1 where every node agrees.",
)
