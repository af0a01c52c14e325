"""A task: what spaces are scored on, by which samples they learn and on which they are asked. Frozen."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.labels import Labels

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Split:
    """Rows to learn from and rows to be asked about, ascending; drawn with a seed or given."""

    seed: int
    train: Rows
    test: Rows


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of samples that people scored: rows `a` and `b` (m,), `scores` (m,)."""

    a: Rows
    b: Rows
    scores: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Task:
    """What spaces are scored on.

    `labels`: the target, one per sample. `units`: (n,) int64, samples of one unit never straddle a split (same text,
    same group). `splits`: one per seed, the same for every space. `own`: whether its samples are its own files' and
    not the dataset's; then its spaces are called `…#task`. `given`: whether train and test are the user's own, so that
    nothing may be asked of the training texts. `notes`: what was counted while splitting, one sentence each; `counts`:
    the same as numbers, by what they count.
    """

    name: str
    key: str
    labels: Labels
    units: npt.NDArray[np.int64]
    splits: tuple[Split, ...]
    seeds: tuple[int, ...]
    own: bool = False
    given: bool = False
    pairs: Pairs | None = None
    notes: tuple[str, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    majority: float | None = None  # share of the samples asked that the commonest class of training is right for
    why: str = ""  # why there is no split: said by every method that needs one

    @property
    def n(self) -> int:
        """How many samples, labelled or not."""
        return len(self.units)
