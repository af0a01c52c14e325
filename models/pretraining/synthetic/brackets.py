"""The nesting languages of Ri and Tsuruoka (2022): brackets of many kinds, rightly nested.

The words of a sentence, as many as a length drawn allows for pairs, are drawn with weights ⌊V / rank⌋ (Zipf). Reading
them in turn, the next one opens with probability 0.4, or where nothing is open; else the last one opened is closed.
In the nesting language an opening and its closing token differ; in the parenthesis language they are the same.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from models.pretraining.synthetic.generator import Generator, Record, Settings

Tokens = list[int]


@dataclass(frozen=True, kw_only=True)
class BracketSettings(Settings):
    """Tokens and lengths. The ids of the paper's file are not known: its 16,000 tokens start at 2 here.

    Half as many kinds as tokens. Lengths follow a smooth curve through those that the authors counted in English
    Wikipedia (mean 22.7 in both, 4 % of the mass apart): alike from `shortest` to `usual` words, from there to
    `longest` falling as exp(-(length - usual) / `fall`).
    """

    last: int = 16_001
    shortest: int = 6
    usual: int = 24
    longest: int = 60
    fall: float = 13.0
    opening: float = 0.4

    def __post_init__(self) -> None:
        """Check lengths and the chance of opening."""
        super().__post_init__()
        self.must(1 <= self.shortest <= self.usual <= self.longest, "lengths that do not ascend from 1")
        self.must(0 <= self.opening <= 1, f"an opening chance of {self.opening}; give 0 to 1")
        self.must(self.fall > 0, f"a fall of {self.fall}; give more than 0")


def brackets(name: str, title: str, describe: str, *, same: bool) -> Generator:
    """A nesting language; `same`: an opening token closes too."""

    def draw(rng: np.random.Generator, settings: BracketSettings) -> Record:
        kinds = settings.size // 2
        chances, lengths = _cumulated(kinds), _lengths(settings)
        length = settings.shortest + int(np.searchsorted(lengths, rng.random() * lengths[-1], side="right"))
        pairs = max(1, length // 2 + int(rng.random() < 0.5))
        ranks = np.searchsorted(chances, rng.integers(int(chances[-1]), size=pairs), side="right")
        step = 1 if same else 2
        heads: Tokens = (settings.first + step * ranks).tolist()
        return Record([], _nested(heads, rng, settings.opening, 0 if same else 1))

    return Generator(
        name=name, title=title, version=1, describe=describe, settings=BracketSettings, draw=draw, running=True
    )


def _nested(heads: Tokens, rng: np.random.Generator, opening: float, to_closing: int) -> Tokens:
    """A sentence of these heads; a closing token is its head plus `to_closing`."""
    sentence: Tokens = []
    opened: Tokens = []
    coins = iter(rng.random(2 * len(heads)).tolist())
    waiting = heads[::-1]
    while waiting:
        if not opened or next(coins) < opening:
            sentence.append(waiting[-1])
            opened.append(waiting.pop() + to_closing)
        else:
            sentence.append(opened.pop())
    return sentence + opened[::-1]


@lru_cache(maxsize=8)
def _cumulated(kinds: int) -> npt.NDArray[np.int64]:
    """Cumulated Zipf weights of the ranks, (kinds,)."""
    return np.cumsum(kinds // np.arange(1, kinds + 1))


@lru_cache(maxsize=8)
def _lengths(settings: BracketSettings) -> npt.NDArray[np.float64]:
    """Cumulated weights of the lengths from the shortest to the longest."""
    over = np.maximum(0, np.arange(settings.shortest, settings.longest + 1) - settings.usual)
    return np.cumsum(np.exp(-over / settings.fall))
