"""CKA of Gaussian kernels, debiased: likeness of neighbourhoods at the scale of the median distance.

K = exp(-|x - y|² / (2 σ²)), σ the median distance between distinct samples (Kornblith et al. 2019, at 1); HSIC by its
unbiased estimate (Song et al. 2012) as the product of U-centered matrices (Székely and Rizzo 2014). Over at most
2,000 samples, which `n` says.
"""

import numpy as np

from analysis.comparison.distances import squared_distances
from analysis.comparison.moments import Floats
from analysis.number import CannotAnalyze
from analysis.plugin import Comparison


def prepare(squared: Floats) -> Floats:
    """The U-centered kernel, (m, m), at length one."""
    m = len(squared)
    if m < 4:
        raise CannotAnalyze("CKA needs at least 4 samples.")
    middle = float(np.median(squared[np.triu_indices(m, 1)]))
    if middle == 0:
        raise CannotAnalyze("More than half of all pairs of samples coincide, so the kernel has no scale.")
    kernel = np.exp(-squared / (2 * middle))
    np.fill_diagonal(kernel, 0.0)
    sums = kernel.sum(axis=1)
    centered = kernel - sums[:, None] / (m - 2) - sums / (m - 2) + sums.sum() / ((m - 1) * (m - 2))
    np.fill_diagonal(centered, 0.0)
    length = float(np.linalg.norm(centered))
    if length == 0:
        raise CannotAnalyze("All pairs of a space are equally alike.")
    found: Floats = centered / length
    return found


def value(a: Floats, b: Floats) -> float:
    return float(np.vdot(a, b))


COMPARISON = Comparison(
    name="rbf_cka",
    title="RBF CKA",
    version=1,
    basis="pairs",
    of_space=squared_distances,
    prepare=prepare,
    value=value,
    describe="Debiased CKA of Gaussian kernels as wide as the median distance, over at most 2,000 samples: likeness of"
    " neighbourhoods more than of the whole.",
    same=1.0,
)
