"""LIME (Wu et al., 2021): from two of a pattern, its substitution and its result, tell the third.

Of `upper`, `lower` and `math` different symbols drawn for each record: a pattern mixes 3 to 5 upper symbols (2 of
each on average) with 5 to 19 of math; the substitution gives each upper symbol that occurs a string of 2 to 8 of lower
and math; the result is the pattern with every upper symbol replaced. A header names the symbols:
`<UPPER> u… <LOWER> l… <MATH> m… <sep>`; of upper only those that occur, in the order of a CPython set.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.pretraining.synthetic.generator import Generator, Record, Settings

Tokens = list[int]
Mode = Literal["induct", "deduct", "abduct"]
MODES: tuple[Mode, ...] = ("induct", "deduct", "abduct")


@dataclass(frozen=True, kw_only=True)
class LimeSettings(Settings):
    """Symbols, lengths and special ids; the defaults are those of Wu, Li and Liang (2022).

    `longest`: of input and of output, counted with the commas between substitutions, which are then left out.
    """

    upper: int = 24
    lower: int = 24
    math: int = 20
    fewest: int = 3
    most: int = 5
    shortest_pattern: int = 5
    longest_pattern: int = 19
    longest: int = 220
    header: bool = True
    colon: int = 32_000
    separator: int = 32_001
    upper_name: int = 32_002
    opening: int = 32_003
    lower_name: int = 32_004
    math_name: int = 32_005
    closing: int = 32_006

    def __post_init__(self) -> None:
        """Check that there are symbols enough, and that special ids are apart from them."""
        super().__post_init__()
        kinds = self.upper + self.lower + self.math
        self.must(kinds <= self.size, f"{kinds} symbols from {self.size} tokens; give more tokens or fewer symbols")
        self.must(1 <= self.fewest <= self.most <= self.upper, f"{self.fewest} to {self.most} of {self.upper} symbols")
        self.must(self.lower >= 1 and self.math >= 1, "no lower or no math symbols; give one or more")
        self.must(0 <= self.shortest_pattern <= self.longest_pattern, "a pattern longer at least than at most")
        shortest = 2 * self.fewest + self.shortest_pattern + 5 + 2 * self.fewest + self.shortest_pattern
        shortest += 4 + 1 + self.lower + self.math if self.header else 0
        self.must(shortest < self.longest, f"records of at most {self.longest} tokens; give more than {shortest}")
        inside = [token for token in self.names() if self.first <= token <= self.last]
        self.must(not inside, f"the special token {inside[0] if inside else ''} among the others; give another id")
        self.must(len(self.names()) == 7, "one id for two special tokens; give each its own")

    def names(self) -> dict[int, str]:
        """What special tokens are called."""
        return {
            self.colon: ":",
            self.separator: "<sep>",
            self.upper_name: "<UPPER>",
            self.opening: "[",
            self.lower_name: "<LOWER>",
            self.math_name: "<MATH>",
            self.closing: "]",
        }


def lime(name: str, title: str, describe: str, modes: Sequence[Mode]) -> Generator:
    """A generator of these modes, each as likely as another."""

    def draw(rng: np.random.Generator, settings: LimeSettings) -> Record:
        mode = modes[int(rng.integers(len(modes)))]
        while True:
            record, commas = _record(mode, rng, settings)
            read, written = (0, commas) if mode == "abduct" else (commas, 0)
            if max(len(record.input) + read, len(record.output) + written) <= settings.longest:
                return record

    return Generator(name=name, title=title, version=1, describe=describe, settings=LimeSettings, draw=draw)


def _record(mode: Mode, rng: np.random.Generator, settings: LimeSettings) -> tuple[Record, int]:
    """A record of a mode, and how many commas its substitution would have."""
    pattern, rules, header = _drawn(rng, settings)
    result = substituted(pattern, rules)
    written: Tokens = []
    for symbol, string in rules.items():
        written += [symbol, settings.colon, settings.opening, *string, settings.closing]
    read, told = {
        "induct": ((result, written), pattern),
        "deduct": ((pattern, written), result),
        "abduct": ((pattern, result), written),
    }[mode]
    return Record([*header, *read[0], settings.separator, *read[1]], told), len(rules) - 1


def _drawn(rng: np.random.Generator, settings: LimeSettings) -> tuple[Tokens, dict[int, Tokens], Tokens]:
    """A pattern, its substitution and the header."""
    n_lower = settings.upper + settings.lower
    symbols: Tokens = (settings.first + rng.choice(settings.size, size=n_lower + settings.math, replace=False)).tolist()
    lower, math = symbols[settings.upper : n_lower], symbols[n_lower:]
    few = int(rng.integers(settings.fewest, settings.most + 1))
    length = int(rng.integers(settings.shortest_pattern, settings.longest_pattern + 1))
    uppers: Tokens = rng.choice(symbols[:few], size=2 * few).tolist()
    pattern: Tokens = rng.permutation(uppers + rng.choice(math, size=length).tolist()).tolist()
    occurring = list(set(uppers))
    lengths = rng.integers(2, 9, size=len(occurring)).tolist()
    rules = {symbol: rng.choice(lower + math, size=n).tolist() for symbol, n in zip(occurring, lengths, strict=True)}
    header = [settings.upper_name, *occurring, settings.lower_name, *lower, settings.math_name, *math]
    return pattern, rules, [*header, settings.separator] if settings.header else []


def substituted(pattern: Sequence[int], rules: dict[int, Tokens]) -> Tokens:
    """A pattern with every symbol that has a rule replaced by its string.

    >>> substituted([7, 1, 7], {7: [2, 3]})
    [2, 3, 1, 2, 3]
    """
    return [token for symbol in pattern for token in rules.get(symbol, [symbol])]
