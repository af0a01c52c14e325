"""What fine-tuning is asked for, and what it is given and gives back; no torch at import.

Defaults are those usual for encoders of some tens or hundreds of millions of weights (Devlin et al. 2019; Mosbach et
al. 2021): AdamW, a tenth of the steps to warm up, then a linear way down, and more epochs than the three that small
sets make unstable.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.errors import BadInput

Kind = Literal["classes", "labels", "numbers"]
Rows = npt.NDArray[np.int64]
Report = Callable[[int, int, str], None]


class Diverged(ArithmeticError):
    """Training whose loss is no number any more. Its message is one sentence."""


@dataclass(frozen=True, kw_only=True)
class FineTuning:
    """[finetuning]: how every checkpoint is trained on every task of the study."""

    epochs: int = 10  # at most
    lr: float = 5e-5  # at the end of the warm-up
    batch: int = 32
    max_length: int = 128  # tokens; a checkpoint that reads fewer reads those
    warmup: float = 0.1  # share of the steps
    decay: float = 0.01  # of weights; not of biases and norms
    clip: float = 1.0  # longest gradient
    dropout: float = 0.1  # before the head
    patience: int = 3  # epochs without a better dev score before it stops; 0 = never

    def __post_init__(self) -> None:
        """Check what needs no file."""
        for name in ("epochs", "batch"):
            self._must(name, getattr(self, name) >= 1, "1 or more")
        self._must("max_length", self.max_length >= 2, "2 or more")
        self._must("patience", self.patience >= 0, "0 or more")
        self._must("lr", 0 < self.lr < 1, "a number between 0 and 1, such as 5e-5")
        self._must("clip", 0 < self.clip < float("inf"), "a finite number above 0")
        self._must("decay", 0 <= self.decay < 1, "0 or more, below 1")
        for name in ("warmup", "dropout"):
            self._must(name, 0 <= getattr(self, name) < 1, "0 or more, below 1")

    def _must(self, name: str, holds: bool, allowed: str) -> None:
        if not holds:
            raise BadInput(f"{name} of [finetuning] is {getattr(self, name)}; give {allowed}.")


@dataclass(frozen=True, eq=False)
class Targets:
    """What is to be learnt of each sample.

    `classes`: `values` (n,) codes from 0. `labels`: (n, outputs) of 0 and 1. `numbers`: (n,). Rows that are neither
    learnt from nor asked may hold anything.
    """

    kind: Kind
    values: npt.NDArray[np.generic]
    outputs: int


@dataclass(frozen=True, eq=False)
class Parts:
    """Rows to learn from, to choose the epoch by (none: the last is taken), and to be asked."""

    train: Rows
    dev: Rows
    test: Rows


@dataclass(frozen=True)
class Point:
    """One point of a curve: the mean loss since the last; after an epoch also the score and loss on the dev part."""

    seed: int
    epoch: int
    step: int
    loss: float
    dev: float | None = None
    dev_loss: float | None = None


@dataclass(frozen=True, eq=False)
class Tuned:
    """What a trained network says of the rows asked, (m, outputs): logits, or numbers; its curve and chosen epoch."""

    outputs: npt.NDArray[np.float32]
    curve: Sequence[Point]
    best: int
    dev: float | None
