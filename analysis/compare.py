"""Two spaces of the same samples compared: every measure asked for, its 95 % interval and its null, drawn together.

Null: the samples of one space shuffled, so that nothing links the two; a draw serves all measures. Interval: of
measures made of moments or of pairs, random halves of the samples without repeats (delete-half jackknife; of moments
in 40 blocks); of neighbours, per-sample contributions resampled on the fixed graphs, for a copy of a sample would be
its own neighbour. The interval says where the same number of as many other samples would lie.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.comparison.distances import sampled
from analysis.comparison.moments import Basis, Extended, Floats, Pair, extended
from analysis.comparison.neighborhoods import Dealt, Neighborhoods, Order, dealt
from analysis.cores import on_each_core
from analysis.knn_graph import KnnGraph
from analysis.number import CannotAnalyze, Number
from analysis.plugin import Comparison
from analysis.progress import Progress, silent
from analysis.result import Result
from analysis.space import EmbeddingSpace
from analysis.uncertainty import DEGENERATE, bounds

# Resampled contributions were too narrow by these (200 simulations of 100 samples, k = 10; `comparison_coverage`).
SHARED_STRETCH, DIRECTION_STRETCH = 1.5, 1.7
DIRECTIONS = 1000  # samples whose second-order cosine is taken
LINKS = 20_000_000  # neighbours looked up for a null, and
PRODUCTS = 1 << 42  # products of coordinates summed for one: as many draws as they allow, which is all up to 140,000
FEWEST_DRAWS = 40  # samples of 384 dimensions, but these in any case


@dataclass(frozen=True, eq=False)
class Compared:
    """A space ready to be compared: its vectors, its neighbours where they are asked for, and its extended rows."""

    space: EmbeddingSpace
    graph: KnnGraph | None
    rows: Mapping[str, Extended | CannotAnalyze]

    def extended(self, basis: str) -> Extended:
        """Its rows ready to be multiplied; CannotAnalyze where there is nothing to compare."""
        found = self.rows[basis]
        if isinstance(found, CannotAnalyze):
            raise found
        return found


@dataclass(frozen=True, eq=False)
class Measured:
    """One number of a measure: its value, a draw of its null, and a draw of its interval or what samples contribute."""

    name: str
    n: int
    value: float
    null: Callable[[Order], float]
    half: Callable[[int], float] | None = None
    contributions: Floats | None = None
    stretch: float = 1.0  # of the interval, where contributions are not independent
    draws: int = 1 << 30  # of the null at most


def ready(space: EmbeddingSpace, graph: KnnGraph | None, measures: Sequence[Comparison]) -> Compared:
    """What is made once of a space, whatever it is compared with."""
    asked = {"unit" if measure.basis == "directions" else measure.basis for measure in measures}
    bases: tuple[Basis, ...] = ("centered", "raw", "unit")
    rows: dict[str, Extended | CannotAnalyze] = {}
    for basis in bases:
        if basis in asked:
            try:
                rows[basis] = extended(space, basis)
            except CannotAnalyze as error:  # said by each measure that needs them
                rows[basis] = error
    return Compared(space, graph, rows)


def compare(
    a: Compared,
    b: Compared,
    measures: Sequence[Comparison],
    *,
    ks: Sequence[int],
    draws: int,
    seed: int,
    report: Progress = silent,
) -> Result:
    """Every measure of two spaces, at each k where it has one. `draws` = 0 leaves intervals and nulls out.

    Numbers by name, `mutual_knn@10` where at k; `points`: for each k of mutual kNN the share of a sample's neighbours
    that the other space has not. A measure without an answer says why.
    """
    start = time.perf_counter()
    numbers: dict[str, Number] = {}
    points: dict[str, Floats] = {}
    notes: list[str] = []
    measured: list[Measured] = []
    both = _Both(a, b, seed)
    for measure in measures:
        try:
            measured += both.measured(measure, ks)
        except CannotAnalyze as error:
            names = [f"{measure.name}@{k}" for k in ks] if measure.at_k else [measure.name]
            numbers |= {name: Number(value=None, why=str(error)) for name in names}
    of = f"comparing {a.space.name} with {b.space.name}"
    spreads = _spreads(measured, draws, seed, lambda done: report(done, 2 * draws, f"{of}: intervals"))
    nulls = _nulls(measured, a.space.n, draws, seed, lambda done: report(draws + done, 2 * draws, f"{of}: chance"))
    for one in measured:
        number = Number(value=one.value, n=one.n)
        if draws:
            low, high = bounds(spreads, one.name, "interval", draws, notes)
            null_low, null_high = bounds(nulls, one.name, "null", min(draws, one.draws), notes)
            mean = None if null_low is None else float(np.mean(nulls[one.name]))
            if low is not None and high is not None:
                number = replace(number, low=one.value + low, high=one.value + high)
            number = replace(number, null_mean=mean, null_low=null_low, null_high=null_high)
        numbers[one.name] = number
        if one.contributions is not None and one.name.startswith("mutual_knn@"):
            points[one.name.replace("mutual_knn", "neighbourhood_change")] = 1 - one.contributions
    seconds = time.perf_counter() - start
    finished = {name: replace(n, n=n.n or a.space.n, seconds=seconds) for name, n in numbers.items()}
    return Result(finished, points=points, notes=tuple(notes))


def _spreads(measured: Sequence[Measured], draws: int, seed: int, report: Callable[[int], None]) -> dict[str, Floats]:
    """Deviations of each number's draws from their mean."""

    def draw(number: int) -> dict[str, float]:
        rng = np.random.default_rng([seed % (1 << 63), 23, number])
        found = {}
        for one in measured:
            if one.half is not None:
                found[one.name] = _tried(one.half, number)
            elif one.contributions is not None:
                known = one.contributions[np.isfinite(one.contributions)]
                found[one.name] = float(known[rng.integers(len(known), size=len(known))].mean()) * one.stretch
        return found

    drawn = _drawn(draw, draws, report)
    return {name: values - (values.mean() if len(values) else 0.0) for name, values in drawn.items()}


