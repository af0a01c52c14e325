"""RSA, Spearman: rank correlation of the two spaces' cosine distances (Kriegeskorte et al. 2008).

Over all pairs of at most 2,000 samples, which `n` says; ties share their mean rank.
"""

import numpy as np

from analysis.comparison.distances import cosine_distances
from analysis.comparison.moments import Floats
from analysis.number import CannotAnalyze
from analysis.plugin import Comparison


def prepare(distances: Floats) -> Floats:
    """Ranks of the distances, centered and at length one, as a symmetric matrix (m, m) with a zero diagonal."""
    from scipy.stats import rankdata

    above = np.triu_indices(len(distances), 1)
    ranks = rankdata(distances[above])
    ranks -= ranks.mean()
    length = float(np.linalg.norm(ranks))
    if length == 0:
        raise CannotAnalyze("All pairs of a space are equally far apart, so their distances correlate with nothing.")
    found = np.zeros_like(distances)
    found[above] = ranks / length
    return found + found.T


def value(a: Floats, b: Floats) -> float:
    return float(np.vdot(a, b)) / 2


COMPARISON = Comparison(
    name="rsa_spearman",
    title="RSA (Spearman)",
    version=1,
    basis="pairs",
    of_space=cosine_distances,
    prepare=prepare,
    value=value,
    describe="Spearman correlation of the two spaces' cosine distances over all pairs of at most 2,000 samples.",
    same=1.0,
)
