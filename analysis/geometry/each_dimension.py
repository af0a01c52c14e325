"""Moments of single dimensions, and which of them stand out; sums in double precision over chunks of rows.

With m the mean of dimension j: variance v = mean (x - m)², excess kurtosis mean (x - m)⁴ / v² - 3, of the samples as
they are (no correction for few), 0 for a Gaussian. Magnitude: mean |x|. A dimension whose variance is no more than
float32 rounding never changes: it has no kurtosis.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.geometry import moments
from analysis.geometry.moments import ROUNDING, Floats, Vectors

SIGMAS = 3.0  # how far above the mean magnitude an outlier dimension lies, in SD
CONSTANT = "never changes"


def standing_out(magnitude: Floats) -> Floats:
    """How far each dimension's magnitude lies from the mean of all, in SD; zeros where all are the same."""
    apart = magnitude - magnitude.mean()
    spread = apart.std()
    z: Floats = np.divide(apart, spread, out=np.zeros(len(apart)), where=spread > 1e-12 * magnitude.max())
    return z


def powers(rows: Floats, center: Floats) -> Floats:
    """What the sums of moments are made of, (rows, 5 d): |x|, then x - m to the powers 1 to 4."""
    off = rows - center
    squares = np.square(off)
    return np.hstack([np.abs(rows), off, squares, squares * off, np.square(squares)])


def of_means(means: Floats) -> tuple[Floats, Floats, Floats]:
    """Magnitude, variance and excess kurtosis, (d,) each, from the means of `powers`; NaN where nothing varies."""
    magnitude, first, second, third, fourth = np.split(means, 5)
    variance = np.maximum(second - np.square(first), 0.0)
    about = fourth - 4 * first * third + 6 * np.square(first) * second - 3 * first**4
    varies = variance > ROUNDING * magnitude.max() ** 2
    kurtosis = np.divide(about, np.square(variance), out=np.full(len(variance), np.nan), where=varies) - 3
    return magnitude, variance, kurtosis


def dimensions_of(vectors: Vectors) -> pd.DataFrame:
    """Per dimension: mean, variance, its share, kurtosis or why there is none, magnitude, its z, whether an outlier."""
    center = moments.mean_of(vectors)
    total = sum((powers(rows, center).sum(axis=0) for rows in moments.chunks(vectors)), np.zeros(5 * len(center)))
    magnitude, variance, kurtosis = of_means(total / len(vectors))
    table = pd.DataFrame({"dimension": np.arange(len(center)), "mean": center, "variance": variance})
    table["share"] = variance / variance.sum() if variance.sum() > 0 else np.nan
    table["kurtosis"], table["magnitude"], table["z"] = kurtosis, magnitude, standing_out(magnitude)
    table["outlier"] = table["z"] > SIGMAS
    table["why"] = np.where(np.isnan(kurtosis), CONSTANT, "")
    return table.sort_values("variance", ascending=False, kind="stable", ignore_index=True)


def block_powers(vectors: Vectors, block_of: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Size of each block of samples, (blocks,), and its sums of powers, (blocks, 5 d)."""
    center = moments.mean_of(vectors)
    return moments.block_sums(vectors, block_of, lambda rows: powers(rows, center))
