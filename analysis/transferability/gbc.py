"""GBC: how much the classes overlap, each taken as a Gaussian.

- Σ_{c ≠ c'} exp(-D(c, c')), every pair both ways, with the Bhattacharyya distance of diagonal Gaussians D = 1/8 Σ_j
(μ_j - μ'_j)²/s_j + 1/2 Σ_j log(s_j / sqrt(v_j v'_j)), s = (v + v')/2 (Pándy et al. 2022). Choices: 64 principal axes
of all samples, as in the paper; variances over n_c, at least a ten-thousandth of the mean variance of those axes (the
paper's code: 1e-4 in absolute units); classes of one sample, having no variance, are left out. 0: no overlap; at worst
minus the number of ordered pairs of classes.
"""

import numpy as np

from analysis.number import CannotAnalyze
from analysis.plugin import Estimator
from analysis.transferability.sample import Floats, Mask, Sample, Score, Target

AXES, FLOOR = 64, 1e-4


def value(sizes: Floats, sums: Floats, squares: Floats, floor: float) -> float:
    kept = sizes > 1
    if kept.sum() < 2:
        raise CannotAnalyze(f"GBC needs two classes of two samples or more; there are {kept.sum()}.")
    means = sums[kept] / sizes[kept, None]
    variances = np.maximum(squares[kept] / sizes[kept, None] - np.square(means), floor)
    logs = 0.5 * np.log(variances).sum(axis=1)
    overlap = 0.0
    for one in range(len(means) - 1):
        both = (variances[one] + variances[one + 1 :]) / 2
        apart = (np.square(means[one] - means[one + 1 :]) / both).sum(axis=1) / 8
        wider = 0.5 * (np.log(both).sum(axis=1) - logs[one] - logs[one + 1 :])
        overlap += float(np.exp(-apart - wider).sum())
    return 0.0 - 2 * overlap  # no negative zero


def of_classes(rows: Floats, target: Target) -> float:
    """GBC of rows (n, p) in the coordinates given."""
    wide = np.hstack([rows, np.square(rows), np.ones((len(rows), 1))])
    sums, p = target.indicator() @ wide, rows.shape[1]
    return value(sums[:, -1], sums[:, :p], sums[:, p:-1], FLOOR * float(rows.var(axis=0).mean()))


def score(sample: Sample) -> Score:
    rows = sample.principal(AXES)

    def part(drawn: Mask) -> float:
        taken, target = sample.drawn(drawn)
        _, axes = sample.moments.part(drawn).gram.principal(AXES)  # other samples would have other axes
        return of_classes(sample.moments.along(axes, taken), target)

    def dealt(target: Target) -> float:
        return of_classes(rows, target)

    return Score(dealt(sample.target), sample.target, part, dealt, draws=sample.moments.draws)


ESTIMATOR = Estimator(
    name="gbc",
    title="GBC",
    version=1,
    kinds=("categorical",),
    score=score,
    describe="Minus the overlap of every two classes, taken as Gaussians: 0 none, lower is worse. It grows with the"
    " number of classes.",
    reference="Pándy et al., CVPR 2022, arXiv 2111.12780",
)
