"""A pass over windows of text: moments of every target, surprises, and some contexts for figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.anchors.moments import Floats, Moments
from analysis.anchors.split import Rows
from analysis.anchors.tasks import rows_of
from models.bulk import Rule
from models.head import Head
from models.language_model import LanguageModel
from models.streaming import Contexts, contexts
from models.windows import Ids

KEPT = 16_384  # contexts whose states are kept for figures and the quadratic fit
Each = Callable[[Contexts, Floats, Floats], None]


@dataclass(frozen=True, eq=False)
class Reading:
    """A model with its live head and a text in windows."""

    model: LanguageModel
    head: Head
    windows: Ids
    rules: Sequence[Rule]
    seed: int


@dataclass(frozen=True, eq=False)
class Gathered:
    """Moments of every target with log Z last; `surprise` (B, 2): sum and count of -log p of each block.

    `shuffled` (draws, D, R): X'Y of targets shuffled among contexts read together. `emptied` (R,): contexts that a
    rule left no bulk in. `kept`: a sample of contexts, spread over the blocks.
    """

    moments: Moments
    surprise: Floats
    shuffled: Floats
    emptied: npt.NDArray[np.int64]
    kept: Contexts


def gather(
    reading: Reading,
    blocks: Sequence[Rows],
    *,
    shuffles: int = 0,
    each: Each | None = None,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Gathered:
    """Read the windows of every block. `each` is shown contexts with their design [H, 1] and targets, log Z last."""
    width, count = reading.model.width, len(reading.rules) + 1
    moments, rng = Moments.empty(len(blocks), width, count), np.random.default_rng(reading.seed)
    surprise, emptied = np.zeros((len(blocks), 2)), np.zeros(count, np.int64)
    crosses = np.zeros((shuffles, width + 1, count))
    chance = KEPT / max(1, sum(map(len, blocks)) * reading.windows.shape[1])
    kept: list[Contexts] = []
    for block, rows in enumerate(blocks):
        report(block, len(blocks))
        read = contexts(reading.model, reading.head, reading.windows, reading.rules, rows=rows, seed=reading.seed)
        for part in read:
            y = np.concatenate([part.targets, part.partition[:, None]], axis=1)
            bare = np.isneginf(y)
            emptied += bare.sum(axis=0)
            y[bare] = 0.0
            design = moments.add(block, part.states, y)
            told = part.surprise[np.isfinite(part.surprise)]
            surprise[block] += told.sum(), len(told)
            for draw in range(shuffles):
                crosses[draw] += design.T @ y[rng.permutation(len(y))]
            if each is not None:
                each(part, design, y)
            kept.append(rows_of(part, np.flatnonzero(rng.random(len(y)) < chance)))
    return Gathered(moments, surprise, crosses, emptied, _joined(kept))


def _joined(parts: Sequence[Contexts]) -> Contexts:
    return Contexts(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])})
