"""PARC: whether samples that differ in their features differ in their labels.

Spearman's correlation, over pairs i < j, of 1 - r(x_i, x_j) with 1 - r(y_i, y_j): r Pearson's correlation between
features, each standardised over the samples, and between one-hot labels, whose distance is 0 within a class and the
same between any two (Bolya et al. 2021, Pearson Annotated Representation Correlation). Choices: no reduction of
dimensions; not multiplied by 100 as in the authors' code; of at most 500 samples, seeded, since all their pairs are
ranked. 0: chance; below 1 even at best, for labels tie.
"""

import numpy as np
import numpy.typing as npt

from analysis.number import CannotAnalyze
from analysis.plugin import Estimator
from analysis.transferability.sample import Floats, Mask, Sample, Score, Target

MOST = 500
STRETCH = 1.2  # narrow intervals go with low values: without, they held in .85 to .9 of simulations of uneven classes


def distances(vectors: npt.NDArray[np.float32]) -> Floats:
    """1 - correlation of every two rows, features standardised; 1 where a row has no direction."""
    rows = vectors.astype(np.float64)
    rows -= rows.mean(axis=0)
    spread = rows.std(axis=0)
    rows /= np.where(spread > 1e-7 * np.abs(vectors).max(), spread, np.inf)  # a constant feature tells nothing
    rows -= rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(length > 0, length, 1)
    found: Floats = 1 - rows @ rows.T
    return found


def ranks(vectors: npt.NDArray[np.float32]) -> Floats:
    """Ranks of the distances of all pairs i < j, ties shared."""
    from scipy.stats import rankdata

    apart = distances(vectors)
    found: Floats = rankdata(apart[np.triu_indices(len(apart), 1)])
    return found


def value(ranked: Floats, codes: npt.NDArray[np.intp]) -> float:
    """Correlation of the pairs' ranks with whether their labels differ."""
    first, second = np.triu_indices(len(codes), 1)
    differ = codes[first] != codes[second]
    share, spread = float(differ.mean()), float(ranked.std())
    if share in (0.0, 1.0) or spread == 0:
        raise CannotAnalyze("PARC needs pairs within a class, pairs between classes, and distances that differ.")
    return float((ranked[differ].mean() - ranked.mean()) * np.sqrt(share / (1 - share)) / spread)


def score(sample: Sample) -> Score:
    some = sample.some(MOST)
    ranked = ranks(some.vectors)

    def part(drawn: Mask) -> float:
        rows, target = some.drawn(drawn)
        return value(ranks(some.vectors[rows]), target.codes)

    def dealt(target: Target) -> float:
        return value(ranked, target.codes)

    return Score(dealt(some.target), some.target, part, dealt, stretch=STRETCH)


ESTIMATOR = Estimator(
    name="parc",
    title="PARC",
    version=1,
    kinds=("categorical",),
    score=score,
    describe="Rank correlation, over pairs of samples, of how unlike their vectors are with whether their labels"
    " differ: 0 chance; below 1 even at best, for labels tie.",
    reference="Bolya, Mittapalli and Hoffman, NeurIPS 2021, arXiv 2111.06977",
)
