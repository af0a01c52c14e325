"""The chance that a pair between classes is farther than one within, exactly, from the ranks of all pairs.

With r_ij the rank of each pair less the mean rank, W pairs within and B between, theta = 1/2 - sum of r within / (W B).
Dealing the labels anew leaves r as it is, so a draw costs one sum over the classes' blocks; its mean is 1/2 exactly.

Where there are more samples than are ranked, r_ij = a_i + a_j + e_ij (least squares): how far the sum of the a moves
falls as 1 / sqrt(n), and that of the e, a degenerate U-statistic, as 1 / n.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from analysis.geometry.moments import Floats
from analysis.geometry.pairs import Pairs
from analysis.number import CannotAnalyze

Codes = npt.NDArray[np.integer]


def rank_matrix(pairs: Pairs) -> Floats:
    """Rank of each pair among all less the mean rank, ties sharing theirs, (n, n); zero on the diagonal."""
    from scipy.stats import rankdata

    every, above = slice(0, pairs.n), np.triu_indices(pairs.n, 1)
    ranks = rankdata(pairs.tile(every, every)[above].astype(np.float32))
    matrix = np.zeros((pairs.n, pairs.n))
    matrix[above] = ranks - ranks.mean()
    return matrix + matrix.T


def exact_auroc(ranks: Floats, codes: Codes) -> float:
    """The chance itself; codes have no -1."""
    inside, outside = pair_numbers(codes)
    return float(0.5 - sum(_within(ranks, codes)) / (inside * outside))


def dealt(ranks: Floats, codes: Codes, n: int) -> Callable[[np.random.Generator], float]:
    """Draws of the chance with the labels shuffled, for n samples of which these are some."""
    m = len(codes)
    inside, outside = pair_numbers(codes)
    if not inside or not outside:
        raise CannotAnalyze("The samples ranked have no pair within a class, or none between classes.")
    own = ranks.sum(axis=1) / max(m - 2, 1)

    def draw(rng: np.random.Generator) -> float:
        mixed = rng.permutation(codes)
        within: float = sum(_within(ranks, mixed))
        if n == m:
            return float(0.5 - within / (inside * outside))
        alone = float(own @ (np.bincount(mixed)[mixed] - 1))
        return float(0.5 - (alone * (m / n) ** 0.5 + (within - alone) * m / n) / (inside * outside))

    return draw


def pair_numbers(codes: Codes) -> tuple[int, int]:
    """How many pairs are within a class and how many between; codes of -1 are in none."""
    sizes = np.bincount(codes[codes >= 0]).astype(object)  # whole numbers of any size
    known = int(sizes.sum())
    inside = int((sizes * (sizes - 1) // 2).sum())
    return inside, known * (known - 1) // 2 - inside


def _within(ranks: Floats, codes: Codes) -> list[float]:
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    return [float(ranks[np.ix_(part, part)].sum()) / 2 for part in parts if len(part) > 1]
