"""Intervals and chance of numbers that sum over nodes, or that hang on pairs counted by groups of nodes.

Interval: nodes, or groups of them, are drawn anew with repeats, of what each contributes on the fixed graph, and the
deviations are stretched, for links tie the contributions of nodes together. `null_*`: the draws of chance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import fsum

import numpy as np
import numpy.typing as npt

from analysis.alignment.walk import GROUPS
from analysis.number import Number
from analysis.uncertainty import bounds

Floats = npt.NDArray[np.float64]
RESAMPLED = 73  # tells the generator apart
NODES, PAIRS = 1.5, 2.0  # stretches; `benchmarks.alignment --coverage` shows what they cover
AT_ONCE = 1 << 24  # numbers of a resample held at a time


@dataclass(frozen=True, eq=False)
class Share:
    """A number that is the sum of one array over that of another, both by node, (m,); `null`: its draws by chance."""

    name: str
    above: Floats
    below: Floats
    null: Floats
    stretch: float = NODES
    ends: tuple[float, float] = (0.0, 1.0)  # beyond which it cannot be
    why: str = "No node has a linked or labelled one to be asked about."  # where there is no value

    @property
    def value(self) -> float:
        """The number itself, NaN where no node contributes."""
        below = fsum(self.below)
        return fsum(self.above) / below if below > 0 else float("nan")  # whatever the order of the nodes


@dataclass(frozen=True, eq=False)
class Counted:
    """A number of pairs: `of_groups` makes it from how often each group of nodes is drawn."""

    name: str
    value: float
    n: int
    of_groups: Callable[[Floats], float]
    null: Floats
    ends: tuple[float, float] = (0.0, 1.0)
    stretch: float = PAIRS
    why: str = "No pair is linked, or all are."


def mean_of(name: str, contributions: Floats, null: Floats) -> Share:
    """The mean of what nodes contribute, NaN for those that do not."""
    known = np.isfinite(contributions)
    return Share(name, np.where(known, contributions, 0.0), known.astype(np.float64), null)


def judge_shares(shares: Sequence[Share], *, draws: int, seed: int, notes: list[str]) -> dict[str, Number]:
    """The numbers of sums over the same nodes, resampled together."""
    if not shares:
        return {}
    above, below = (np.column_stack([getattr(one, side) for one in shares]) for side in ("above", "below"))
    m, step = len(above), max(1, AT_ONCE // len(above))
    rng = np.random.default_rng([seed % (1 << 63), RESAMPLED])
    drawn = []
    for at in range(0, draws, step):
        rows = min(step, draws - at)
        taken = np.stack([np.bincount(rng.integers(m, size=m), minlength=m) for _ in range(rows)]).astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn.append((taken @ above) / (taken @ below))
    spread = np.concatenate(drawn) if drawn else np.zeros((0, len(shares)))
    found = {}
    for at, one in enumerate(shares):
        n = int((one.below != 0).sum())
        found[one.name] = _number(one, n, spread[:, at], draws, notes)
    return found


def judge_counted(
    counted: Sequence[Counted], groups: int, *, draws: int, seed: int, notes: list[str]
) -> dict[str, Number]:
    """The numbers of pairs, by so many groups of nodes drawn together."""
    rng = np.random.default_rng([seed % (1 << 63), RESAMPLED, 1])
    drawn = (rng.integers(groups, size=groups) for _ in range(draws))
    weights = [np.bincount(one, minlength=GROUPS).astype(np.float64) for one in drawn]
    found = {}
    spreads = np.array([[one.of_groups(each) for one in counted] for each in weights]).reshape(draws, len(counted))
    for at, one in enumerate(counted):
        found[one.name] = _number(one, one.n, spreads[:, at], draws, notes)
    return found


def _number(one: Share | Counted, n: int, spread: Floats, draws: int, notes: list[str]) -> Number:
    value, name = one.value, one.name
    if not np.isfinite(value):
        return Number(value=None, n=n, why=one.why)
    if not draws:
        return Number(value=value, n=n)
    known = spread[np.isfinite(spread)]
    known = (known - (known.mean() if len(known) else 0.0)) * one.stretch
    low, high = bounds({name: known}, name, "interval", draws, notes)
    null_low = null_high = mean = None
    if len(one.null):
        by_chance = one.null[np.isfinite(one.null)]
        null_low, null_high = bounds({name: by_chance}, name, "null", len(one.null), notes)
        mean = None if null_low is None else float(by_chance.mean())
    number = Number(value=value, n=n, null_mean=mean, null_low=null_low, null_high=null_high)
    if low is None or high is None:
        return number
    least, most = one.ends
    return replace(number, low=max(value + low, least), high=min(value + high, most))
