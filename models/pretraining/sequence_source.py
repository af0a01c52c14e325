"""Where the records of a training come from: a synthetic task, text to be mended, or pairs; each known by its number.

Record i is the same whoever asks and whatever was asked before, so a training that was killed reads on where it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models.errors import BadInput
from models.pretraining.spans import Spans, corrupted
from models.pretraining.synthetic.generator import Generator, Record, Settings


class Source(Protocol):
    """Records by number."""

    def record(self, number: int) -> Record:
        """Record `number`, from 0 on."""
        ...


@dataclass(frozen=True)
class Synthetic:
    """A synthetic task; running text is mended, as `spans` says."""

    generator: Generator
    settings: Settings
    seed: int
    spans: Spans | None = None

    def record(self, number: int) -> Record:
        """Drawn from seed and number."""
        rng = np.random.default_rng((self.seed, number))
        record = self.generator.draw(rng, self.settings)
        if not self.generator.running:
            return record
        if self.spans is None:
            raise BadInput(f"{self.generator.name} is running text, which is to be mended; say with which spans.")
        return corrupted(record.output, rng, self.spans)


@dataclass(frozen=True, eq=False)
class Text:
    """Windows of a long text of tokens, at random places, to be mended."""

    tokens: npt.NDArray[np.integer]
    window: int
    spans: Spans
    seed: int

    def __post_init__(self) -> None:
        """Check that there is a window."""
        if not 2 <= self.window <= len(self.tokens):
            raise BadInput(f"windows of {self.window} tokens cannot be cut from {len(self.tokens)}; give more text.")

    def record(self, number: int) -> Record:
        """A window, drawn from seed and number."""
        rng = np.random.default_rng((self.seed, number))
        at = int(rng.integers(len(self.tokens) - self.window + 1))
        return corrupted(self.tokens[at : at + self.window].tolist(), rng, self.spans)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Given records over and over, each time in another order."""

    records: Sequence[Record]
    seed: int
    _orders: dict[int, npt.NDArray[np.int64]] = field(default_factory=dict)

    def record(self, number: int) -> Record:
        """That of its place in its round."""
        turn, place = divmod(number, len(self.records))
        if turn not in self._orders:
            self._orders.clear()
            self._orders[turn] = np.random.default_rng((self.seed, turn)).permutation(len(self.records))
        return self.records[int(self._orders[turn][place])]
