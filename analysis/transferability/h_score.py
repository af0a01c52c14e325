"""H-score: how far apart the means of the classes lie, in units of the features' covariance.

H = tr(Σ_α⁻¹ (1 - α) Σ_B) (Bao et al. 2019; shrunk by Ibrahim, Ponomareva and Mazumder 2022). Σ_α = (1 - α) Σ + α
tr(Σ)/d I with Ledoit and Wolf's (2004) α, Σ the covariance over n samples, Σ_B = Σ_c n_c m_c m_c' / (n - 1) with m_c
the class means about the mean of all: as transformer-ranker 0.2.0 has it, n in one and n - 1 in the other. Where a
covariance that is hardly shrunk is singular, its pseudo-inverse stands for the inverse. 0: class means coincide; the
number of classes less one at most, but for rounding; turning or scaling the space leaves it as it is.
"""

from analysis.plugin import Estimator
from analysis.transferability.moments import Moments, scored
from analysis.transferability.sample import Sample, Score


def value(moments: Moments) -> float:
    gram = moments.gram
    means = moments.sums / moments.sizes[:, None] - gram.mean
    lengths = gram.whitened(means)
    return float((1 - gram.shrinkage) * (moments.sizes * lengths).sum() / (gram.n - 1))


def score(sample: Sample) -> Score:
    return scored(sample, value)


ESTIMATOR = Estimator(
    name="h_score",
    title="H-score",
    version=1,
    kinds=("categorical",),
    score=score,
    describe="How far apart the class means lie, in units of the spread of all samples: 0 not at all, the number of"
    " classes less one at most.",
    reference="Bao et al. 2019; with shrinkage Ibrahim, Ponomareva and Mazumder, arXiv 2110.06893",
)
