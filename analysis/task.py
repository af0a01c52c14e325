"""A task: what spaces are scored on, by which samples they learn and on which they are asked. Frozen."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.labels import Labels

Rows = npt.NDArray[np.int64]
Target = Literal["categorical", "numeric", "labels", "pairs", "relevance"]


@dataclass(frozen=True, eq=False)
class Split:
    """Rows to learn from and rows to be asked about, ascending; drawn with a seed or given.

    `dev`: given rows to choose by, for methods that need some; else they are taken from `train`.
    """

    seed: int
    train: Rows
    test: Rows
    dev: Rows | None = None


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of samples that people scored: rows `a` and `b` (m,), `scores` (m,)."""

    a: Rows
    b: Rows
    scores: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Relevance:
    """Which documents answer which queries: rows of `queries` (q,) and `documents` (d,) among the samples, and for
    each judgement its places in these two and its grade (> 0), (j,) each. `own`: the place of the document that is the
    query itself, (q,), -1 where there is none; it is not shown unless it is judged relevant.
    """

    queries: Rows
    documents: Rows
    query: Rows
    document: Rows
    grade: npt.NDArray[np.float64]
    own: Rows


@dataclass(frozen=True, eq=False)
class Members:
    """Several labels of each sample: `names` (L,), `has` (n, L), all false where none is known."""

    names: tuple[str, ...]
    has: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Task:
    """What spaces are scored on.

    `labels`: the target, one per sample. `units`: (n,) int64, samples of one unit never straddle a split (same text,
    same group). `splits`: one per seed, the same for every space. `own`: whether its samples are its own files' and
    not the dataset's; then its spaces are called `…#task`. `given`: whether train and test are the user's own, so that
    nothing may be asked of the training texts. `pairs`: scored pairs, whose rows `splits` and `units` are then of.
    `members`: where samples have several labels, these; `labels` are then the sets of them. `notes`: what was counted
    while splitting, one sentence each; `counts`: the same as numbers, by what they count.
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
    relevance: Relevance | None = None
    members: Members | None = None
    notes: tuple[str, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    majority: float | None = None  # share of the samples asked that the commonest class of training is right for
    why: str = ""  # why there is no split: said by every method that needs one

    @property
    def kind(self) -> Target:
        """What is to be told of a sample."""
        if self.pairs is not None:
            return "pairs"
        if self.relevance is not None:
            return "relevance"
        return "labels" if self.members is not None else self.labels.kind

    @property
    def n(self) -> int:
        """How many samples, labelled or not."""
        return len(self.units)
