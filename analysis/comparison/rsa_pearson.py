"""RSA, Pearson: correlation of the two spaces' cosine distances over all pairs of samples.

Over the pairs i ≠ j the sums of cosines, their squares and products are |sum u|² - n, |U'U|² - sum |u|⁴ and
|U'V|² - sum |u|²|v|², so no pair is ever visited (Kriegeskorte et al. 2008 for the measure).
"""

import numpy as np

from analysis.comparison.moments import Cross, Side
from analysis.number import CannotAnalyze
from analysis.plugin import Comparison


def value(cross: Cross) -> float:
    pairs = cross.n * (cross.n - 1)

    def mean(side: Side) -> float:
        return (float(side.total @ side.total) - side.squares) / pairs

    def spread(side: Side) -> float:
        return (float(np.square(side.products).sum()) - side.fourths) / pairs - mean(side) ** 2

    scale = spread(cross.x) * spread(cross.y)
    if min(spread(cross.x), spread(cross.y)) <= 1e-12:
        raise CannotAnalyze("All pairs of a space are equally far apart, so their distances correlate with nothing.")
    both = (float(np.square(cross.products).sum()) - cross.norms) / pairs
    return (both - mean(cross.x) * mean(cross.y)) / float(np.sqrt(scale))


COMPARISON = Comparison(
    name="rsa_pearson",
    title="RSA (Pearson)",
    version=1,
    basis="unit",
    value=value,
    describe="Pearson correlation of the two spaces' cosine distances over all pairs of samples.",
    same=1.0,
)
