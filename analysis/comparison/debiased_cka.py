"""Debiased linear CKA: how alike the two matrices of similarities between samples are.

HSIC's unbiased estimate (Song et al. 2012) of the linear kernels, over the root of each space's with itself (Kornblith
et al. 2019; debiased as Murphy et al. 2024). With centered rows it is made of |X'Y|², sum |x|²|y|² and the traces, so
no n × n matrix is built. 1: the same up to rotation and scale; 0: chance; slightly below 0 can occur.
"""

import numpy as np

from analysis.comparison.moments import Cross
from analysis.number import CannotAnalyze
from analysis.plugin import Comparison


def hsic(n: int, squared: float, norms: float, x: float, y: float) -> float:
    """Unbiased HSIC of linear kernels from |X'Y|², sum |x|²|y|² and the sums of squares of centered rows."""
    return (squared - norms + x * y / ((n - 1) * (n - 2)) - 2 * norms / (n - 2)) / (n * (n - 3))


def value(cross: Cross) -> float:
    n, x, y = cross.n, cross.x, cross.y
    if n < 4:
        raise CannotAnalyze("Debiased CKA needs at least 4 samples.")
    own = [hsic(n, float(np.square(s.products).sum()), s.fourths, s.squares, s.squares) for s in (x, y)]
    if min(own) <= 0:
        raise CannotAnalyze("A space has no more structure than noise, so CKA has no scale.")
    both = hsic(n, float(np.square(cross.products).sum()), cross.norms, x.squares, y.squares)
    return both / float(np.sqrt(own[0] * own[1]))


COMPARISON = Comparison(
    name="debiased_cka",
    title="Debiased CKA",
    version=1,
    basis="centered",
    value=value,
    describe="Likeness of the two matrices of similarities between samples, without the bias that many dimensions"
    " and few samples bring: 1 the same up to rotation and scale, 0 chance.",
    same=1.0,
)
