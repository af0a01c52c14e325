"""Second-order cosine: does a sample lie alike toward the neighbours it has in either space (Hamilton et al. 2016).

For each sample, the cosines to the union of its k nearest in A and in B make one vector per space; their cosine, mean
over samples. Taken on a seeded sample of at most 1,000 samples, which `n` says.
"""

import numpy as np
import numpy.typing as npt

from analysis.comparison.moments import Floats, Rows
from analysis.comparison.neighborhoods import Dealt
from analysis.plugin import Comparison

Indices = npt.NDArray[np.int32]


def value(u: Rows, v: Rows | Dealt, near_u: Indices, near_v: Indices, rows: npt.NDArray[np.intp]) -> Floats:
    """Contribution of each of the `rows`; u, v (n, d) at length one, near (r, k) the rows' neighbours in each."""
    union = np.concatenate([near_u, near_v], axis=1)
    order = np.sort(union, axis=1)
    first = np.ones(order.shape, dtype=bool)
    first[:, 1:] = order[:, 1:] != order[:, :-1]
    left = np.einsum("rd,rkd->rk", u[rows], u[order]) * first
    right = np.einsum("rd,rkd->rk", v[rows], v[order]) * first
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((left * right).sum(axis=1) / lengths, np.float64)


COMPARISON = Comparison(
    name="second_order_cosine",
    title="Second-order cosine",
    version=1,
    basis="directions",
    value=value,
    describe="Cosine between how alike a sample is, in each space, to the neighbours it has in either, mean over"
    " samples. High wherever all cosines are positive: judge it by its chance.",
    same=1.0,
)
