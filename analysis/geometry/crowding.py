"""How closely unit vectors crowd: sums of exp(-2 |u - v|²) over all pairs, a tile at a time, and their law by chance.

Between uniform directions in d dimensions the cosine c has E exp(t c) = 0F1(; d/2; t²/4), and the cosines of two pairs
are independent even where they share a sample. So with k = exp(-4 + 4 c) the mean over N pairs has E k =
e^-4 0F1(; d/2; 4) and variance (E k² - (E k)²) / N, E k² = e^-8 0F1(; d/2; 16). Nearly all of it lies in |sum u|²,
which goes to a chi-square with d degrees.
"""

from collections.abc import Callable

import numpy as np

from analysis.geometry.moments import Floats, Vectors
from analysis.geometry.pairs import Pairs, Rows, Tile, pairs_of

SHARPNESS = 4.0  # 2 |u - v|² = 4 (1 - cos)


def _kernel(pairs: Pairs, rows: slice, columns: slice) -> Tile:
    tile = pairs.tile(rows, columns)
    np.exp(np.multiply(tile, -SHARPNESS * pairs.width, out=tile), out=tile)
    if rows == columns:
        np.fill_diagonal(tile, 0)
    return tile


def crowding_of(vectors: Vectors) -> Floats:
    """Mean of exp(-2 |u - v|²) of each sample with all others, (n,); no vector is zero."""
    pairs = pairs_of(vectors, "cosine")
    sums = np.zeros(pairs.n)
    for rows, columns in pairs.tiles():
        tile = _kernel(pairs, rows, columns)
        sums[rows] += tile.sum(axis=1, dtype=np.float64)
        if rows != columns:
            sums[columns] += tile.sum(axis=0, dtype=np.float64)
    return sums / (pairs.n - 1)


def crowding_between(vectors: Vectors, block_of: Rows) -> tuple[Floats, Floats]:
    """Size of each block, and the sums of exp(-2 |u - v|²) over the pairs of two blocks, (blocks, blocks)."""
    order = np.argsort(block_of, kind="stable")
    blocks, pairs = block_of[order], pairs_of(vectors[order], "cosine")
    sizes = np.bincount(block_of)
    sums = np.zeros((len(sizes), len(sizes)))
    for rows, columns in pairs.tiles():
        tile = _kernel(pairs, rows, columns)
        down, across = (np.flatnonzero(np.diff(blocks[part], prepend=-1)) for part in (rows, columns))
        part = np.add.reduceat(np.add.reduceat(tile, across, axis=1, dtype=np.float64), down, axis=0)
        place = np.ix_(blocks[rows][down], blocks[columns][across])
        sums[place] += part
        if rows != columns:
            sums.T[place] += part
    return sizes.astype(np.float64), sums


def round_crowding(n: int, d: int) -> Callable[[np.random.Generator], float]:
    """Draws of the mean over all pairs of n uniform directions in d dimensions, without drawing them."""
    from scipy.special import hyp0f1

    mean = np.exp(-SHARPNESS) * hyp0f1(d / 2, SHARPNESS**2 / 4)
    square = np.exp(-2 * SHARPNESS) * hyp0f1(d / 2, SHARPNESS**2)
    spread = np.sqrt(max(square - mean**2, 0.0) / (n * (n - 1) / 2))
    least = np.exp(-2 * SHARPNESS)  # of two opposite directions
    return lambda rng: float(np.clip(mean + spread * (rng.chisquare(d) - d) / np.sqrt(2 * d), least, 1.0))