def _nulls(
    measured: Sequence[Measured], n: int, draws: int, seed: int, report: Callable[[int], None]
) -> dict[str, Floats]:
    """Each number with the samples of one space shuffled."""

    def draw(number: int) -> dict[str, float]:
        order = np.random.default_rng([seed % (1 << 63), 29, number]).permutation(n)
        return {one.name: _tried(one.null, order) for one in measured if number < one.draws}

    return _drawn(draw, draws, report)


def _drawn(draw: Callable[[int], Mapping[str, float]], draws: int, report: Callable[[int], None]) -> dict[str, Floats]:
    """The finite values of each number over the draws."""
    found: dict[str, list[float]] = {}
    for number, values in enumerate(on_each_core(draw, range(draws))):
        report(number)
        for name, value in values.items():
            kept = found.setdefault(name, [])
            if np.isfinite(value):
                kept.append(value)
    return {name: np.array(kept) for name, kept in found.items()}


def _tried(make: Any, of: Any) -> float:
    """What a draw gives; NaN where it has no answer."""
    try:
        return float(make(of))
    except DEGENERATE:
        return float("nan")


class _Both:
    """Two spaces under comparison: what several measures share is made once."""

    def __init__(self, a: Compared, b: Compared, seed: int) -> None:
        self.a, self.b, self.seed, self.n = a, b, seed, a.space.n
        self._pairs: dict[str, Pair] = {}
        self._neighborhoods: dict[int, Neighborhoods] = {}
        self._latest = threading.local()  # the blocks of the draw in hand

    def measured(self, measure: Comparison, ks: Sequence[int]) -> list[Measured]:
        """The numbers of one measure."""
        match measure.basis:
            case "neighbors":
                return [self._of_neighbors(measure, k) for k in ks]
            case "directions":
                return [self._of_directions(measure, k) for k in ks]
            case "pairs":
                return [self._of_pairs(measure)]
        return [self._of_moments(measure)]

    def _of_moments(self, measure: Comparison) -> Measured:
        if measure.basis not in self._pairs:
            self._pairs[measure.basis] = Pair(self.a.extended(measure.basis), self.b.extended(measure.basis))
        pair = self._pairs[measure.basis]
        return Measured(
            measure.name,
            self.n,
            float(measure.value(pair.whole)),
            null=lambda order: float(measure.value(pair.permuted(order))),
            half=lambda draw: float(measure.value(pair.half(self._blocks(draw, len(pair.x.blocks))))),
            draws=max(FEWEST_DRAWS, PRODUCTS // (self.n * self.a.space.d * self.b.space.d)),
        )

    def _blocks(self, draw: int, count: int) -> npt.NDArray[np.bool_]:
        """Half of the blocks, the same ones for every measure of a draw."""
        if getattr(self._latest, "of", None) != (draw, count):
            taken = np.zeros(count, dtype=bool)
            taken[self._rng(draw).permutation(count)[: count // 2]] = True
            self._latest.of, self._latest.taken = (draw, count), taken
        found: npt.NDArray[np.bool_] = self._latest.taken
        return found

    def _rng(self, draw: int) -> np.random.Generator:
        return np.random.default_rng([self.seed % (1 << 63), 23, draw])

    def _of_neighbors(self, measure: Comparison, k: int) -> Measured:
        if k not in self._neighborhoods:
            self._neighborhoods[k] = Neighborhoods(*(_near(side, k) for side in (self.a, self.b)))
        near = self._neighborhoods[k]
        contributions = measure.value(near.shared(), k)
        return Measured(
            f"{measure.name}@{k}",
            self.n,
            float(contributions.mean()),
            null=lambda order: float(measure.value(near.permuted(order), k).mean()),
            contributions=contributions,
            stretch=SHARED_STRETCH,
            draws=max(FEWEST_DRAWS, LINKS // (self.n * k)),
        )

    def _of_directions(self, measure: Comparison, k: int) -> Measured:
        u, v = (side.extended("unit").rows[:, :-2] for side in (self.a, self.b))
        near_u, near_v = (_near(side, k) for side in (self.a, self.b))
        rows = sampled(self.n, self.seed, DIRECTIONS)

        def under(order: Order) -> float:
            return float(np.nanmean(measure.value(u, Dealt(v, order), near_u[rows], dealt(near_v, order, rows), rows)))

        contributions = measure.value(u, v, near_u[rows], near_v[rows], rows)
        if not np.isfinite(contributions).any():
            raise CannotAnalyze("No sample has a direction in both spaces.")
        return Measured(
            f"{measure.name}@{k}",
            int(np.isfinite(contributions).sum()),
            float(np.nanmean(contributions)),
            null=under,
            contributions=contributions,
            stretch=DIRECTION_STRETCH,
        )

    def _of_pairs(self, measure: Comparison) -> Measured:
        assert measure.of_space is not None and measure.prepare is not None
        prepare, rows = measure.prepare, sampled(self.n, self.seed)
        raw = [measure.of_space(side.space, rows) for side in (self.a, self.b)]
        left, right = (prepare(one) for one in raw)

        def under(order: Order) -> float:
            place = np.argsort(np.argsort(order[: len(rows)]))  # a random order of as many
            return float(measure.value(left, right[np.ix_(place, place)]))

        def half(draw: int) -> float:
            taken = np.sort(self._rng(draw).permutation(len(rows))[: len(rows) // 2])
            return float(measure.value(*(prepare(one[np.ix_(taken, taken)]) for one in raw)))

        return Measured(measure.name, len(rows), float(measure.value(left, right)), null=under, half=half)


def _near(side: Compared, k: int) -> npt.NDArray[np.int32]:
    assert side.graph is not None, "a measure of neighbours needs them"
    if k > side.graph.k:
        raise CannotAnalyze(f"Each sample has {side.graph.k} neighbours here, so there is no agreement at k = {k}.")
    return side.graph.nearest(k).indices
