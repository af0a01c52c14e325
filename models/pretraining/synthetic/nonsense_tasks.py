"""The sixteen elementary tasks of nonsense summaries (Krishna et al., 2021), called as there.

A keyword of task d3 is written `__d3__…__`. It is put over a random word, never over a keyword or the final full stop.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

Words = list[str]
Lines = list[Words]
Item = TypeVar("Item")
Change = Callable[[Lines, Words, np.random.Generator], None]
Answer = Callable[[Lines, Words, np.random.Generator], Lines]
Found = list[tuple[Words, str]]  # lines with a keyword, in order, each with its first


@dataclass(frozen=True)
class Task:
    """`change` puts keywords into a document, in place; `lines` reads them and writes lines of the summary."""

    keywords: tuple[str, ...]
    changes: Change
    answers: Answer
    others: tuple[str, ...] = ()

    def change(self, lines: Lines, rng: np.random.Generator) -> None:
        """Put keywords in."""
        self.changes(lines, list(self.keywords), rng)

    def lines(self, lines: Lines, rng: np.random.Generator) -> Lines:
        """What the summary says of them."""
        return self.answers(lines, list(self.keywords), rng)


def _named(task: str, *words: str) -> tuple[str, ...]:
    return tuple(f"__{task}__{word}__" for word in words)


def _some(count: int, rng: np.random.Generator, of: Sequence[Item], *, repeats: bool) -> list[Item]:
    return [of[place] for place in rng.choice(len(of), size=count, replace=repeats).tolist()]


def _lines(lines: Lines, count: int, rng: np.random.Generator) -> Lines:
    return [lines[row] for row in sorted(_some(count, rng, range(len(lines)), repeats=False))]


def _open(line: Words, before: int = 1) -> list[int]:
    """Places whose word may be replaced; the last `before` words are not asked."""
    return [place for place, word in enumerate(line[:-before]) if "_" not in word]


def _put(
    counts: Sequence[int], repeats: bool, lines: Lines, keywords: Words, rng: np.random.Generator, before: int = 1
) -> None:
    """A keyword into each of so many lines."""
    count = _some(1, rng, counts, repeats=True)[0]
    chosen = _lines(lines, count, rng)
    for line, keyword in zip(chosen, _some(count, rng, keywords, repeats=repeats), strict=True):
        line[_some(1, rng, _open(line, before), repeats=True)[0]] = keyword


def _found(lines: Lines, keywords: Words) -> Found:
    known = set(keywords)
    firsts = ((line, next((word for word in line if word in known), "")) for line in lines)
    return [(line, word) for line, word in firsts if word]


def _copied(lines: Lines, keywords: Words, rng: np.random.Generator) -> Lines:
    return [list(line) for line, _ in _found(lines, keywords)]


def _shuffled(lines: Lines, keywords: Words, rng: np.random.Generator) -> Lines:
    found = _copied(lines, keywords, rng)
    return [found[row] for row in rng.permutation(len(found)).tolist()]


def _sorted(lines: Lines, keywords: Words, rng: np.random.Generator) -> Lines:
    return [list(line) for line, _ in sorted(_found(lines, keywords), key=lambda one: one[1])]


def _quote(lines: Lines, keywords: Words, rng: np.random.Generator) -> None:
    (line,) = _lines(lines, 1, rng)
    begin = int(rng.integers(1 if "_" in line[0] else 0, len(line)))
    end = int(rng.integers(begin + 1, len(line) + 1))
    line[begin:end] = [keywords[0], *line[begin:end], keywords[1]]


def _quoted(lines: Lines, keywords: Words, rng: np.random.Generator) -> Lines:
    ((line, _),) = _found(lines, keywords)
    inside = line[line.index(keywords[0]) + 1 : line.index(keywords[1])]
    return [inside if inside[-1] == "." else [*inside, "."]]


def _bullet(lines: Lines, keywords: Words, rng: np.random.Generator) -> None:
    (line,) = _lines(lines, 1, rng)
    line.insert(0, keywords[0])


def _bulleted(lines: Lines, keywords: Words, rng: np.random.Generator) -> Lines:
    return [line[1:] for line, _ in _found(lines, keywords)]


def _classified(below: str, above: str, lines: Lines, keywords: Words, rng: np.random.Generator) -> Lines:
    ((_, word),) = _found(lines, keywords)
    return [(below if keywords.index(word) < len(keywords) // 2 else above).split()]


def _class_of(word: str, keywords: Words) -> str:
    """Of nine keywords, three a class; `__d11__class_0_kw_2__` is of `__d11__class_0__`."""
    return word.partition("_kw_")[0] + "__"


def _by_class(lines: Lines, keywords: Words, rng: np.random.Generator) -> Lines:
    ((line, word),) = _found(lines, keywords)
    return [[_class_of(word, keywords) if one == word else one for one in line]]


def _segregated(lines: Lines, keywords: Words, rng: np.random.Generator) -> Lines:
    found, written = _found(lines, keywords), []
    for name in dict.fromkeys(_class_of(word, keywords) for word in keywords):
        written.append(["section", name])
        written += [list(line) for line, word in found if _class_of(word, keywords) == name]
    return written


def _majority(lines: Lines, keywords: Words, rng: np.random.Generator) -> Lines:
    said = [word for _, word in _found(lines, keywords)]
    most = max(keywords, key=said.count)
    return [f"The keyword {keywords.index(most) + 1} occurred more number of times .".split()]


def _largest(lines: Lines, keywords: Words, rng: np.random.Generator) -> Lines:
    return [f"The largest number is {max(keywords.index(word) for _, word in _found(lines, keywords))} .".split()]


def _source(lines: Lines, keywords: Words, rng: np.random.Generator) -> None:
    _put([1], True, lines, [word for word in keywords if "src" in word], rng)


def _paraphrased(lines: Lines, keywords: Words, rng: np.random.Generator) -> Lines:
    ((line, word),) = _found(lines, keywords)
    at = keywords.index(word)
    (target,) = _some(1, rng, keywords[at + 1 : at + 4], repeats=True)
    return [[target if one == word else one for one in line]]


def _joined(lines: Lines, keywords: Words, rng: np.random.Generator) -> Lines:
    sentence = ["The", "combined", "sentence", "is"]
    for line, word in _found(lines, keywords):
        sentence += line[line.index(word) : -1]
    return [[*sentence, "."]]


def _two_joiners(lines: Lines, keywords: Words, rng: np.random.Generator) -> None:
    (line,) = _lines(lines, 1, rng)
    joiners = _some(2, rng, keywords, repeats=False)
    for place, joiner in zip(_some(2, rng, _open(line), repeats=False), joiners, strict=True):
        line[place] = joiner


def _broken(lines: Lines, keywords: Words, rng: np.random.Generator) -> Lines:
    ((line, _),) = _found(lines, keywords)
    one, two = (place for place, word in enumerate(line) if word in keywords)
    return [[*line[:two], "."], [*line[:one], *line[two:-1], "."]]


def _truncated(lines: Lines, keywords: Words, rng: np.random.Generator) -> Lines:
    ((line, word),) = _found(lines, keywords)
    return [[*line[: line.index(word)], "."]]


TEN = tuple(f"keyword_{i}" for i in range(10))
NUMBERS = tuple(str(i) for i in range(100))
CLASSES = tuple(f"class_{i}_kw_{j}" for i in range(3) for j in range(3))
JOINERS = tuple(f"join_{i}" for i in range(5))
PHRASES = tuple(word for i in range(20) for word in (f"src_{i}", *(f"target_{i}_{j}" for j in range(3))))
SIGN = ("the keyword was positive .", "the keyword was negative .")
THRESHOLD = ("the number was below threshold .", "the number was above or equal to threshold .")
ONE: Change = partial(_put, [1], True)
THREE: Change = partial(_put, [3], True)


def _classes(task: str) -> tuple[str, ...]:
    return _named(task, *(f"class_{i}" for i in range(3)))


TASKS = {
    "d3": Task(_named("d3", *TEN), ONE, _copied),
    "d4": Task(_named("d4", *TEN), THREE, _copied),
    "d5": Task(_named("d5", *TEN), THREE, _shuffled),
    "d6": Task(_named("d6", *TEN), partial(_put, [3], False), _sorted),
    "d7": Task(_named("d7", "begin_quote", "end_quote"), _quote, _quoted),
    "d8": Task(_named("d8", "bullet"), _bullet, _bulleted),
    "d10": Task(_named("d10", *TEN), ONE, partial(_classified, *SIGN)),
    "d11": Task(_named("d11", *CLASSES), ONE, _by_class, _classes("d11")),
    "d12": Task(_named("d12", "keyword_1", "keyword_2"), partial(_put, [3, 5], True), _majority),
    "d13": Task(_named("d13", *CLASSES), partial(_put, [2, 3, 4, 5], True), _segregated, _classes("d13")),
    "d14": Task(_named("d14", *NUMBERS), ONE, partial(_classified, *THRESHOLD)),
    "d16": Task(_named("d16", *NUMBERS), partial(_put, [1, 2, 3, 4], False), _largest),
    "d18": Task(_named("d18", *PHRASES), _source, _paraphrased),
    "d19": Task(_named("d19", *JOINERS), partial(_put, [3], False, before=2), _joined),
    "d20": Task(_named("d20", *JOINERS), _two_joiners, _broken),
    "d21": Task(_named("d21", *TEN), ONE, _truncated),
}
PLAIN = tuple(
    dict.fromkeys(
        f"{' '.join((*SIGN, *THRESHOLD))} section The keyword occurred more number of times largest is combined "
        f"sentence {' '.join(NUMBERS)}".split()
    )
)


def keywords_of(task: str) -> tuple[str, ...]:
    """The words that a task alone uses."""
    return (*TASKS[task].keywords, *TASKS[task].others)
