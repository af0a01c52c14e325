"""What fine-tuning would make of a space, estimated without training: values, 95 % intervals and nulls, drawn together.

Interval: random sets of a part of 40 blocks of samples, without repeats (delete-d jackknife): drawn with repeats, a
sample would stand on both sides of what these estimators fit, and its copy is a class of its own. Deviations of the
draws from their mean, times sqrt(f / (1 - f)) for the share f drawn, say where the same number of as many other samples
would lie. Null: the labels shuffled. Both draws are the same ones in every space, so spaces are compared in pairs.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
import pandas as pd

from analysis.cores import on_each_core
from analysis.labels import Labels
from analysis.number import CannotAnalyze, Number
from analysis.plugin import Estimator
from analysis.progress import Progress, silent
from analysis.result import Result
from analysis.space import EmbeddingSpace
from analysis.transferability.sample import Floats, Mask, Sample, Score, Target, blocks_of, sample_of
from analysis.uncertainty import DEGENERATE, bounds

FRACTION = 0.8  # of the blocks drawn: halves would know class means and covariances too badly
INTERVALS, NULLS = 41, 43  # tell the generators apart
KINDS = {"categorical": "classes", "numeric": "numbers"}
OneDraw = Callable[[int], Mapping[str, float]]


def estimate(
    space: EmbeddingSpace,
    labels: Labels,
    estimators: Sequence[Estimator],
    *,
    draws: int,
    seed: int,
    report: Progress = silent,
) -> Result:
    """Each estimator's number of a space and a label column; `draws` = 0 leaves intervals and nulls out.

    Table `draws`: what each number would be on other samples, one row a draw, NaN where it has none; a draw is of the
    same samples in every space.
    """
    start = time.perf_counter()
    notes: list[str] = []
    scores, numbers = _scores(space, labels, estimators, seed, notes)
    of = f"what {labels.name} would gain from {space.name}"
    parts = _drawn(scores, draws, _part(scores, seed), lambda done: report(done, 2 * draws, f"{of}: intervals"))
    nulls = _drawn(scores, draws, _dealt(scores, seed), lambda done: report(draws + done, 2 * draws, f"{of}: chance"))
    blocks = _blocks(scores)
    taken, others = round(FRACTION * blocks), dict[str, Floats]()
    for name, score in scores.items():
        number, asked = Number(value=score.value, n=score.target.n), min(draws, score.draws)
        if draws:
            spread, null = parts[name], _known(nulls[name])
            stretch = score.stretch * np.sqrt(taken / (blocks - taken))
            middle = float(_known(spread).mean()) if len(_known(spread)) else 0.0
            others[name] = score.value + stretch * (spread - middle)
            low, high = bounds({name: _known(others[name])}, name, "interval", asked, notes)
            null_low, null_high = bounds({name: null}, name, "null", asked, notes)
            mean = None if null_low is None else float(null.mean())
            number = replace(number, low=low, high=high, null_mean=mean, null_low=null_low, null_high=null_high)
        numbers[name] = number
    known = int(labels.known.sum())
    if known < len(labels.known):
        notes.append(f"{len(labels.known) - known:,} samples without a label are left out.")
    seconds = time.perf_counter() - start
    ordered = {one.name: replace(numbers[one.name], n=numbers[one.name].n or known) for one in estimators}
    finished = {name: replace(number, seconds=seconds) for name, number in ordered.items()}
    table = pd.DataFrame({name: pd.Series(drawn) for name, drawn in others.items()})
    return Result(finished, tables={"draws": table} if others else {}, notes=tuple(notes))


def _scores(
    space: EmbeddingSpace, labels: Labels, estimators: Sequence[Estimator], seed: int, notes: list[str]
) -> tuple[dict[str, Score], dict[str, Number]]:
    """The scores of those that have an answer, and the reasons of those that have none."""
    scores: dict[str, Score] = {}
    without: dict[str, Number] = {}
    sample: Sample | None = None
    for one in estimators:
        try:
            if labels.kind not in one.kinds:
                held, read = KINDS[labels.kind], " and ".join(KINDS[kind] for kind in one.kinds)
                raise CannotAnalyze(f"{one.title} reads {read}; label {labels.name!r} holds {held}.")
            sample = sample or sample_of(space, labels, seed)
            score: Score = one.score(sample)
            if not np.isfinite(score.value):
                raise CannotAnalyze(f"{one.title} of {space.name} is not finite.")
        except CannotAnalyze as error:
            without[one.name] = Number(value=None, why=str(error))
            continue
        scores[one.name] = score
        if score.target.n < sample.target.n:
            notes.append(f"{one.title} is of {score.target.n:,} of {sample.target.n:,} labelled samples, seeded.")
    return scores, without


def _part(scores: Mapping[str, Score], seed: int) -> OneDraw:
    """Draws of the scores on some of the blocks, the same ones for every estimator of a draw."""
    blocks = _blocks(scores)

    def draw(number: int) -> dict[str, float]:
        drawn: Mask = np.zeros(blocks, dtype=bool)
        order = np.random.default_rng([seed % (1 << 63), INTERVALS, number]).permutation(blocks)
        drawn[order[: round(FRACTION * blocks)]] = True
        return {name: _tried(score.part, drawn) for name, score in scores.items() if number < score.draws}

    return draw


def _blocks(scores: Mapping[str, Score]) -> int:
    return blocks_of(max((score.target.n for score in scores.values()), default=0))


def _dealt(scores: Mapping[str, Score], seed: int) -> OneDraw:
    """Draws of the scores with the labels shuffled, once for all estimators that read the same samples."""

    def draw(number: int) -> dict[str, float]:
        dealt: dict[int, Target] = {}
        for score in scores.values():
            rng = np.random.default_rng([seed % (1 << 63), NULLS, number])
            dealt.setdefault(id(score.target), score.target.permuted(rng))
        return {
            name: _tried(score.dealt, dealt[id(score.target)]) for name, score in scores.items() if number < score.draws
        }

    return draw


def _drawn(scores: Mapping[str, Score], draws: int, draw: OneDraw, report: Callable[[int], None]) -> dict[str, Floats]:
    """What the draws gave each score, NaN where it had no answer."""
    found: dict[str, list[float]] = {name: [] for name in scores}
    if not scores or not draws:
        return {}
    made = chain([draw(0)], on_each_core(draw, range(1, draws)))  # the first makes what all of them share
    for number, values in enumerate(made):
        report(number)
        for name, value in values.items():
            found[name].append(value)
    return {name: np.array(values) for name, values in found.items()}


def _known(values: Floats) -> Floats:
    return values[np.isfinite(values)]


def _tried(make: Callable[..., float], of: Mask | Target) -> float:
    """What a draw gives; NaN where it has no answer."""
    try:
        return float(make(of))
    except DEGENERATE:
        return float("nan")
