"""Span corruption (Raffel et al., 2020): spans of a text are replaced by sentinels, and are to be written.

Of n tokens round(noise n) are noise, in round(noise n / span) spans; both kinds of stretches are cut at random, the
first one text and the last one noise. Read: the text, a sentinel for each span; written: each sentinel and its span.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.errors import BadInput
from models.pretraining.synthetic.generator import Record


@dataclass(frozen=True, kw_only=True)
class Spans:
    """How much is noise, how long a span is on average, and the sentinels in their order."""

    sentinels: tuple[int, ...]
    noise: float = 0.15
    span: float = 3.0

    def __post_init__(self) -> None:
        """Check that there is noise, and a sentinel for it."""
        if not (0 < self.noise < 1 and self.span >= 1 and self.sentinels):
            raise BadInput(
                f"text cannot be corrupted with noise {self.noise}, spans of {self.span} and {len(self.sentinels)}"
                " sentinels; give noise between 0 and 1, spans of 1 or more and a sentinel."
            )


def corrupted(tokens: Sequence[int], rng: np.random.Generator, spans: Spans) -> Record:
    """What is read and what is to be written of a text of two tokens or more."""
    n = len(tokens)
    noisy = min(max(round(n * spans.noise), 1), n - 1)
    count = min(max(round(noisy / spans.span), 1), len(spans.sentinels), n - noisy)
    read: list[int] = []
    written: list[int] = []
    at = 0
    pieces = zip(spans.sentinels, _cut(n - noisy, count, rng), _cut(noisy, count, rng), strict=False)
    for sentinel, kept, lost in pieces:
        read += [*tokens[at : at + kept], sentinel]
        written += [sentinel, *tokens[at + kept : at + kept + lost]]
        at += kept + lost
    return Record(read, written)


def _cut(n: int, parts: int, rng: np.random.Generator) -> list[int]:
    """So many positive parts of n, each way of cutting as likely as another."""
    places = np.sort(rng.choice(n - 1, size=parts - 1, replace=False)) + 1 if parts > 1 else np.empty(0, int)
    return np.diff([0, *places.tolist(), n]).tolist()  # type: ignore[no-any-return]
