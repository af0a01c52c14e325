"""Second moments of a space, shared by the questions that are about its axes.

With X the n vectors less a center, X'X / n = V diag(v) V': the columns of V are the principal axes, v the mean squares
along them. About the mean they are variances; about zero they are the uncentered spectrum. Sums run in double
precision over chunks of rows, so a memory-mapped space is never held whole.

A subset of the samples moves the axes a little, which changes the mean squares along them only to second order. So
its spectrum is taken along the axes of the whole: no new decomposition for each draw, and at n < 10 d its spread is
nearer to the truth than that of decompositions anew, which are biased ever more the fewer the samples
(Karoui and Purdom, "The bootstrap, covariance matrices and PCA in moderate and high-dimensions", 2016).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.number import CannotAnalyze
from analysis.parts import parts_of
from analysis.space import EmbeddingSpace

Floats = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]

CHUNK = 1 << 13  # rows held in double precision at a time
ROUNDING = 1e-14  # share of the mean square below which a variance is no more than float32 rounding
FIRST, LAST, FEWEST = 11, 100, 10  # principal axes that the decay is fitted on, and how many of them it needs
NO_DECAY = f"The decay is fitted on principal axes {FIRST} to {LAST}, of which {FEWEST} must carry variance."
ALL_EQUAL = "All vectors are equal, so no direction carries any variance."
EXACT_NULL = 5000  # samples up to which a null is drawn as samples, beyond as their moments


@dataclass(frozen=True, eq=False)
class Axes:
    """Principal axes about a center, widest first: mean squares (r,) along directions (d, r)."""

    center: Floats
    mean_squares: Floats
    directions: Floats


def chunks(vectors: Vectors) -> Iterator[Floats]:
    """The rows in double precision, some at a time."""
    for start in range(0, len(vectors), CHUNK):
        yield vectors[start : start + CHUNK].astype(np.float64)


def mean_of(vectors: Vectors) -> Floats:
    """The mean vector, (d,)."""
    total: Floats = sum((rows.sum(axis=0) for rows in chunks(vectors)), np.zeros(vectors.shape[1]))
    return total / len(vectors)


def center_of(vectors: Vectors) -> Floats:
    """The mean vector of vectors that differ; CannotAnalyze where all coincide, up to float32 rounding."""
    center = mean_of(vectors)
    variance = sum(float(np.square(rows - center).sum()) for rows in chunks(vectors))
    size = sum(float(np.square(rows).sum()) for rows in chunks(vectors))
    if variance <= ROUNDING * size:
        raise CannotAnalyze(ALL_EQUAL)
    return center


def second_moments(vectors: Vectors, center: Floats) -> Floats:
    """Mean of the outer products about a center, (d, d)."""
    d = vectors.shape[1]
    total: Floats = sum((np.dot((c := rows - center).T, c) for rows in chunks(vectors)), np.zeros((d, d)))
    return total / len(vectors)


def sums_of(vectors: Vectors) -> tuple[int, Floats, Floats]:
    """How many rows, their mean, and the sum of outer products about it."""
    mean = mean_of(vectors)
    return len(vectors), mean, second_moments(vectors, mean) * len(vectors)


def joined(parts: Iterable[tuple[int, Floats, Floats]]) -> tuple[Floats, Floats]:
    """Mean and covariance of all rows from such sums over parts of them."""
    known = list(parts)
    n, center, total = 0, np.zeros_like(known[0][1]), np.zeros_like(known[0][2])
    for size, mean, _ in known:
        n, center = n + size, center + size * mean
    center /= n
    for size, mean, products in known:
        total += products + size * np.outer(mean - center, mean - center)
    return center, total / n


def moments_of(space: EmbeddingSpace) -> tuple[Floats, Floats]:
    """Mean (d,) and covariance (d, d) of a space, summed now where nobody did before."""
    if space.moments is not None:
        return space.moments
    return joined(sums_of(space.vectors[rows]) for rows in parts_of(space.n))


def known_moments(space: EmbeddingSpace) -> tuple[Floats, Floats]:
    """The same of vectors that differ; CannotAnalyze where all coincide, up to float32 rounding."""
    center, covariance = moments_of(space)
    if np.trace(covariance) <= ROUNDING * (np.trace(covariance) + center @ center):
        raise CannotAnalyze(ALL_EQUAL)
    return center, covariance


def spectra_of(space: EmbeddingSpace) -> tuple[Floats, Floats]:
    """Mean squares along the axes about the mean and along those about zero; CannotAnalyze where all coincide."""
    if space.n < space.d:
        return spectra(space.vectors, center_of(space.vectors))
    center, covariance = known_moments(space)
    return spectrum_of(covariance), spectrum_of(covariance + np.outer(center, center))


def gram_of(space: EmbeddingSpace) -> Floats:
    """`covariance_like` about the mean; CannotAnalyze where all coincide."""
    if space.n < space.d:
        return covariance_like(space.vectors, center_of(space.vectors))
    return known_moments(space)[1]


def principal_axes(space: EmbeddingSpace) -> tuple[Axes, Axes]:
    """The axes about the mean and those about zero, each through the smaller of the two Gram matrices."""
    zero = np.zeros(space.d)
    if space.n < space.d:
        rows, center = space.vectors.astype(np.float64), mean_of(space.vectors)
        return _axes_of_few(rows - center, center), _axes_of_few(rows, zero)
    center, moments = moments_of(space)
    return _axes(moments, center), _axes(moments + np.outer(center, center), zero)


def _axes(moments: Floats, center: Floats) -> Axes:
    mean_squares, directions = np.linalg.eigh(moments)
    return Axes(center, np.maximum(mean_squares[::-1], 0.0), directions[:, ::-1])


def _axes_of_few(rows: Floats, center: Floats) -> Axes:
    n = len(rows)
    mean_squares, left = np.linalg.eigh(rows @ rows.T / n)
    kept = mean_squares > mean_squares[-1] * n * np.finfo(np.float64).eps
    directions = rows.T @ left[:, kept] / np.sqrt(n * mean_squares[kept])
    return Axes(center, mean_squares[kept][::-1], directions[:, ::-1])


def covariance_like(vectors: Vectors, center: Floats) -> Floats:
    """The smaller of the two Gram matrices over n: same spectrum but for zeros, same trace, same length."""
    if len(vectors) >= vectors.shape[1]:
        return second_moments(vectors, center)
    rows = vectors.astype(np.float64) - center
    product: Floats = rows @ rows.T
    return product / len(vectors)


def spectra(vectors: Vectors, center: Floats) -> tuple[Floats, Floats]:
    """Mean squares along the axes about a center and along those about zero, widest first, min(n, d) each."""
    moments = covariance_like(vectors, center)
    few = len(vectors) < vectors.shape[1]
    raw = covariance_like(vectors, np.zeros_like(center)) if few else moments + np.outer(center, center)
    return spectrum_of(moments), spectrum_of(raw)


def spectrum_of(moments: Floats) -> Floats:
    """Eigenvalues of a matrix of moments, largest first."""
    found: Floats = np.maximum(np.linalg.eigvalsh(moments)[::-1], 0.0)
    return found


def block_sums(
    vectors: Vectors, block_of: npt.NDArray[np.intp], values: Callable[[Floats], Floats]
) -> tuple[Floats, Floats]:
    """Size of each block, (blocks,), and the sums over its rows of what `values` makes of rows, (blocks, q)."""
    order = np.argsort(block_of, kind="stable")
    sizes = np.bincount(block_of).astype(np.float64)
    totals: Floats | None = None
    for start in range(0, len(order), CHUNK):
        rows = order[start : start + CHUNK]
        made = values(vectors[rows].astype(np.float64))
        blocks, first = np.unique(block_of[rows], return_index=True)
        if totals is None:
            totals = np.zeros((len(sizes), made.shape[1]))
        totals[blocks] += np.add.reduceat(made, first, axis=0)
    assert totals is not None
    return sizes, totals


def subset_spectra(
    vectors: Vectors, axes: Axes, block_of: npt.NDArray[np.intp], *, centered: bool
) -> Callable[[npt.NDArray[np.bool_]], Floats]:
    """A function from a choice of blocks to the mean squares (variances if `centered`) of their samples."""

    def scores_and_squares(rows: Floats) -> Floats:
        scores = (rows - axes.center) @ axes.directions
        return np.hstack([scores, np.square(scores)])

    sizes, sums = block_sums(vectors, block_of, scores_and_squares)

    def of_blocks(drawn: npt.NDArray[np.bool_]) -> Floats:
        means, squares = np.split(sums[drawn].sum(axis=0) / sizes[drawn].sum(), 2)
        return np.maximum(squares - np.square(means), 0.0) if centered else squares

    return of_blocks


def round_covariance(n: int, d: int, rng: np.random.Generator) -> Floats:
    """Covariance of n draws from a round Gaussian of d <= n - 1 dimensions, without drawing them (Bartlett 1933)."""
    root = np.tril(rng.standard_normal((d, d)), -1)
    root[np.diag_indices(d)] = np.sqrt(rng.chisquare(n - 1 - np.arange(d)))
    product: Floats = root @ root.T
    return product / n


def effective_rank(mean_squares: Floats) -> float:
    """Exp of the entropy of the normalised singular values (Roy and Vetterli 2007): equal axes as good as these."""
    singular = np.sqrt(mean_squares[mean_squares > 0])
    share = singular / singular.sum()
    return float(np.exp(-(share * np.log(share)).sum()))


def participation_ratio(variances: Floats) -> float:
    """(sum v)² / sum v²: equal axes that would spread the variance as widely as these."""
    return float(variances.sum() ** 2 / np.square(variances).sum())


def decay(variances: Floats) -> float:
    """The alpha of v ∝ axis^-alpha over axes 11 to 100, logs weighted by 1 / axis; NaN with too few.

    Stringer et al. 2019; Agrawal et al. 2022.
    """
    falling = np.sort(variances[variances > variances.max() * ROUNDING])[::-1][FIRST - 1 : LAST]
    if len(falling) < FEWEST:
        return np.nan
    axis = np.arange(FIRST, FIRST + len(falling))
    x, y, weight = np.log(axis), np.log(falling), 1 / axis
    x, y = x - np.average(x, weights=weight), y - np.average(y, weights=weight)
    return float(-(weight * x * y).sum() / (weight * x * x).sum())
