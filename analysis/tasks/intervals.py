"""How sure a score is: its 95 % interval over test samples and seeds, and what it would be under chance.

Samples asked are drawn with repeats, whole units at a time, the same draws for every space on the task; how the mean
over seeds moves is the part of the test samples. What seeds differ by beyond what their test samples explain is the
part of the seeds, its square divided by how many there are. The two add as variances; the quantile is Student's, its
degrees of freedom Satterthwaite's, so that three seeds do not look like many. The interval says where the same score of
other test samples and seeds would lie; where train is given it is the score of that very training set. Chance: the
truths of the samples asked are shuffled, so that the answers know nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.number import Number, wilson
from analysis.tasks.answers import Answers
from analysis.uncertainty import FEWEST, bounds

Floats = npt.NDArray[np.float64]
CHUNK = 1 << 22  # weights held at a time
DEALT, FEWEST_DEALT = 2_000_000, 40  # truths dealt for chance, and draws of it that are made in any case
SIGNED = ("mcc", "spearman")  # numbers from -1 to 1; the others from 0


@dataclass(frozen=True, eq=False)
class Scores:
    """One number: its value for each seed (S,), and in each draw of the samples asked for each seed (draws, S)."""

    values: Floats
    drawn: Floats

    @property
    def value(self) -> float:
        """The mean over seeds."""
        return float(self.values.mean())

    def minus(self, other: "Scores") -> "Scores":
        """How far it is above another of the same samples and seeds."""
        return Scores(self.values - other.values, self.drawn - other.drawn)

    def kept(self) -> Floats:
        """The draws in which every seed has a number."""
        found: Floats = self.drawn[np.isfinite(self.drawn).all(axis=1)]
        return found


@dataclass(frozen=True)
class Spread:
    """How far a mean over seeds may lie from the truth: standard error, degrees of freedom, 2.5 and 97.5 % of it."""

    error: float
    freedom: float
    low: float
    high: float

    def p_value(self, difference: float) -> float:
        """Two-sided p of a difference from 0 (Student)."""
        from scipy.special import stdtr  # scipy.stats takes half a second to load, and the first page waits for it

        if self.error == 0:
            return 1.0 if difference == 0 else 0.0
        return float(2 * stdtr(self.freedom, -abs(difference) / self.error))


def spread_of(scores: Scores, *, stretch: float = 1.0) -> Spread | None:
    """Error of the mean over seeds; None where too few draws have a number."""
    from scipy.special import stdtrit

    drawn, seeds = scores.kept(), len(scores.values)
    if len(drawn) < max(len(scores.drawn) / 2, FEWEST):
        return None
    means = drawn.mean(axis=1)
    moved = (means - means.mean()) * stretch
    of_samples = float(moved.var())
    of_seeds = 0.0
    if seeds > 1:
        each = drawn - scores.values
        explained = float((each - each.mean(axis=1, keepdims=True)).var(axis=0, ddof=0).sum() / (seeds - 1))
        of_seeds = max(0.0, float(scores.values.var(ddof=1)) - explained) / seeds
    whole = of_samples + of_seeds
    if whole == 0:
        return Spread(0.0, np.inf, 0.0, 0.0)
    freedom = np.inf if of_seeds == 0 else (seeds - 1) * (whole / of_seeds) ** 2
    reach = float(stdtrit(freedom, 0.975)) * np.sqrt(whole)
    low, high = -reach, reach
    if of_samples > 0:  # as skewed as the draws are
        ends = np.quantile(moved, [0.025, 0.975], method="weibull") / (1.959964 * np.sqrt(of_samples))
        low, high = reach * float(ends[0]), reach * float(ends[1])
    return Spread(float(np.sqrt(whole)), float(freedom), low, high)


def scores_of(
    answers: Sequence[Answers], units: npt.NDArray[np.int64], *, draws: int, seed: int
) -> Mapping[str, Scores]:
    """Each number for each seed and draw. The draws depend on the samples asked and the seed alone."""
    values = [each.numbers(np.ones((1, len(each.rows)))) for each in answers]
    drawn: dict[str, list[Floats]] = {name: [] for name in values[0]}
    for weights in _weights(answers, units, draws, seed):
        parts = [each.numbers(weights[:, each.rows]) for each in answers]
        for name in drawn:
            drawn[name].append(np.column_stack([part[name] for part in parts]))
    seeds = len(answers)
    return {
        name: Scores(
            np.array([float(one[name][0]) for one in values]),
            np.concatenate(drawn[name]) if drawn[name] else np.empty((0, seeds)),
        )
        for name in values[0]
    }


def _weights(answers: Sequence[Answers], units: npt.NDArray[np.int64], draws: int, seed: int) -> Iterator[Floats]:
    """How often each sample is drawn, (some draws, n): units asked by any seed, with repeats."""
    asked = np.unique(units[np.concatenate([each.rows for each in answers])])
    place = np.searchsorted(asked, units)
    place = np.where(place < len(asked), place, 0)  # of units that nobody asks: never looked at
    at_once = max(1, CHUNK // len(units))
    rng = np.random.default_rng([seed % (1 << 63), 47])
    for done in range(0, draws, at_once):
        counts = [
            np.bincount(rng.integers(len(asked), size=len(asked)), minlength=len(asked))
            for _ in range(min(at_once, draws - done))
        ]
        yield np.stack(counts)[:, place].astype(np.float64)


def chance_of(answers: Sequence[Answers], *, draws: int, seed: int) -> Mapping[str, Floats]:
    """Each number, mean over seeds, with the truths shuffled; NaN where it has none."""
    asked = sum(len(each.rows) for each in answers)
    count = min(draws, max(FEWEST_DEALT, DEALT // max(1, asked)))
    found: dict[str, list[float]] = {}
    for draw in range(count):
        rng = np.random.default_rng([seed % (1 << 63), 53, draw])
        parts = [each.dealt(rng).numbers(np.ones((1, len(each.rows)))) for each in answers]
        for name in parts[0]:
            found.setdefault(name, []).append(float(np.mean([part[name][0] for part in parts])))
    return {name: np.array(values) for name, values in found.items()}


def judged(
    scores: Mapping[str, Scores], chance: Mapping[str, Floats], *, n: int, stretch: float, asked: int, notes: list[str]
) -> dict[str, Number]:
    """Numbers with interval and chance. A number that some seed has not says so; `asked`: draws that were asked for."""
    found = {}
    for name, score in scores.items():
        if not np.isfinite(score.values).all():
            found[name] = Number(value=None, n=n, why=_undefined(name))
            continue
        low = high = None
        spread = spread_of(score, stretch=stretch) if asked else None
        if spread is not None:
            low, high = _clipped(name, score.value, spread, n)
        elif asked:
            notes.append(f"{name} has no interval: too few of {asked} draws had an answer.")
        null = {name: chance[name][np.isfinite(chance[name])]} if name in chance else {}
        null_low, null_high = bounds(null, name, "null", len(chance.get(name, ())), notes) if asked else (None, None)
        mean = None if null_low is None else float(null[name].mean())
        found[name] = Number(
            value=score.value, n=n, low=low, high=high, null_mean=mean, null_low=null_low, null_high=null_high
        )
    return found


def _clipped(name: str, value: float, spread: Spread, n: int) -> tuple[float, float]:
    """The interval, within what the number can be; Wilson's where all samples agree and draws say nothing."""
    bare = name.partition("@")[0]
    if spread.error == 0 and bare == "accuracy" and value in (0.0, 1.0):
        return wilson(value, n)
    least = -1.0 if bare in SIGNED else 0.0
    return max(least, min(value, value + spread.low)), min(1.0, max(value, value + spread.high))


def _undefined(name: str) -> str:
    bare = name.partition("@")[0]
    why = {
        "auroc": "the samples asked are of one class, so no pair of them is ranked, or too many to keep scores of",
        "mcc": "all samples asked are of one class, or all are named one, so a correlation has no scale",
        "spearman": "the numbers foretold, or the true ones, do not vary among the samples asked",
    }
    return f"{name} is not a number: {why.get(bare, 'no sample asked has an answer')}."
