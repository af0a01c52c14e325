"""Maps of a series in one frame: every member's drawing laid upon that of one of them, by Procrustes.

Rotation, reflection and scale of a projection mean nothing, so a map may be turned to lie upon another: min over s, R,
t of |s X R + t - Y|², R orthogonal, from the singular values σ of the centered Xᵀ Y (Schönemann 1966; Gower 1975). What
is left, as a share of Y's own spread, is the residual 1 - (Σσ)² / (|X|² |Y|²): 0 is the same map, 1 no likeness. The
map is then drawn at Y's own spread, for the best s alone would shrink it to a dot where it is unlike Y.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.pipeline import Drawing

Points = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Laid:
    """A drawing laid upon another: coordinates (n, 2 or 3), and the share of the other's spread that is left."""

    coordinates: Points
    residual: float | None


def laid(points: Points, onto: Points) -> Laid:
    """The map of the same samples turned, mirrored and scaled upon another; rows without a place stay without one.

    The residual is None where nothing can be laid: fewer than two places, or a map that is one point.
    """
    both = np.isfinite(points).all(axis=1) & np.isfinite(onto).all(axis=1)
    mine, other = points[both].astype(np.float64), onto[both].astype(np.float64)
    if both.sum() < 2:
        return Laid(points, None)
    middle, target = mine.mean(axis=0), other.mean(axis=0)
    mine, other = mine - middle, other - target
    spread, whole = np.square(mine).sum(), np.square(other).sum()
    if not spread or not whole:
        return Laid(points, None)
    left, strengths, right = np.linalg.svd(mine.T @ other)
    turned = (points.astype(np.float64) - middle) @ (left @ right) * np.sqrt(whole / spread) + target
    return Laid(turned.astype(np.float32), float(max(0.0, 1 - strengths.sum() ** 2 / (spread * whole))))


def in_one_frame(drawings: Mapping[str, Drawing], reference: str) -> dict[str, Laid]:
    """Every drawing that has a picture, laid upon that of the reference."""
    onto = np.asarray(drawings[reference].coordinates)
    return {
        name: Laid(onto, 0.0) if name == reference else laid(np.asarray(drawing.coordinates), onto)
        for name, drawing in drawings.items()
        if not drawing.why
    }


def bounds_of(maps: Mapping[str, Laid]) -> tuple[list[float], list[float]]:
    """The lowest and highest coordinates of all maps together, so that each is drawn within the same frame."""
    lows = np.array([np.nanmin(one.coordinates, axis=0) for one in maps.values()])
    highs = np.array([np.nanmax(one.coordinates, axis=0) for one in maps.values()])
    return lows.min(axis=0).tolist(), highs.max(axis=0).tolist()
