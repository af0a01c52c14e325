"""How sure a number is: its 95 % interval and what it would be under chance, drawn as its plug-in declares.

An interval is value ± quantiles of the draws about their own mean (not about the value: what is nonlinear is biased
on fewer samples). It says where the same number of as many other samples would lie; it does not extrapolate to
infinitely many. Draws are reproducible: their generator is seeded by the study's seed, the plug-in and the label.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from analysis.labels import Labels
from analysis.number import CannotAnalyze, Number
from analysis.plugin import Analysis, ByPoint, Drawn, Params, Permuted, Subsample
from analysis.recipe import hash_of
from analysis.result import Result
from analysis.space import EmbeddingSpace

Floats = npt.NDArray[np.float64]
Samples = dict[str, Floats]  # for each number, what its draws gave

FEWEST = 20  # draws that an interval or a null needs
DEALT, FEWEST_DEALT = 20_000_000, 40  # labels dealt for a permuted null, and draws of them that it gets in any case
CHUNK = 1 << 22  # resampled values held at a time
WHOLE_BLOCKS = 2000  # up to so many samples each is a block of its own
BLOCKS = 500
DEGENERATE = (CannotAnalyze, ArithmeticError, np.linalg.LinAlgError)


def answer(
    analysis: Analysis,
    space: EmbeddingSpace,
    params: Params,
    needs: Mapping[str, object],
    *,
    draws: int,
    seed: int,
    k: int,
) -> Result:
    """Ask a plug-in its question and judge the numbers: seconds, n, interval, null. `draws` = 0 leaves both out.

    A question without an answer gives numbers without a value that say why; a draw without one is left out, and
    with fewer than half of the draws left there is no interval (or null), and a note says so.
    """
    start = time.perf_counter()
    try:
        result = analysis.compute(space, params, **needs)
    except CannotAnalyze as error:
        names = error.numbers or tuple(analysis.describe)
        result = Result({name: Number(value=None, why=str(error)) for name in names})
    numbers, notes, arrays = dict(result.numbers), list(result.notes), dict(result.arrays)
    if draws > 0 and any(number.value is not None for number in numbers.values()):
        labels = needs.get("labels")
        column = labels.name if isinstance(labels, Labels) else ""
        generators = [
            np.random.default_rng([seed % (1 << 63), int(hash_of(analysis.name, column, part)[:15], 16)])
            for part in ("interval", "null")
        ]
        spread = _spread(analysis, result, space, params, needs, draws, generators[0])
        chance, references = _chance(analysis, space, params, needs, draws, generators[1])
        arrays |= references
        for name, number in numbers.items():
            if number.value is not None:
                low, high = bounds(spread, name, "interval", draws, notes)
                null_low, null_high = bounds(chance, name, "null", _null_draws(analysis, draws, space.n), notes)
                mean = None if null_low is None else float(np.mean(chance[name]))
                if low is not None and high is not None:
                    number = replace(number, low=number.value + low, high=number.value + high)
                numbers[name] = replace(number, null_mean=mean, null_low=null_low, null_high=null_high)
    seconds = time.perf_counter() - start
    final = {
        f"{name}@{k}" if analysis.at_k else name: replace(
            number, n=space.n if number.n is None else number.n, seconds=seconds
        )
        for name, number in numbers.items()
    }
    return replace(result, numbers=final, arrays=arrays, notes=tuple(notes))


def how_made(analysis: Analysis) -> str:
    """Say how a plug-in's numbers, their interval and null are made, for who hovers over one."""
    return f"{analysis.scales} {_how_judged(analysis)}"


def _how_judged(analysis: Analysis) -> str:
    match analysis.interval:
        case Subsample():
            interval = "Interval: from random subsets of the samples (delete-d jackknife), 95 %."
        case ByPoint():
            interval = "Interval: from resampling what each sample contributes, stretched for shared neighbours, 95 %."
        case _:
            interval = "Interval: a closed form, 95 %, where one is shown; counts are exact."
    match analysis.null:
        case Permuted():
            return f"{interval} Chance: the labels shuffled among the samples."
        case Drawn(what=what):
            return f"{interval} Chance: {what}"
    return interval


def bounds(
    samples: Mapping[str, Floats], name: str, what: str, asked: int, notes: list[str]
) -> tuple[float | None, float | None]:
    """2.5th and 97.5th percentile of a number's draws, none where too few have an answer."""
    if name not in samples:
        return None, None
    got = samples[name]
    if len(got) < max(asked / 2, FEWEST):
        notes.append(f"{name} has no {what}: {len(got)} of {asked} draws had an answer, {FEWEST} or half are needed.")
        return None, None
    if len(got) < asked:
        notes.append(f"The {what} of {name} leaves out {asked - len(got)} of {asked} draws that had no answer.")
    # Weibull's quantiles: with B draws the band holds 95 % of further draws, also where B is as small as 39.
    low, high = np.quantile(got, [0.025, 0.975], method="weibull")
    return float(low), float(high)


def _collected(drawn: Iterable[Mapping[str, object]]) -> Samples:
    """The finite values of each number over the draws."""
    values: dict[str, list[float]] = {}
    for one in drawn:
        for name, value in one.items():
            kept = values.setdefault(name, [])
            if isinstance(value, (float, int, np.floating)) and np.isfinite(value):
                kept.append(float(value))
    return {name: np.array(kept) for name, kept in values.items()}


