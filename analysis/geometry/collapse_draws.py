"""Collapse of random subsets, for its interval, and under labels shuffled, sharing what draws have in common."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from analysis.geometry import classes
from analysis.geometry.moments import Floats, Vectors, center_of, second_moments
from analysis.geometry.pairs import DOUBLE, Rows, pairs_of, some_rows
from analysis.geometry.silhouettes import dealt_silhouettes, from_distances
from analysis.plugin import OfBlocks, OneDraw

FRACTION = 0.8  # of the samples in a subset: halves would know the class means too badly, and so understate nc1
STRETCH = 1.3  # nc1 is skewed, narrow intervals going with low values: without, they held in .83 to .98 of simulations


def of_subsets(vectors: Vectors, codes: Rows, block_of: Rows) -> OfBlocks:
    """A function from the blocks drawn to the numbers; beyond DOUBLE samples theirs, the spread narrowed to all's."""
    some = some_rows(len(codes), DOUBLE)
    some = some[np.argsort(codes[some], kind="stable")]
    part, own, blocks = vectors[some], codes[some], block_of[some]
    every, narrower = slice(0, len(some)), (len(some) / len(codes)) ** 0.5
    apart = pairs_of(part, "euclidean").distances(every, every)
    np.fill_diagonal(apart, 0)
    whole = _numbers(part, own, apart, np.arange(len(some)))

    def of_blocks(drawn: npt.NDArray[np.bool_]) -> Mapping[str, float]:
        found = _numbers(part, own, apart, np.flatnonzero(drawn[blocks]))
        moved = {name: (value - whole[name]) * narrower for name, value in found.items() if name in whole}
        if "nc1" in moved:
            moved["nc1"] *= STRETCH
        return {name: whole[name] + value for name, value in moved.items()}

    return of_blocks


def _numbers(vectors: Vectors, codes: Rows, apart: Floats, rows: Rows) -> dict[str, float]:
    """The numbers of some samples in the order of their classes, those of classes of two or more."""
    sizes = np.bincount(codes[rows])
    rows = rows[sizes[codes[rows]] > 1]
    own = np.unique(codes[rows], return_inverse=True)[1]
    if len(rows) == 0 or own[-1] == 0:
        return {}
    center = center_of(vectors[rows])
    found = classes.means_of(vectors[rows], own, center)
    silhouettes = from_distances(apart[np.ix_(rows, rows)], own, own)
    total = second_moments(vectors[rows], center)
    return classes.collapse_of(found, total) | {"silhouette": float(silhouettes.mean())}


def labels_dealt_anew(vectors: Vectors, codes: Rows, asked: Rows) -> OneDraw:
    """Draws of the numbers under chance; `asked`: whose silhouettes are taken."""
    center = center_of(vectors)
    total = second_moments(vectors, center)
    silhouette: Callable[[Rows], float] = dealt_silhouettes(vectors[asked], codes[asked])

    def draw(rng: np.random.Generator) -> Mapping[str, float]:
        dealt = rng.permutation(codes)
        means = classes.means_of(vectors, dealt, center)
        return classes.collapse_of(means, total) | {"silhouette": silhouette(dealt[asked])}

    return draw
