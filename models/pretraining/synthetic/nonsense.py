"""Nonsense summaries (Krishna et al., 2021): documents of random words, and what sixteen tasks make of them.

A document has 10 ± 3 sentences of 10 ± 5 words and a full stop. Three tasks, drawn without repeats, change it in turn
(a keyword stands instead of a word, or around some); then each writes its lines of the summary, in that order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np

from models.pretraining.synthetic.generator import Record, Settings
from models.pretraining.synthetic.nonsense_tasks import PLAIN, TASKS, Lines, keywords_of

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, kw_only=True)
class NonsenseSettings(Settings):
    """How documents look. A token is a word: ids from `first` on are keywords and fixed words, then random ones.

    `words`: how many different random words there are.
    """

    words: int = 5_000
    fewest_sentences: int = 7
    most_sentences: int = 13
    shortest: int = 5
    longest: int = 15
    tasks: tuple[str, ...] = tuple(TASKS)
    applied: int = 3

    def __post_init__(self) -> None:
        """Check that the tasks have room."""
        super().__post_init__()
        unknown = sorted(set(self.tasks) - set(TASKS))
        self.must(not unknown, f"the task {unknown[0] if unknown else ''!r}; there are {', '.join(TASKS)}")
        self.must(len(set(self.tasks)) == len(self.tasks), "one task twice; give each once")
        self.must(1 <= self.applied <= min(3, len(self.tasks)), f"{self.applied} of {len(self.tasks)} tasks applied")
        self.must(5 <= self.fewest_sentences <= self.most_sentences, "sentences that are too few; give 5 or more")
        self.must(5 <= self.shortest <= self.longest, "sentences that are too short; give 5 words or more")
        self.must(self.words >= 1, "no words; give one or more")
        needed = len(words_of(self))
        self.must(needed <= self.size, f"{needed} different words in {self.size} tokens; give fewer words")


def words_of(settings: NonsenseSettings) -> Sequence[str]:
    """The word of each id from `first` on."""
    return _vocabulary(settings.words, settings.tasks)


def draw(rng: np.random.Generator, settings: NonsenseSettings) -> Record:
    """A document and its summary, words as ids."""
    lines, summary = document(rng, settings)
    ids = _ids(settings.words, settings.tasks)
    read, written = chain.from_iterable(lines), chain.from_iterable(summary)
    return Record([settings.first + ids[word] for word in read], [settings.first + ids[word] for word in written])


def document(rng: np.random.Generator, settings: NonsenseSettings) -> tuple[Lines, Lines]:
    """A document and its summary: lines of words."""
    words = _random_words(settings.words)
    count = int(rng.integers(settings.fewest_sentences, settings.most_sentences + 1))
    lengths = rng.integers(settings.shortest, settings.longest + 1, size=count)
    drawn = iter(rng.integers(settings.words, size=int(lengths.sum())).tolist())
    lines: Lines = [[*(words[next(drawn)] for _ in range(length)), "."] for length in lengths.tolist()]
    chosen = [TASKS[settings.tasks[i]] for i in rng.choice(len(settings.tasks), size=settings.applied, replace=False)]
    for task in chosen:
        task.change(lines, rng)
    return lines, [line for task in chosen for line in task.lines(lines, rng)]


@lru_cache(maxsize=8)
def _random_words(count: int) -> tuple[str, ...]:
    """0, 1, 2 ... in base 26, the last digit first, all as long as the longest needs.

    >>> _random_words(5000)[:28:27]
    ('aaa', 'bba')
    """
    length, room = 1, 26
    while room < count:
        length, room = length + 1, room * 26
    return tuple("".join(LETTERS[number // 26**place % 26] for place in range(length)) for number in range(count))


@lru_cache(maxsize=8)
def _vocabulary(words: int, tasks: tuple[str, ...]) -> tuple[str, ...]:
    named = [word for name in tasks for word in keywords_of(name)]
    return tuple(dict.fromkeys([*PLAIN, *named, *_random_words(words)]))


@lru_cache(maxsize=8)
def _ids(words: int, tasks: tuple[str, ...]) -> dict[str, int]:
    return {word: place for place, word in enumerate(_vocabulary(words, tasks))}