def _values(result: Result) -> dict[str, float]:
    return {name: np.nan if number.value is None else number.value for name, number in result.numbers.items()}


# Intervals: deviations of the draws, by number


def _spread(
    analysis: Analysis,
    result: Result,
    space: EmbeddingSpace,
    params: Params,
    needs: Mapping[str, object],
    draws: int,
    rng: np.random.Generator,
) -> Samples:
    match analysis.interval:
        case ByPoint() as by_point:
            return _resampled(by_point, result, draws, rng)
        case Subsample() as subsample:
            samples = _collected(_subsampled(analysis, subsample, space, params, needs, draws, rng))
            known = {name for name, number in result.numbers.items() if number.value is not None}
            scale = np.sqrt(subsample.fraction / (1 - subsample.fraction))
            return {
                name: (values - (values.mean() if len(values) else 0.0)) * scale
                for name, values in samples.items()
                if name in known
            }
    return {}


def _resampled(by_point: ByPoint, result: Result, draws: int, rng: np.random.Generator) -> Samples:
    """Bootstrap of per-point contributions, some draws at a time so that memory stays bounded."""
    samples: Samples = {}
    for name, (points, statistic) in by_point.statistics.items():
        if name not in result.numbers or result.numbers[name].value is None:
            continue
        known = result.points[points][np.isfinite(result.points[points])]
        at_once = max(1, CHUNK // len(known))
        got = []
        with np.errstate(all="ignore"):  # a draw of one repeated point may divide by zero; it is left out
            for done in range(0, draws, at_once):
                shape = (min(at_once, draws - done), len(known))
                got.append(statistic(known[rng.integers(len(known), size=shape, dtype=np.int32)]))
        values = np.concatenate(got)
        values = values[np.isfinite(values)]
        samples[name] = (values - (values.mean() if len(values) else 0.0)) * by_point.stretch
    return samples


def _subsampled(
    analysis: Analysis,
    subsample: Subsample,
    space: EmbeddingSpace,
    params: Params,
    needs: Mapping[str, object],
    draws: int,
    rng: np.random.Generator,
) -> Iterable[Mapping[str, object]]:
    """Numbers of random subsets without repeats: of blocks where the plug-in shares their moments, else anew."""
    n = space.n
    if subsample.share is not None:
        blocks = n if n <= WHOLE_BLOCKS else BLOCKS
        of_blocks = subsample.share(space, params, rng.permutation(np.arange(n) % blocks), **needs)
        size = max(1, round(blocks * subsample.fraction))
        for _ in range(draws):
            drawn = np.zeros(blocks, dtype=bool)
            drawn[rng.permutation(blocks)[:size]] = True
            try:
                yield of_blocks(drawn)
            except DEGENERATE:
                yield {}
        return
    size = max(2, round(n * subsample.fraction))
    for _ in range(draws):
        rows = np.sort(rng.permutation(n)[:size])
        part = EmbeddingSpace(space.name, space.key, space.vectors[rows], [space.ids[row] for row in rows])
        try:
            yield _values(analysis.compute(part, params, **_of_rows(needs, rows)))
        except DEGENERATE:
            yield {}


def _of_rows(needs: Mapping[str, object], rows: npt.NDArray[np.intp]) -> Mapping[str, object]:
    return {name: need.of_rows(rows) if isinstance(need, Labels) else need for name, need in needs.items()}


# Nulls


def _null_draws(analysis: Analysis, draws: int, n: int) -> int:
    most = analysis.null.draws if isinstance(analysis.null, Drawn) else max(FEWEST_DEALT, DEALT // n)
    return min(draws, most)


def _one_draw(
    analysis: Analysis, space: EmbeddingSpace, params: Params, needs: Mapping[str, object]
) -> Callable[[np.random.Generator], Mapping[str, object]]:
    if isinstance(analysis.null, Drawn):
        return analysis.null.draw(space, params, **needs)
    labels = needs["labels"]
    assert isinstance(labels, Labels), f"{analysis.name} permutes labels but asks for none"

    def dealt(rng: np.random.Generator) -> Mapping[str, object]:
        return _values(analysis.compute(space, params, **{**needs, "labels": labels.permuted(rng)}))

    return dealt


def _chance(
    analysis: Analysis,
    space: EmbeddingSpace,
    params: Params,
    needs: Mapping[str, object],
    draws: int,
    rng: np.random.Generator,
) -> tuple[Samples, dict[str, Floats]]:
    """Each number's draws under chance, and the mean of each array that the draws came with."""
    drawn: list[Mapping[str, object]] = []
    if analysis.null is not None:
        one_draw = _one_draw(analysis, space, params, needs)
        for _ in range(_null_draws(analysis, draws, space.n)):
            try:
                drawn.append(one_draw(rng))
            except DEGENERATE:
                drawn.append({})
    arrays: dict[str, list[Floats]] = {}
    for one in drawn:
        for name, value in one.items():
            if isinstance(value, np.ndarray):
                arrays.setdefault(name, []).append(value)
    samples = {name: values for name, values in _collected(drawn).items() if name not in arrays}
    return samples, {f"null_{name}": np.mean(values, axis=0) for name, values in arrays.items()}
