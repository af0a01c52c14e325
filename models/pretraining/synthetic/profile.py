"""What the records of a synthetic task are like: lengths, how evenly tokens are used, how often an input comes again.

Entropy of a sequence: -sum p log2 p over the shares of its different tokens, 0 where all are the same.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.pretraining.synthetic.generator import Generator, Record, Settings, first

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Profile:
    """Of n records: lengths and entropies of inputs and outputs, (n,) each, and the share of inputs seen before."""

    input_lengths: Numbers
    output_lengths: Numbers
    input_entropy: Numbers
    output_entropy: Numbers
    duplicates: float


def profile(generator: Generator, n: int, *, seed: int = 0, settings: Settings | None = None) -> Profile:
    """The profile of the first n records."""
    return profile_of(first(generator, n, seed=seed, settings=settings), generator)


def profile_of(records: Sequence[Record], generator: Generator) -> Profile:
    """The profile of these records, one or more."""
    keys = {tuple(one.output if generator.running else one.input) for one in records}
    return Profile(
        np.array([len(one.input) for one in records], float),
        np.array([len(one.output) for one in records], float),
        np.array([entropy(one.input) for one in records]),
        np.array([entropy(one.output) for one in records]),
        1 - len(keys) / len(records),
    )


def entropy(tokens: Sequence[int]) -> float:
    """In bits.

    >>> entropy([5, 5, 6, 6]), entropy([5, 5]), entropy([])
    (1.0, 0.0, 0.0)
    """
    if not tokens:
        return 0.0
    shares = np.array(list(Counter(tokens).values())) / len(tokens)
    return float(-(shares * np.log2(shares)).sum() + 0.0)
