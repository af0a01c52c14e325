"""Canonical correlations from moments: two spaces turned to their principal axes, each axis at length one."""

import numpy as np

from analysis.comparison.moments import Cross, Floats, Side
from analysis.number import CannotAnalyze

RANK = 1e-10  # share of the widest axis' sum of squares below which an axis is rounding


def whitener(side: Side, share: float) -> Floats:
    """Directions (d, r) that give the leading axes length one; as many as carry this share of the sum of squares."""
    squares, axes = side.axes
    total = squares.sum()
    if total <= 0:
        raise CannotAnalyze("A space has no spread, so it has no axes.")
    kept = int(np.searchsorted(np.cumsum(squares), share * total * (1 - 1e-12)) + 1)
    kept = min(kept, int((squares > RANK * squares[0]).sum()))
    found: Floats = axes[:, :kept] / np.sqrt(squares[:kept])
    return found


def between(cross: Cross, share: float) -> tuple[Floats, Floats, Floats]:
    """Products (r, s) of the two sides' leading axes at length one, and the two whiteners."""
    left, right = whitener(cross.x, share), whitener(cross.y, share)
    if max(left.shape[1], right.shape[1]) >= cross.n - 1:
        raise CannotAnalyze(
            f"As many directions as samples ({cross.n:,}): every direction of one space is in the other."
        )
    return left.T @ cross.products @ right, left, right
