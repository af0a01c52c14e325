"""TransRate: how many bits the labels save when the features are coded, in nats per sample.

R(Z) - Σ_c n_c/n R(Z_c) with the coding rate R(Z) = 1/2 log det(I + Z'Z / (n ε)) of n rows and ε = 1e-4 (Huang et al.
2022). Z: the vectors less the mean of all, of each class too. Choices: rows are scaled to mean squared length 1, so
that an ε in absolute units treats a wide and a narrow space alike; classes weigh by their size (the paper's code
divides by their number: the same where they are equally large). Of at most 5,000 samples, seeded. 0: no class is told
apart.
"""

import numpy as np
import numpy.typing as npt

from analysis.plugin import Estimator
from analysis.transferability.sample import Floats, Mask, Sample, Score, Target

EPSILON = 1e-4
MOST = 5_000


def rate(rows: Floats) -> float:
    """Coding rate of some rows (n, d), by whichever of Z'Z and ZZ' is smaller."""
    n, d = rows.shape
    products = rows.T @ rows if d <= n else rows @ rows.T
    return 0.5 * float(np.linalg.slogdet(np.eye(len(products)) + products / (n * EPSILON))[1])


def value(rows: Floats, codes: npt.NDArray[np.intp]) -> float:
    scaled = standing(rows)
    return rate(scaled) - within(scaled, codes)


def within(scaled: Floats, codes: npt.NDArray[np.intp]) -> float:
    """Mean coding rate of the classes, by size."""
    groups = (np.flatnonzero(codes == code) for code in np.unique(codes))
    return sum(len(group) / len(codes) * rate(scaled[group]) for group in groups)


def standing(rows: Floats) -> Floats:
    """Rows less their mean, at mean squared length 1."""
    centered = rows - rows.mean(axis=0)
    found: Floats = centered / np.sqrt(np.square(centered).sum() / len(rows))
    return found


def score(sample: Sample) -> Score:
    some = sample.some(MOST)
    rows, codes = some.moments.rows.astype(np.float64), some.target.codes
    scaled = standing(rows)
    whole = rate(scaled)

    def part(drawn: Mask) -> float:
        taken, target = some.drawn(drawn)
        return value(rows[taken], target.codes)

    def dealt(target: Target) -> float:
        return whole - within(scaled, target.codes)

    return Score(whole - within(scaled, codes), some.target, part, dealt, draws=some.moments.draws)


ESTIMATOR = Estimator(
    name="transrate",
    title="TransRate",
    version=1,
    kinds=("categorical",),
    score=score,
    describe="What the labels save when the vectors are coded to a small error, in nats per sample: 0 nothing.",
    reference="Huang et al., ICML 2022, arXiv 2106.09362",
)
