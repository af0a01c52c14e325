"""How often each distance occurs among all pairs: one histogram for all, for pairs within a class and between classes.

Rows come ordered by class, those without one last, so that the pairs within a class are blocks of a tile. The same
pass keeps each sample's farthest distance and its sums over groups of samples.

The chance that a pair between classes is farther than one within, ties counting half (Mann and Whitney 1947), is
theta = sum b(x) (W(x-) + w(x) / 2) with w, b the two shares in bin x. What a bin holds is taken for tied, so theta is
at most sum w(x) b(x) / 2 off. Its standard error is the infinitesimal jackknife's: sample i's weight moves theta by
U_i = sum_{j like i} (B(d_ij) - theta) / (pairs within) + sum_{j unlike i} (W(d_ij) - theta) / (pairs between), B the
share of pairs between that are farther, W that of pairs within that are nearer, and the variance is sum U_i².
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.cores import on_each_core
from analysis.geometry.moments import Floats
from analysis.geometry.pairs import BINS, DOUBLE, HEIGHT, Pairs, Rows, Tile, some_rows

Counts = npt.NDArray[np.int64]
_Sums = tuple[slice, slice, Tile]  # samples, groups, and what is added there

Z = 1.959964  # 97.5th percentile of the normal law
SPARE = BINS + 1  # the place of what is not to be counted
KEPT = 512  # bins of a histogram that is kept, at most
HELD = 1 << 22  # distances held at a time for the standard error


@dataclass(frozen=True, eq=False)
class Counted:
    """Counts of all pairs, of those whose two labels are known and of those within a class, (BINS,) each.

    `farthest`: (n,) distances. `sums`: (n, groups), of each sample's distances to the others of each group.
    """

    all: Counts
    labelled: Counts
    within: Counts
    farthest: Floats
    sums: Floats

    @property
    def between(self) -> Counts:
        """Counts of the pairs between classes."""
        return self.labelled - self.within


@dataclass(frozen=True, eq=False)
class _Tile:
    """What one tile adds: counts as in Counted, farthest of rows and of columns, and sums over groups of either."""

    rows: slice
    columns: slice
    all: Counts
    labelled: Counts
    within: Counts
    farthest: tuple[Tile, Tile]
    sums: tuple[_Sums, ...]


def count_pairs(pairs: Pairs, codes: npt.NDArray[np.integer], groups: Rows) -> Counted:
    """Count all pairs of rows ordered by class; `codes`: never decreasing, (n,), then -1; `groups`: as ordered."""
    n, known = pairs.n, int((codes >= 0).sum())
    every, labelled, within = np.zeros((3, BINS + 2), np.int64)
    farthest = np.full(n, -np.inf, pairs.rows.dtype)
    sums = np.zeros((n, int(groups.max()) + 1)) if pairs.root else _sums_of_products(pairs, groups)
    starts = np.searchsorted(codes[:known], np.arange(codes.max(initial=-1) + 2))
    below = np.tri(min(n, HEIGHT), dtype=bool)

    def counted(place: tuple[slice, slice]) -> _Tile:
        return _counted(pairs, *place, codes[:known], starts, groups, below)

    for one in on_each_core(counted, pairs.tiles()):
        every += one.all
        labelled += one.labelled
        within += one.within
        for part, most in zip((one.rows, one.columns), one.farthest, strict=True):
            np.maximum(farthest[part], most, out=farthest[part])
        for part, group, added in one.sums:
            sums[part, group] += added
    sums *= pairs.width
    if pairs.low:
        sums += pairs.low * np.bincount(groups)
        sums[np.arange(n), groups] -= pairs.low
    return Counted(
        all=_folded(every),
        labelled=_folded(labelled),
        within=_folded(within),
        farthest=pairs.low + pairs.width * farthest.astype(np.float64),
        sums=sums,
    )


def _counted(
    pairs: Pairs,
    rows: slice,
    columns: slice,
    codes: npt.NDArray[np.integer],
    starts: Rows,
    groups: Rows,
    below: npt.NDArray[np.bool_],
) -> _Tile:
    """Count one tile; `codes`: of the rows that have one."""
    tile = pairs.tile(rows, columns)
    places = tile.astype(np.uint16)  # a quarter of the memory; bincount widens them itself
    square = rows == columns
    if square:
        places[below[: len(tile), : len(tile)]] = SPARE
    found = labelled = _count(places)
    both = places[: max(len(codes) - rows.start, 0), : max(len(codes) - columns.start, 0)]
    if both.size < places.size:
        labelled = _count(both)
    within = _count_within(places, found, rows, columns, codes, starts) if both.size else np.zeros_like(found)
    sums = tuple(_sums_over(tile, rows, columns, groups)) if pairs.root else ()
    if square:
        np.fill_diagonal(tile, -np.inf)
    return _Tile(rows, columns, found, labelled, within, (tile.max(axis=1), tile.max(axis=0)), sums)


def _folded(counts: Counts) -> Counts:
    """The counts alone: what rounding put beyond the last bin is in it, what was not to be counted is gone."""
    return np.append(counts[: BINS - 1], counts[BINS - 1 : SPARE].sum())


def histogram_kept(pairs: Pairs, counted: Counted) -> dict[str, Counts | Floats]:
    """Counts and edges of the bins that hold anything, some joined so that few enough are left to be kept."""
    held = np.flatnonzero(counted.all)
    join = -(-(held[-1] + 1 - held[0]) // KEPT)
    begins = np.arange(held[0], held[-1] + 1, join)
    edges = np.append(begins, min(begins[-1] + join, BINS))
    kept = {name: getattr(counted, name)[: edges[-1]] for name in ("all", "within", "between")}
    joined = {name: np.add.reduceat(counts, begins) for name, counts in kept.items()}
    return joined | {"edges": pairs.low + pairs.width * edges}


def _count(places: npt.NDArray[np.integer]) -> Counts:
    counted: Counts = np.bincount(places.ravel(), minlength=BINS + 2)
    return counted


def _count_within(
    places: npt.NDArray[np.integer],
    found: Counts,
    rows: slice,
    columns: slice,
    codes: npt.NDArray[np.integer],
    starts: Rows,
) -> Counts:
    """Counts of a tile's blocks of one class; `found`: those of all of it."""
    total = np.zeros(BINS + 2, np.int64)
    last = min(rows.stop, len(codes)) - 1
    for code in range(codes[columns.start], codes[last] + 1):
        (top, bottom), (left, right) = (
            np.clip(starts[code : code + 2], part.start, part.stop) - part.start for part in (rows, columns)
        )
        block = places[top:bottom, left:right]
        total += found if block.size == places.size else _count(block)
    return total


