"""What the linked or near ones of each node say about its class.

Majority: 1 where the node's own class leads among them, 1/m where it leads with m - 1 others, else 0. Soft: the share
of them that have its class. Strict: 1 where all have it. Those without a label do not vote; a node without a label, or
without anyone to ask, has NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.graph import Graph
from analysis.labels import Labels

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.integer]

TABLE = 1 << 22  # nodes times classes up to which votes are counted in a table


@dataclass(frozen=True, eq=False)
class Votes:
    """Of each node (m,): how many were asked, how many of those have its class, and whether that class leads."""

    voters: Floats
    own: Floats
    majority: Floats

    @property
    def soft(self) -> Floats:
        """Share with the node's class, NaN where nobody was asked."""
        found: Floats = np.divide(self.own, self.voters, out=np.full(len(self.own), np.nan), where=self.voters > 0)
        return found

    @property
    def strict(self) -> Floats:
        """1 where all have its class, NaN where nobody was asked."""
        return np.where(self.voters > 0, (self.own == self.voters).astype(np.float64), np.nan)


def count_votes(rows: Rows, others: Rows, codes: Rows, own: Rows) -> Votes:
    """Votes of the pairs (row, other): `codes` are of all samples, `own` those of the m rows; -1 is no label."""
    m = len(own)
    asked = (own[rows] >= 0) & (codes[others] >= 0)
    rows, said = rows[asked].astype(np.int64), codes[others[asked]].astype(np.int64)
    wide = int(codes.max(initial=0)) + 1
    if m * wide <= TABLE:
        table = np.bincount(rows * wide + said, minlength=m * wide)
        ballots = np.flatnonzero(table)
        counts = table[ballots]
    else:
        ballots, counts = np.unique(rows * wide + said, return_counts=True)
    row, code = ballots // wide, ballots % wide
    most = np.zeros(m, np.int64)
    np.maximum.at(most, row, counts)
    leads = counts == most[row]
    tied = np.bincount(row[leads], minlength=m)
    mine = code == own[row]
    held, voters = np.zeros(m), np.bincount(row, weights=counts, minlength=m)
    held[row[mine]] = counts[mine]
    credit = np.where((held == most) & (held > 0), 1 / np.maximum(tied, 1), 0.0)
    return Votes(voters.astype(np.float64), held, np.where(voters > 0, credit, np.nan))


def joined(parts: Sequence[Votes]) -> Votes:
    """The votes of several parts of the nodes, one after another."""
    return Votes(*(np.concatenate([getattr(one, name) for one in parts]) for name in ("voters", "own", "majority")))


def votes_in(graph: Graph, labels: Labels) -> Votes:
    """Votes of each node's linked ones, direction aside."""
    whole = graph.symmetric
    return count_votes(whole.rows, whole.indices, labels.codes, labels.codes)


def chance_of(labels: Labels) -> float:
    """How often two labelled samples drawn at random agree: the sum of squared shares of the classes."""
    sizes = np.bincount(labels.codes[labels.known])
    return float(np.square(sizes / max(sizes.sum(), 1)).sum())


def row_of(votes: Votes) -> dict[str, float]:
    """Means over the nodes that anyone answered for, and how many those are; NaN where there are none."""
    answered = votes.voters > 0
    if not answered.any():
        return {"lc_majority": np.nan, "lc_soft": np.nan, "lc_strict": np.nan, "neighbors": 0.0, "nodes": 0}
    kinds = {"lc_majority": votes.majority, "lc_soft": votes.soft, "lc_strict": votes.strict}
    found = {name: float(values[answered].mean()) for name, values in kinds.items()}
    return {**found, "neighbors": float(votes.voters[answered].mean()), "nodes": int(answered.sum())}
