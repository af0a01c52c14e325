"""Maps of a series in one frame: every member's drawing laid onto that of one of them (`analysis.projection.onto`)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.number import CannotAnalyze
from analysis.pipeline import Drawing
from analysis.projection.onto import disparity, laid_onto

Points = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Laid:
    """A drawing laid upon another: coordinates (n, 2 or 3), and the share of the other's spread that is left."""

    coordinates: Points
    residual: float | None


def laid(points: Points, onto: Points) -> Laid:
    """The map of the same samples laid onto another; samples that lack a place in either have none.

    The residual is None where nothing can be laid: fewer than two places, or a map that is one point.
    """
    both = np.isfinite(points).all(axis=1) & np.isfinite(onto).all(axis=1)
    try:
        if both.sum() < 2:
            raise CannotAnalyze("Fewer than two samples have a place in both maps.")
        moved = np.full_like(points, np.nan)
        moved[both] = laid_onto(onto[both], points[both])
        return Laid(moved, disparity(onto[both], points[both]))
    except CannotAnalyze:
        return Laid(points, None)


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
