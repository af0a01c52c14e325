"""What the neighbours of each sample say about its class, and how sure a share or a rank correlation is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.plugin import NEIGHBOR_STRETCH

Floats = npt.NDArray[np.float64]
CHUNK = 1 << 14  # samples whose votes are counted at a time
Z = 1.959964  # 97.5th percentile of the normal law


@dataclass(frozen=True, eq=False)
class Votes:
    """Of each sample's neighbours: how many have a label, how many of those its own, which class leads.

    `credit`: 1 where its own class leads, 1/m where it leads with m - 1 others, else 0. A tie in `leader` goes to
    the class of the nearest neighbour.
    """

    voters: npt.NDArray[np.int64]
    own: npt.NDArray[np.int64]
    leader: npt.NDArray[np.int32]
    credit: Floats


def count_votes(codes: npt.NDArray[np.int32], neighbors: npt.NDArray[np.int32]) -> Votes:
    """Count among the neighbours (n, k) of each sample; those with code -1 do not vote."""
    n = len(codes)
    votes = Votes(np.zeros(n, np.int64), np.zeros(n, np.int64), np.full(n, -1, np.int32), np.zeros(n))
    for start in range(0, n, CHUNK):
        rows = slice(start, start + CHUNK)
        near = np.ascontiguousarray(codes[neighbors[rows]].T)  # (k, samples): long rows are quick to compare
        alike = np.ones(near.shape, np.int32)  # neighbours of the same class, itself included
        for j in range(len(near) - 1):
            same = near[j + 1 :] == near[j]
            alike[j] += same.sum(axis=0)
            alike[j + 1 :] += same
        alike[near < 0] = 0
        most = alike.max(axis=0)
        leads = (alike == most) & (near >= 0)
        own = ((near == codes[rows]) & (near >= 0)).sum(axis=0)
        tied = leads.sum(axis=0) / np.maximum(most, 1)  # each leading class stands `most` times among the leads
        votes.voters[rows] = (near >= 0).sum(axis=0)
        votes.own[rows] = own
        votes.leader[rows] = np.take_along_axis(near, leads.argmax(axis=0)[None], axis=0)[0]
        votes.credit[rows] = np.where((own == most) & (own > 0), 1 / np.maximum(tied, 1), 0.0)
    return votes


def neighbor_means(values: Floats, neighbors: npt.NDArray[np.int32]) -> Floats:
    """Mean over the neighbours (n, k) that have a value, (n,); NaN where none has."""
    near = values[neighbors]
    count = np.isfinite(near).sum(axis=1)
    means: Floats = np.divide(np.nansum(near, axis=1), count, out=np.full(len(near), np.nan), where=count > 0)
    return means


def share_interval(share: Floats | float, n: Floats | int) -> tuple[Floats, Floats]:
    """95 % interval of shares of n samples each (Wilson 1927), of fewer because neighbours are not independent."""
    fewer = np.asarray(n, dtype=np.float64) / NEIGHBOR_STRETCH**2
    middle = (share + Z**2 / (2 * fewer)) / (1 + Z**2 / fewer)
    half = Z / (1 + Z**2 / fewer) * np.sqrt(share * (1 - share) / fewer + (Z / (2 * fewer)) ** 2)
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def rank_correlation_interval(rho: float, n: int) -> tuple[float, float]:
    """95 % interval of a Spearman correlation (Fisher's z, Bonett and Wright 2000), stretched for shared neighbours."""
    z = np.arctanh(np.clip(rho, -1 + 1e-12, 1 - 1e-12))
    half = Z * NEIGHBOR_STRETCH * np.sqrt((1 + rho**2 / 2) / (n - 3))
    return float(min(np.tanh(z - half), rho)), float(max(np.tanh(z + half), rho))
