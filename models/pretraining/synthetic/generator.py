"""What a synthetic task is, and the stream of its records.

Record i of a seed depends on those two and the settings alone: a stream can start anywhere, and two that run side by
side, or one that was killed and goes on, read the same records.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Any, NamedTuple

import numpy as np

from models.errors import BadInput


class Record(NamedTuple):
    """What is read, and what is to be written; ids of tokens, without the end of either."""

    input: list[int]
    output: list[int]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Which tokens a task may use: the ids `first` to `last`. The defaults are T5's pieces less padding and end."""

    first: int = 2
    last: int = 31_999

    def __post_init__(self) -> None:
        """Check what every task needs."""
        self.must(self.first >= 0 and self.size >= 2, f"tokens {self.first} to {self.last}; give two or more ids")

    @property
    def size(self) -> int:
        """How many tokens there are."""
        return self.last - self.first + 1

    def must(self, holds: bool, what: str) -> None:
        """Raise BadInput about these settings unless the condition holds."""
        if not holds:
            raise BadInput(f"a synthetic task cannot be made with {what}.")


@dataclass(frozen=True, kw_only=True)
class Generator:
    """A synthetic task.

    `draw(rng, settings)` makes a record. `answer(input, settings)`, where the input alone decides the output, tells it.
    `words(settings)`, where tokens are words: those of the ids from `settings.first` on. `running`: its records are
    running text, all in `output`, which is to be corrupted and mended. `paper`: what its paper calls it.
    """

    name: str
    title: str
    version: int
    describe: str
    settings: type[Settings]
    draw: Callable[[np.random.Generator, Any], Record]
    answer: Callable[[Sequence[int], Any], list[int]] | None = None
    words: Callable[[Any], Sequence[str]] | None = None
    running: bool = False
    paper: str = ""


def stream(generator: Generator, *, seed: int, settings: Settings | None = None, start: int = 0) -> Iterator[Record]:
    """The records of a task without end, from number `start` on."""
    settings = generator.settings() if settings is None else settings
    for number in count(start):
        yield generator.draw(np.random.default_rng((seed, number)), settings)


def distinct(generator: Generator, n: int, *, seed: int, settings: Settings | None = None) -> Iterator[Record]:
    """The first n records whose inputs (of running text, outputs) differ, in their order.

    BadInput where so few are possible that a thousand in a row for each one found were known already.
    """
    seen: set[tuple[int, ...]] = set()
    for tried, record in enumerate(stream(generator, seed=seed, settings=settings), 1):
        key = tuple(record.output if generator.running else record.input)
        if key not in seen:
            seen.add(key)
            yield record
        if len(seen) == n:
            return
        if tried > 1000 * (len(seen) + 1):
            raise BadInput(f"{generator.name} has only about {len(seen)} records with these settings; ask for fewer.")


def first(generator: Generator, n: int, *, seed: int = 0, settings: Settings | None = None) -> list[Record]:
    """The first n records, as they come."""
    return list(islice(stream(generator, seed=seed, settings=settings), n))


def decoded(tokens: Sequence[int], generator: Generator, settings: Settings) -> str:
    """Tokens as a reader sees them: words where the task has words, special ones by name, else their ids."""
    words = generator.words(settings) if generator.words else ()
    named: dict[int, str] = getattr(settings, "names", dict)()
    found = []
    for token in tokens:
        place = token - settings.first
        found.append(named.get(token) or (words[place] if 0 <= place < len(words) else str(token)))
    return " ".join(found)
