"""Distances in bins of about as many pairs each, and pairs counted by hops and bin."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.alignment.apart import Floats, Scores

BINS = 2048
FINE = 1 << 16  # equal steps, each of which lies in a bin
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Binned:
    """Which bin each of so many equal steps from `low` to `high` lies in."""

    low: float
    high: float
    scale: float
    bin_of: npt.NDArray[np.uint16]

    @property
    def bins(self) -> int:
        """How many bins."""
        return BINS

    def places(self, scores: Scores) -> npt.NDArray[np.uint16]:
        """The bin of each score; those beyond the ends are in the last ones."""
        steps = (np.clip(scores, self.low, self.high) - self.low) * self.scale
        found: npt.NDArray[np.uint16] = self.bin_of[steps.astype(np.int32)]
        return found

    def table(self, scores: Scores, hops: npt.NDArray[np.uint8]) -> Places:
        """Pairs between which there is a way, by hops and bin, flat."""
        there = hops > 0
        return counted(hops[there], self.places(scores[there]))


def counted(hops: npt.NDArray[np.uint8], places: npt.NDArray[np.uint16]) -> Places:
    """Pairs by hops and bin, flat, up to the most hops there are."""
    if not len(hops):
        return np.zeros(BINS, np.int64)
    keys = hops.astype(np.int32) * BINS + places
    found: Places = np.bincount(keys, minlength=(int(hops.max()) + 1) * BINS)
    return found


def binned(probe: Floats) -> Binned:
    """Bins that hold about as many of the finite scores of a probe each."""
    low, high = float(probe.min()), float(probe.max())
    scale = (FINE - 1) / (high - low) if high > low else 0.0
    ends = np.quantile(probe, np.linspace(0, 1, BINS + 1)[1:-1])
    steps = low + (np.arange(FINE) + 0.5) / (scale or 1.0)
    return Binned(low, high, scale, np.searchsorted(ends, steps).astype(np.uint16))
