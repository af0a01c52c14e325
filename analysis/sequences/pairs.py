"""Pairs of an input and a target: what a sequence task gives, filtered and split.

Pairs of one file stay on one side. A pair is left out where it is too short or long, where its input was there before,
or where its answer already makes more than a share of all answers: a majority answer can be told without reading.
"""

import ast
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from models.errors import BadInput

Part = Literal["corpus", "train", "dev", "test"]


class Pair(NamedTuple):
    """What is read, and what is to be written."""

    input: str
    target: str


@dataclass(frozen=True)
class SourceFile:
    """A Python file: its name (package and path within), text and syntax tree."""

    name: str
    text: str
    tree: ast.Module


@dataclass(frozen=True, kw_only=True)
class SequenceTask:
    """A way to make pairs of source code; `pairs(file)` gives those of one file, in its order."""

    name: str
    title: str
    version: int
    describe: str
    pairs: Callable[[SourceFile], Iterator[Pair]]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Characters of an input and of a target, and the largest share that one answer may have among all."""

    shortest: int = 4
    longest_input: int = 300
    longest_target: int = 150
    answer_share: float = 0.03


@dataclass(frozen=True)
class Split:
    """Pairs for training, choosing and testing, and how many were left out, by reason."""

    train: tuple[Pair, ...]
    dev: tuple[Pair, ...]
    test: tuple[Pair, ...]
    left_out: Mapping[str, int]


def number_of(text: str) -> int:
    """A number that a text has on every machine and in every run."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def part_of(name: str) -> Part:
    """Where a file goes: three quarters to the text for natural pre-training; of the others 5/8 train, 1/8 dev."""
    number = number_of(name)
    if number % 4:
        return "corpus"
    eighth = number // 4 % 8
    return "test" if eighth < 2 else "dev" if eighth == 2 else "train"


def split(pairs: Iterable[tuple[Part, Pair]], limits: Limits | None = None) -> Split:
    """Filter pairs and deal them out, each part in an order that does not tell where they came from.

    The cap on an answer's share holds within each part: a pair goes where its answer would make more than that share of
    the answers that are left there at the end.
    """
    limits = limits or Limits()
    kept: dict[Part, list[Pair]] = {"train": [], "dev": [], "test": []}
    left_out: Counter[str] = Counter()
    seen: set[str] = set()
    by_hash = sorted(pairs, key=lambda one: (one[0] != "test", number_of("\t".join(one[1]))))
    for part, pair in by_hash:
        if not (
            limits.shortest <= len(pair.input) <= limits.longest_input and 0 < len(pair.target) <= limits.longest_target
        ):
            left_out["length"] += 1
        elif pair.input in seen:  # a test input is never trained on
            left_out["repeat"] += 1
        elif part != "corpus":
            seen.add(pair.input)
            kept[part].append(pair)
    capped = {part: tuple(_capped(rows, limits.answer_share)) for part, rows in kept.items()}
    left_out["majority answer"] = sum(len(kept[part]) - len(rows) for part, rows in capped.items())
    return Split(capped["train"], capped["dev"], capped["test"], dict(left_out))


def _capped(pairs: list[Pair], share: float) -> list[Pair]:
    """Without the last pairs of answers that make more than a share (but one pair of each may stay)."""
    counts = Counter(pair.target for pair in pairs)
    cap = max(counts.values(), default=0)
    while cap > 1 and cap > share * sum(min(count, cap) for count in counts.values()):
        cap -= 1
    used: Counter[str] = Counter()
    found = []
    for pair in pairs:
        used[pair.target] += 1
        if used[pair.target] <= cap:
            found.append(pair)
    return found


def split_alone(pairs: Iterable[Pair], *, fewest: int = 20, limits: Limits | None = None) -> Split:
    """Deal out pairs of no file by their inputs: a quarter test, an eighth dev. BadInput where too few are left."""

    def parts() -> Iterator[tuple[Part, Pair]]:
        for pair in pairs:
            eighth = number_of(pair.input) % 8
            yield ("test" if eighth < 2 else "dev" if eighth == 2 else "train"), pair

    found = split(parts(), limits or Limits(shortest=1, longest_input=100_000, longest_target=100_000, answer_share=1))
    left = len(found.train) + len(found.dev) + len(found.test)
    if left < fewest or not (found.train and found.dev and found.test):
        raise BadInput(f"only {left} different pairs of input and target are there; give {fewest} or more.")
    return found
