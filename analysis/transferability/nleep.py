"""NLEEP: how well Gaussians that never saw the labels predict them.

A mixture of v Gaussians is fitted to the vectors; r_iz is the share of Gaussian z in sample i, P(y|z) the labels of
its samples, and the score is the mean of log Σ_z P(y_i|z) r_iz (Li et al. 2021; LEEP, Nguyen et al. 2020, with the
mixture in place of a source classifier). Choices: principal axes that hold 80 % of the variance; v = 5 per class, at
most one for ten samples and no fewer than classes; diagonal covariances with a floor of a thousandth of the mean
variance; k-means start from the study's seed, 50 steps. Of at most 5,000 samples, seeded. Draws keep the mixture,
which knows no labels; what fitting it to other samples would move stretches the interval by half. 0: certain; minus
the entropy of the labels: the Gaussians tell nothing.
"""

import warnings

import numpy as np

from analysis.plugin import Estimator
from analysis.transferability.sample import Floats, Mask, Sample, Score, Target

SHARE, PER_CLASS, SAMPLES_EACH, FLOOR, STEPS, MOST = 0.8, 5, 10, 1e-3, 50, 5_000
STRETCH = 1.5  # without, intervals were .70 to .94 of the exact width; `benchmarks/transferability_coverage.py`


def shares(rows: Floats, gaussians: int, seed: int) -> Floats:
    """The share of each Gaussian of a mixture in each row, (n, gaussians)."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    mixture = GaussianMixture(
        gaussians,
        covariance_type="diag",
        reg_covar=FLOOR * float(rows.var(axis=0).mean()),
        max_iter=STEPS,
        random_state=seed % (1 << 32),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last step is taken as it is
        found: Floats = mixture.fit(rows).predict_proba(rows)
    return found


def value(gaussian: Floats, target: Target) -> float:
    joint = target.indicator() @ gaussian  # (classes, gaussians)
    weight = gaussian.sum(axis=0)
    of_class = np.divide(joint, weight, out=np.zeros_like(joint), where=weight > 0)
    return float(np.log(np.einsum("nz,nz->n", of_class[target.codes], gaussian)).mean())


def gaussians_of(n: int, classes: int) -> int:
    """How many Gaussians are fitted."""
    return min(PER_CLASS * classes, max(classes, n // SAMPLES_EACH), n)


def score(sample: Sample) -> Score:
    some = sample.some(MOST)
    rows = some.principal(len(some.vectors), SHARE)
    gaussian = shares(rows, gaussians_of(len(rows), some.target.classes), some.seed)

    def part(drawn: Mask) -> float:
        taken, target = some.drawn(drawn)
        return value(gaussian[taken], target)

    def dealt(target: Target) -> float:
        return value(gaussian, target)

    return Score(dealt(some.target), some.target, part, dealt, stretch=STRETCH)


ESTIMATOR = Estimator(
    name="nleep",
    title="NLEEP",
    version=1,
    kinds=("categorical",),
    score=score,
    describe="Mean log probability of a sample's label, told from Gaussians that were fitted without labels: 0 certain,"
    " lower is worse.",
    reference="Li et al., CVPR 2021, arXiv 2011.11200",
)
