"""PWCCA: canonical correlations weighted by how much of a space each direction accounts for (Morcos et al. 2018).

With h_i the canonical variates of a space at length one and x_j its columns, the weight is sum_j |<h_i, x_j>|. Either
space can give the weights; this is the mean of both, so that order does not matter.
"""

import numpy as np

from analysis.comparison.canonical import between
from analysis.comparison.moments import Cross
from analysis.plugin import Comparison


def value(cross: Cross) -> float:
    shared, left, right = between(cross, 1.0)
    u, correlations, vt = np.linalg.svd(shared, full_matrices=False)
    found = []
    for variates, side in ((left @ u, cross.x), (right @ vt.T, cross.y)):
        weights = np.abs(variates.T @ side.products).sum(axis=1)
        found.append(float((weights * np.minimum(correlations, 1.0)).sum() / weights.sum()))
    return sum(found) / 2


COMPARISON = Comparison(
    name="pwcca",
    title="PWCCA",
    version=1,
    basis="centered",
    value=value,
    describe="Canonical correlations weighted by how much of the spaces each direction accounts for, mean of both"
    " weightings. It grows with dimensions over samples: judge it by its chance.",
    same=1.0,
    rotation_invariant=False,  # the weights are those of the columns as they are
)
