"""What pre-training gained on a task: every trained space beside its own random initialization, tested as a pair.

The twin is the same layer of the same architecture with random weights, of several seeds the one that scores highest.
The two are asked the same samples with the same seeds, so that their difference has an interval of its own; the tests
of one task and method are corrected together (Holm), one for each trained space that has a twin. The interval is of
other samples and seeds, not of other random weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.ask import Ask
from analysis.figures.words import listed, with_gap
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.result import Result
from analysis.series.pair import is_trained, twins_of
from analysis.series.scores import paired
from analysis.series.significance import LEVEL, holm, p_words


@dataclass(frozen=True)
class Gain:
    """How far a space is above its random twin: the gap with its interval, and p, corrected for `tests` of them."""

    space: str
    twin: str
    gap: Number
    p: float
    tests: int
    twins: int = 1  # random initializations, of which this one scores highest

    @property
    def significant(self) -> bool:
        """Whether the two can be told apart."""
        return self.p < LEVEL


def gains_of(pipeline: Pipeline, task: str, method: str, number: str) -> list[Gain]:
    """The gain of every trained space whose twin is scored too."""
    spaces = pipeline.spaces()
    results: dict[str, tuple[Ask, Result]] = {}
    for space in spaces:
        ask = Ask("task", method, space.name, task)
        result = pipeline.find(ask)
        if isinstance(result, Result) and number in result.numbers and result.numbers[number].value is not None:
            results[space.name] = (ask, result)
    found = []
    for space in spaces:
        twins = [one.name for one in twins_of(space, spaces) if one.name in results]
        if not is_trained(space) or space.name not in results or not twins:
            continue
        twin = max(twins, key=lambda name: results[name][1].numbers[number].value or 0.0)
        gap = paired(pipeline, results[space.name], results[twin], number)
        if gap is not None:
            found.append((space.name, twin, Number(value=gap.value, low=gap.low, high=gap.high), gap.p, len(twins)))
    corrected = holm([p for *_, p, _ in found])
    return [
        Gain(space, twin, gap, float(p), len(found), twins)
        for (space, twin, gap, _, twins), p in zip(found, corrected, strict=True)
    ]


def gain_said(gain: Gain, name: str = "") -> str:
    """Whether pre-training helped one space, as a sentence; `name`: how it begins.

    "MiniLM cannot be told apart from its own random initialization, MiniLM (random): 0.017 [−0.025, 0.069] above it"
    """
    value = gain.gap.value or 0.0
    apart = with_gap(_upright(gain.gap))
    twin = f"its own random initialization, {gain.twin}"
    twin += f" (the best of {gain.twins})" if gain.twins > 1 else ""
    p = p_words(gain.p) + (f", corrected for the {gain.tests} that have such a twin" if gain.tests > 1 else "")
    if gain.significant and value > 0:
        return f"{name or gain.space} gains {apart} over {twin}, a significant difference ({p})."
    if gain.significant:
        return f"{name or gain.space} is {apart} worse than {twin}, a significant difference ({p})."
    side = "above" if value >= 0 else "below"
    return f"{name or gain.space} cannot be told apart from {twin}: {apart} {side} it (not significant, {p})."


def others_said(gains: Sequence[Gain], told: str = "") -> str:
    """The other trained spaces with a twin, those that gain and those that do not; empty where there is none."""
    rest = [one for one in gains if one.space != told]
    gaining = [one.space for one in rest if one.significant and (one.gap.value or 0) > 0]
    idle = [one.space for one in rest if one.space not in gaining]
    parts = [f"{listed(gaining)} significantly above"] if gaining else []
    parts += [f"{listed(idle)} not"] if idle else []
    return f"Beside their own random initializations: {', '.join(parts)}." if parts else ""


def _upright(gap: Number) -> Number:
    """A gap as a distance: one that is negative is turned, with its interval."""
    if gap.value is None or gap.value >= 0 or gap.low is None or gap.high is None:
        return gap
    return Number(value=-gap.value, low=-gap.high, high=-gap.low)
