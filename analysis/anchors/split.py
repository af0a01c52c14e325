"""Which windows are fitted on and which are held out, and the blocks that a bootstrap draws."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.anchors.moments import blocks_for
from analysis.number import CannotAnalyze

FITTED = 0.7
FEWEST = 10
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Split:
    """Windows of every block, train and test; a window is in one block alone."""

    train: tuple[Rows, ...]
    test: tuple[Rows, ...]


def split_windows(windows: int, width: int, seed: int) -> Split:
    """70 % of the windows, drawn by the seed, to fit on, the rest to judge by. CannotAnalyze for fewer than ten."""
    if windows < FEWEST:
        raise CannotAnalyze(
            f"The text gives {windows} windows; {FEWEST} are needed to fit on some and judge by others: give more"
            " tokens or a smaller window."
        )
    order = np.random.default_rng(seed).permutation(windows)
    parts = order[: round(FITTED * windows)], order[round(FITTED * windows) :]
    most = blocks_for(width, windows) // 2
    train, test = (tuple(np.array_split(part, max(2, min(most, len(part))))) for part in parts)
    return Split(train, test)
