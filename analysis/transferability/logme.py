"""LogME: the evidence that a linear model on the features has for the labels, per sample.

For a column y (one class against the rest, or the numbers) of a Bayesian linear model y ~ N(Xw, 1/β), w ~ N(0, I/α):
log p(y | X, α, β) = d/2 log α + n/2 log β - 1/2 Σ log(α + β σ_i) - β/2 |y - Xm|² - α/2 |m|² - n/2 log 2π, the highest
over α and β, over n, mean over classes (You et al. 2021). σ_i: the min(n, d) squared singular values of X, uncentered.
α and β by MacKay's fixed point as in thuml/LogME (You et al. 2022): from 1 and 1 for each class, eleven steps at most,
until α/β moves by a thousandth; its 1e-5 in both denominators, and, as there, nothing for the d - n directions that
more dimensions than samples leave. (transformer-ranker goes on from the class before, so its values depend on the
order of the classes: the same where eleven steps suffice.) Numbers are read as they are: scaling them moves the value,
of every space alike.
"""

import numpy as np

from analysis.plugin import Estimator
from analysis.transferability.moments import Gram, Moments, scored
from analysis.transferability.sample import Floats, Sample, Score

STEPS, CLOSE, TINY = 11, 1e-3, 1e-5


def value(moments: Moments) -> float:
    gram = moments.gram
    return float(evidence(gram, gram.raw.turned(moments.raw), moments.squares).mean())


def evidence(gram: Gram, sums: Floats, squares: Floats) -> Floats:
    """Highest log evidence per sample of each column, (m,), from its sums of the rows, X'y (m, k), turned, and |y|².

    With t = α/β and u = (X'X + t)⁻¹ X'y: |m|² = |u|², |y - Xm|² = |y|² - y'X u - t |u|².
    """
    n, d, squared = gram.n, gram.d, gram.spectrum
    found = np.empty(len(sums))
    ratio, left = np.ones(len(sums)), np.arange(len(sums))
    for step in range(STEPS):
        t = ratio[left]
        solved = np.array([gram.raw.solved(sums[column], ratio[column]) for column in left])
        size = np.einsum("mk,mk->m", solved, solved)
        error = np.maximum(squares[left] - np.einsum("mk,mk->m", sums[left], solved) - t * size, 0.0)
        gamma = (squared / (squared + t[:, None])).sum(axis=1)
        alpha, beta = gamma / (size + TINY), (n - gamma) / (error + TINY)
        moved = np.abs(alpha / beta - t) / t
        ratio[left] = alpha / beta
        volume = np.log(alpha[:, None] + beta[:, None] * squared).sum(axis=1)
        log = d * np.log(alpha) + n * np.log(beta / (2 * np.pi)) - volume - beta * error - alpha * size
        done = (moved <= CLOSE) | (step == STEPS - 1)
        found[left[done]] = log[done] / (2 * n)
        left = left[~done]
        if not len(left):
            break
    return found


def score(sample: Sample) -> Score:
    return scored(sample, value)


ESTIMATOR = Estimator(
    name="logme",
    title="LogME",
    version=1,
    kinds=("categorical", "numeric"),
    score=score,
    describe="Log evidence per sample that a linear model on the vectors has for the labels, the highest over its two"
    " precisions: higher is better; its zero means nothing.",
    reference="You et al., arXiv 2102.11005 and 2110.10545",
)