def _firsts(groups: Rows) -> tuple[Rows, Rows]:
    """The groups that follow one another, and where each begins."""
    begins = np.flatnonzero(np.diff(groups, prepend=groups[0] - 1))
    return groups[begins], begins


def _sums_over(tile: Tile, rows: slice, columns: slice, groups: Rows) -> Iterator[_Sums]:
    """A tile's sums over the groups of its columns and, where those are others, over the groups of its rows."""
    if rows == columns:
        np.fill_diagonal(tile, 0)
    group, first = _firsts(groups[columns])
    one = len(group) == 1  # a product is quicker than reduceat
    added = tile @ np.ones((tile.shape[1], 1), tile.dtype) if one else np.add.reduceat(tile, first, axis=1)
    yield rows, slice(group[0], group[-1] + 1), added
    if rows != columns:
        group = np.arange(groups[rows][0], groups[rows][-1] + 1)
        member = (groups[rows, None] == group).astype(tile.dtype)
        yield columns, slice(group[0], group[-1] + 1), tile.T @ member  # far quicker than reduceat along the first axis


def _sums_of_products(pairs: Pairs, groups: Rows) -> Floats:
    """Sums over groups where distances are plain products: the product with the groups' sums, oneself taken off."""
    totals = np.add.reduceat(pairs.rows, _firsts(groups)[1], axis=0, dtype=np.float64).T.astype(pairs.rows.dtype)
    sums = np.empty((pairs.n, totals.shape[1]))
    for start in range(0, pairs.n, HEIGHT):
        rows = slice(start, min(start + HEIGHT, pairs.n))
        left = pairs.left(rows)
        sums[rows] = left @ totals
        sums[np.arange(start, rows.stop), groups[rows]] -= np.einsum("nd,nd->n", left, pairs.rows[rows])
    return sums


def auroc(within: Counts, between: Counts) -> tuple[float, float]:
    """Chance that a pair between is farther than one within, and how far binning may have moved it at most."""
    w, b = within / within.sum(), between / between.sum()
    return float(b @ (np.cumsum(w) - w / 2)), float(b @ w / 2)


def standard_error(pairs: Pairs, counted: Counted, codes: npt.NDArray[np.integer], theta: float) -> float:
    """Infinitesimal jackknife of the chance, from the contributions of up to DOUBLE samples."""
    known = int((codes >= 0).sum())
    w, b = counted.within / (inside := counted.within.sum()), counted.between / (outside := counted.between.sum())
    # what a pair at each place adds: within a class, and between classes; the last place is a sample with itself
    near = np.append((1 - np.cumsum(b) + b / 2 - theta) / inside, [0, 0])
    far = np.append((np.cumsum(w) - w / 2 - theta) / outside, [0, 0])
    near[BINS], far[BINS] = near[BINS - 1], far[BINS - 1]
    rows, total = some_rows(known, DOUBLE), 0.0
    bounds = np.searchsorted(codes[:known], codes[rows]), np.searchsorted(codes[:known], codes[rows], side="right")
    for start in range(0, len(rows), step := max(1, HELD // known)):
        some = rows[start : start + step]
        places = pairs.tile(some, slice(0, known)).astype(np.intp)
        places[np.arange(len(some)), some] = SPARE
        moved = far[places].sum(axis=1)
        for i, (first, end) in enumerate(zip(*(bound[start : start + step] for bound in bounds), strict=True)):
            own = places[i, first:end]
            moved[i] += (near[own] - far[own]).sum()
        total += float(np.square(moved).sum())
    return float(np.sqrt(total * known / len(rows)))


def logit_interval(share: float, error: float) -> tuple[float, float] | tuple[None, None]:
    """95 % interval of a share on the logit scale, none at its ends."""
    if not 0 < share < 1:
        return None, None
    middle, half = np.log(share / (1 - share)), Z * error / (share * (1 - share))
    return float(1 / (1 + np.exp(half - middle))), float(1 / (1 + np.exp(-half - middle)))
