"""The eighteen simpler tasks of Wu, Li and Liang (2022): what they share.

A record is `[name…, 32099, sequence…]`, or `[name…, 32099, sequence…, 32097, argument…]`, and the answer; an empty
answer is written 32096. The input after the name has 10 to 220 tokens, else it is drawn again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.pretraining.synthetic.generator import Generator, Record, Settings

Tokens = list[int]
DIGITS = tuple(range(32_095, 32_085, -1))


@dataclass(frozen=True, kw_only=True)
class SimpleSettings(Settings):
    """Tokens, lengths and special ids; the defaults are the paper's, in T5's vocabulary.

    `name`: ids that stand for the task's name; None for those of the paper. `digits`: one id for each decimal digit
    of a number: how T5 writes numerals takes its vocabulary, which this package does not carry.
    """

    shortest: int = 10
    longest: int = 220
    name: tuple[int, ...] | None = None
    after_name: int = 32_099
    between_words: int = 32_098
    between_arguments: int = 32_097
    nothing: int = 32_096
    yes: tuple[int, ...] = (4_273,)
    no: tuple[int, ...] = (150,)
    digits: tuple[int, ...] = DIGITS

    def __post_init__(self) -> None:
        """Check the lengths and that no special id is also a token of the sequences."""
        super().__post_init__()
        self.must(4 <= self.shortest <= self.longest, f"lengths {self.shortest} to {self.longest}; give 4 or more")
        specials = (self.after_name, self.between_words, self.between_arguments, self.nothing, *self.digits)
        self.must(len(self.digits) == 10, f"{len(self.digits)} digits; give ten ids")
        self.must(len(set(specials)) == len(specials), "one id for two special tokens; give each its own")
        inside = [token for token in specials if self.first <= token <= self.last]
        self.must(not inside, f"the special token {inside[0] if inside else ''} among the others; give another id")

    def numeral(self, number: int) -> Tokens:
        """A number, one token a decimal digit."""
        return [self.digits[int(digit)] for digit in str(number)]

    def names(self) -> dict[int, str]:
        """What special tokens are called."""
        found = {self.after_name: "⟨:⟩", self.between_words: "⟨space⟩", self.between_arguments: "⟨,⟩"}
        found |= {self.nothing: "⟨nothing⟩"} | {token: f"⟨{digit}⟩" for digit, token in enumerate(self.digits)}
        return found


Unary = Callable[[Tokens, SimpleSettings], Tokens]
Binary = Callable[[Tokens, Tokens, SimpleSettings], Tokens]


def unary(
    name: str,
    title: str,
    describe: str,
    *,
    ids: tuple[int, ...],
    sample: Callable[[np.random.Generator, SimpleSettings], Tokens],
    function: Unary,
    paper: str = "",
) -> Generator:
    """A task on one sequence. `ids`: its name in T5's pieces."""

    def answer(given: Sequence[int], settings: SimpleSettings) -> Tokens:
        return function(_body(given, settings), settings) or [settings.nothing]

    def draw(rng: np.random.Generator, settings: SimpleSettings) -> Record:
        body = _fitting(lambda: sample(rng, settings), settings)
        return Record(_named(ids, settings) + body, function(body, settings) or [settings.nothing])

    return _task(name, title, describe, draw, answer, paper)


def binary(
    name: str,
    title: str,
    describe: str,
    *,
    ids: tuple[int, ...],
    sample: Callable[[np.random.Generator, SimpleSettings], tuple[Tokens, Tokens]],
    function: Binary,
    paper: str = "",
) -> Generator:
    """A task on a sequence and an argument."""

    def answer(given: Sequence[int], settings: SimpleSettings) -> Tokens:
        body = _body(given, settings)
        cut = body.index(settings.between_arguments)
        return function(body[:cut], body[cut + 1 :], settings) or [settings.nothing]

    def draw(rng: np.random.Generator, settings: SimpleSettings) -> Record:
        def body_of() -> Tokens:
            sequence, argument = sample(rng, settings)
            return [*sequence, settings.between_arguments, *argument]

        given = _named(ids, settings) + _fitting(body_of, settings)
        return Record(given, answer(given, settings))

    return _task(name, title, describe, draw, answer, paper)


def _task(name: str, title: str, describe: str, draw: object, answer: object, paper: str) -> Generator:
    return Generator(
        name=name,
        title=title,
        version=1,
        describe=describe,
        settings=SimpleSettings,
        draw=draw,  # type: ignore[arg-type]
        answer=answer,  # type: ignore[arg-type]
        paper=paper or name,
    )


def _named(ids: tuple[int, ...], settings: SimpleSettings) -> Tokens:
    return [*(ids if settings.name is None else settings.name), settings.after_name]


def _body(given: Sequence[int], settings: SimpleSettings) -> Tokens:
    """What stands after the name."""
    return list(given[list(given).index(settings.after_name) + 1 :])


def _fitting(draw: Callable[[], Tokens], settings: SimpleSettings) -> Tokens:
    body = draw()
    while not settings.shortest <= len(body) <= settings.longest:
        body = draw()
    return body
