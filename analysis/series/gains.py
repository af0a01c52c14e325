"""What pre-training gained on a task: every trained space beside its own random initialization, tested as a pair.

The twin is the same layer of the same architecture with random weights, of several seeds the one that scores highest.
The two are asked the same samples with the same seeds, so that their difference has an interval of its own; the tests
of one task and method are corrected together (Holm), one for each trained space that has a twin. The interval is of
other samples and seeds, not of other random weights.
"""

from collections.abc import Mapping, Sequence
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


def gain_said(gains: Mapping[str, Gain]) -> str:
    """What pre-training gained one space by each method (its title), as one sentence; empty of none.

    "MiniLM against its own random weights, MiniLM (random): +0.017 [−0.025, 0.069] by linear probe (not significant,
    p = 0.40), +0.11 [0.08, 0.13] by nearest neighbours (significant, p < 0.001)."
    """
    if not gains:
        return ""
    first = next(iter(gains.values()))
    parts = []
    for title, one in gains.items():
        other = "" if one.twin == first.twin else f" over {one.twin}"
        sign = "+" if (one.gap.value or 0.0) > 0 else ""
        apart = "significant" if one.significant else "not significant"
        parts.append(f"{sign}{with_gap(one.gap)}{other} by {title.lower()} ({apart}, {p_words(one.p)})")
    best = f" (the best of {first.twins})" if first.twins > 1 else ""
    return f"{first.space} against its own random weights, {first.twin}{best}: {', '.join(parts)}."


def correction_said(gains: Sequence[Gain]) -> str:
    """For how many gains their p-values are corrected; empty where there is one, or none."""
    tests = gains[0].tests if gains else 0
    return f"That of gains for the {tests} checkpoints with random weights of their own." if tests > 1 else ""


def others_said(gains: Sequence[Gain], told: str = "") -> str:
    """The other trained spaces with a twin, those that gain and those that do not; empty where there is none."""
    rest = [one for one in gains if one.space != told]
    gaining = [one.space for one in rest if one.significant and (one.gap.value or 0) > 0]
    idle = [one.space for one in rest if one.space not in gaining]
    parts = [f"{listed(gaining)} significantly above"] if gaining else []
    parts += [f"{listed(idle)} not"] if idle else []
    return f"Beside their own random weights: {', '.join(parts)}." if parts else ""
