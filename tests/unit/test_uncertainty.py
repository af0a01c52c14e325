"""How intervals and nulls are drawn: against closed forms, and where draws have no answer."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from analysis.number import CannotAnalyze, Number
from analysis.plugin import Analysis, ByPoint, Drawn, Params, Permuted, Stated, Subsample
from analysis.registry import analyses
from analysis.result import Result
from analysis.scales import BySums, FromGraph, OnSample
from analysis.space import EmbeddingSpace
from analysis.uncertainty import answer, how_made
from tests.worlds import categories, clusters, needs_of, space_of, values


def mean_of_first(space: EmbeddingSpace, params: Params) -> Result:
    first = space.vectors[:, 0].astype(np.float64)
    return Result({"mean": Number(value=float(first.mean()))}, points={"first": first})


def average(values: np.ndarray) -> np.ndarray:
    return values.mean(axis=-1)


MEAN = Analysis(
    name="mean",
    title="Mean",
    question="Where is the middle?",
    version=1,
    compute=mean_of_first,
    figure=lambda result: None,
    describe={"mean": "The mean of the first dimension.", "other": "Another."},
    scales=BySums(),
)


def asked(analysis: Analysis, space: EmbeddingSpace, draws: int = 2000, seed: int = 0, **needs: object) -> Number:
    return answer(analysis, space, Params(), needs, draws=draws, seed=seed, k=5).numbers["mean"]


def cloud(n: int = 120) -> EmbeddingSpace:
    return space_of(np.random.default_rng(0).standard_normal((n, 3)))


INTERVALS = {
    "by point": ByPoint({"mean": ("first", average)}, stretch=1.0),
    "half of the samples": Subsample(),
    "a fifth of the samples": Subsample(0.2),
}


@pytest.mark.parametrize("way", INTERVALS)
def test_the_interval_of_a_mean_is_the_textbooks(way: str) -> None:
    space = cloud()
    number = asked(replace(MEAN, interval=INTERVALS[way]), space)
    error = space.vectors[:, 0].std(ddof=1) / np.sqrt(space.n)
    assert number.high - number.low == pytest.approx(2 * 1.96 * error, rel=0.08)
    assert (number.high + number.low) / 2 == pytest.approx(number.value, abs=0.15 * error)


def test_moments_of_blocks_give_the_interval_that_recomputing_gives() -> None:
    def share(space: EmbeddingSpace, params: Params, block_of: np.ndarray) -> object:
        sums = np.bincount(block_of, space.vectors[:, 0])
        sizes = np.bincount(block_of)
        return lambda drawn: {"mean": float(sums[drawn].sum() / sizes[drawn].sum())}

    space = cloud(300)
    shared = asked(replace(MEAN, interval=Subsample(share=share)), space)
    anew = asked(replace(MEAN, interval=Subsample()), space)
    assert shared.high - shared.low == pytest.approx(anew.high - anew.low, rel=0.08)


def test_many_samples_are_drawn_in_blocks_of_equal_size() -> None:
    seen = {}

    def share(space: EmbeddingSpace, params: Params, block_of: np.ndarray) -> object:
        seen["sizes"] = np.bincount(block_of)
        return lambda drawn: seen.update(drawn=drawn) or {"mean": 0.0}

    asked(replace(MEAN, interval=Subsample(share=share)), cloud(3001), draws=20)
    assert len(seen["sizes"]) == 500
    assert set(seen["sizes"]) == {6, 7}
    assert seen["drawn"].sum() == 250


def test_stretch_widens_the_interval_by_its_factor() -> None:
    plain = asked(replace(MEAN, interval=INTERVALS["by point"]), cloud())
    wide = asked(replace(MEAN, interval=ByPoint({"mean": ("first", average)}, stretch=1.3)), cloud())
    assert wide.high - wide.low == pytest.approx(1.3 * (plain.high - plain.low))


def test_points_without_a_value_are_left_out_of_the_resampling() -> None:
    def some(space: EmbeddingSpace, params: Params) -> Result:
        first = np.where(np.arange(space.n) % 2, np.nan, space.vectors[:, 0].astype(np.float64))
        return Result({"mean": Number(value=float(np.nanmean(first)), n=60)}, points={"first": first})

    space = cloud()
    number = asked(replace(MEAN, compute=some, interval=INTERVALS["by point"]), space)
    half = space.vectors[::2, 0]
    assert number.n == 60
    assert number.high - number.low == pytest.approx(2 * 1.96 * half.std() / np.sqrt(60), rel=0.08)


def test_the_same_seed_gives_the_same_draws_and_another_does_not() -> None:
    analysis = replace(MEAN, interval=Subsample())
    first, again, other = (asked(analysis, cloud(), draws=50, seed=seed) for seed in (3, 3, 4))
    assert (first.low, first.high) == (again.low, again.high)
    assert (first.low, first.high) != (other.low, other.high)


def test_no_draws_leave_value_n_and_seconds_alone() -> None:
    number = asked(replace(MEAN, interval=Subsample(), null=Drawn(lambda *_: lambda _: {}, "none.")), cloud(), draws=0)
    assert number.low is number.high is number.null_mean is None
    assert number.n == 120
    assert number.seconds >= 0


def test_a_question_without_an_answer_keeps_its_rows() -> None:
    def refuse(space: EmbeddingSpace, params: Params) -> Result:
        raise CannotAnalyze("Nothing here.")

    numbers = answer(replace(MEAN, compute=refuse), cloud(), Params(), {}, draws=50, seed=0, k=5).numbers
    assert {name: (number.value, number.why) for name, number in numbers.items()} == {
        "mean": (None, "Nothing here."),
        "other": (None, "Nothing here."),
    }

    def refuse_one(space: EmbeddingSpace, params: Params) -> Result:
        raise CannotAnalyze("Nothing here.", "other")

    numbers = answer(replace(MEAN, compute=refuse_one, at_k=True), cloud(), Params(), {}, draws=50, seed=0, k=5).numbers
    assert list(numbers) == ["other@5"]


def sometimes(share: float) -> Analysis:
    """A mean that a subset has no answer to, with some probability."""
    rng = np.random.default_rng(0)

    def compute(space: EmbeddingSpace, params: Params) -> Result:
        if space.n < 120 and rng.random() < share:
            raise CannotAnalyze("Not this time.")
        return mean_of_first(space, params)

    return replace(MEAN, compute=compute, interval=Subsample())


def test_draws_without_an_answer_are_left_out_and_counted() -> None:
    result = answer(sometimes(0.2), cloud(), Params(), {}, draws=200, seed=0, k=5)
    assert result.numbers["mean"].low is not None
    assert any("interval of mean leaves out" in note and "of 200 draws" in note for note in result.notes)


def test_with_fewer_than_half_of_the_draws_there_is_no_interval() -> None:
    result = answer(sometimes(0.7), cloud(), Params(), {}, draws=200, seed=0, k=5)
    assert result.numbers["mean"].low is None
    assert result.numbers["mean"].value is not None
    assert any("mean has no interval" in note for note in result.notes)


def test_the_null_holds_95_percent_of_what_it_is_drawn_from_even_with_40_draws() -> None:
    space, inside = cloud(), 0
    null = Drawn(lambda space, params: lambda rng: {"mean": float(rng.standard_normal())}, "noise.", draws=40)
    fresh = np.random.default_rng(9).standard_normal(400)
    for seed, value in enumerate(fresh):
        number = asked(replace(MEAN, null=null), space, seed=seed)
        inside += number.null_low <= value <= number.null_high
    assert inside / 400 == pytest.approx(0.95, abs=0.03)


def test_arrays_of_the_null_are_averaged_for_the_figure() -> None:
    def draw(space: EmbeddingSpace, params: Params) -> object:
        return lambda rng: {"mean": 0.0 + rng.standard_normal(), "shape": np.array([1.0, rng.integers(2)])}

    result = answer(replace(MEAN, null=Drawn(draw, "noise.")), cloud(), Params(), {}, draws=200, seed=0, k=5)
    assert result.arrays["null_shape"] == pytest.approx([1.0, 0.5], abs=0.15)


def test_a_permuted_null_deals_the_labels_and_keeps_the_graph() -> None:
    seen = []

    def compute(space: EmbeddingSpace, params: Params, labels: object, neighbors: object) -> Result:
        seen.append((labels.codes.tolist(), neighbors))
        return Result({"mean": Number(value=float(labels.codes[:10].mean()))})

    analysis = replace(MEAN, compute=compute, null=Permuted(), needs=("labels", "neighbors"))
    labels, graph = categories(*"abcdefghijklmnopqrst"), object()
    space = space_of(np.random.default_rng(0).standard_normal((20, 2)))
    number = asked(analysis, space, draws=300, labels=labels, neighbors=graph)
    assert all(sorted(codes) == list(range(20)) and kept is graph for codes, kept in seen)
    assert number.value == 4.5
    assert number.null_mean == pytest.approx(9.5, abs=0.2)
    assert number.beyond_null


def test_very_many_samples_have_their_labels_dealt_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    dealt = []

    def compute(space: EmbeddingSpace, params: Params, labels: object) -> Result:
        dealt.append(labels)
        return Result({"mean": Number(value=float(labels.codes[:10].mean()))})

    monkeypatch.setattr("analysis.uncertainty.DEALT", 20 * 60)
    space = space_of(np.random.default_rng(0).standard_normal((20, 2)))
    analysis = replace(MEAN, compute=compute, null=Permuted(), needs=("labels",))
    number = asked(analysis, space, draws=300, labels=categories(*"abcdefghijklmnopqrst"))
    assert len(dealt) == 1 + 60
    assert number.null_low is not None


def test_a_negative_seed_is_a_seed() -> None:
    analysis = replace(MEAN, interval=Subsample())
    assert asked(analysis, cloud(), draws=50, seed=-1).low != asked(analysis, cloud(), draws=50, seed=1).low


def test_seconds_and_k_stand_in_every_number() -> None:
    result = answer(replace(MEAN, at_k=True), cloud(), Params(), {}, draws=0, seed=0, k=7)
    assert list(result.numbers) == ["mean@7"]
    assert result.numbers["mean@7"].seconds > 0


def test_hovering_says_how_interval_and_null_are_made() -> None:
    assert how_made(replace(MEAN, null=Drawn(lambda *_: lambda _: {}, "a round cloud."))).endswith(
        "Chance: a round cloud."
    )
    assert "shuffled" in how_made(replace(MEAN, null=Permuted()))
    assert "closed form" in how_made(replace(MEAN, interval=Stated()))


BY_POINT = [analysis for analysis in analyses().values() if isinstance(analysis.interval, ByPoint)]
SHARING = [a for a in analyses().values() if isinstance(a.interval, Subsample) and a.interval.share is not None]


@pytest.mark.parametrize("analysis", BY_POINT, ids=lambda a: a.name)
def test_what_a_number_is_resampled_from_gives_the_number(analysis: Analysis) -> None:
    space, labels = clusters()
    result = analysis.compute(space, Params(), **needs_of(analysis, space, labels))
    for name, (points, statistic) in analysis.interval.statistics.items():
        known = result.points[points][np.isfinite(result.points[points])]
        assert float(statistic(known)) == pytest.approx(values(result)[name], rel=1e-9)
        stacked = statistic(np.stack([known, known[::-1]]))
        assert stacked == pytest.approx([values(result)[name]] * 2, rel=1e-6)


@pytest.mark.parametrize("analysis", SHARING, ids=lambda a: a.name)
def test_shared_moments_of_all_samples_give_the_numbers_themselves(analysis: Analysis) -> None:
    share = analysis.interval.share
    for shape in ((90, 30), (40, 70)):
        space = space_of(np.random.default_rng(1).standard_normal(shape) * np.arange(1, shape[1] + 1) ** -0.4 + 0.3)
        needs = needs_of(analysis, space, categories(*("abc"[row % 3] for row in range(space.n))))
        blocks = np.arange(space.n) % 11
        got: Mapping[str, float] = share(space, Params(), blocks, **needs)(np.ones(11, dtype=bool))
        numbers = analysis.compute(space, Params(), **needs).numbers
        expected = {name: number.value for name, number in numbers.items() if number.value is not None}
        assert {name: got[name] for name in expected} == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize("analysis", list(analyses().values()), ids=lambda a: a.name)
def test_the_smallest_spaces_are_answered_or_say_why_not(analysis: Analysis, n: int) -> None:
    space = space_of(np.random.default_rng(0).standard_normal((n, 2)))
    labels = categories(*"abab"[:n])
    needs = needs_of(analysis, space, labels, k=1)
    for number in answer(analysis, space, Params(), needs, draws=40, seed=0, k=1).numbers.values():
        assert number.value is not None or number.why


@pytest.mark.parametrize("analysis", list(analyses().values()), ids=lambda a: a.name)
def test_equal_vectors_never_get_a_number_beyond_what_is_true_of_them(analysis: Analysis) -> None:
    space = space_of(np.full((12, 3), 0.5))
    needs = needs_of(analysis, space, categories(*"abc" * 4), k=3)
    result = answer(analysis, space, Params(), needs, draws=40, seed=0, k=3)
    true = {"mean_cosine": 1.0, "duplicates": 11, "outlier_dimensions": 0, "nonfinite_rows": 0}
    for name, number in result.numbers.items():
        if "@" not in name:  # who is nearest among equals is the search's choice
            assert number.value == (pytest.approx(true[name]) if name in true else None)


def test_every_question_says_how_it_scales_in_line_with_what_it_is_given() -> None:
    for one in analyses().values():
        said, near = how_made(one), bool({"neighbors", "all_neighbors"} & {*one.needs})
        match one.scales:
            case BySums():
                assert not near and "on all samples, however many" in said, one.name
            case FromGraph():
                assert near and "from the kNN graph, whose recall is measured" in said, one.name
            case OnSample(exact_up_to=most, taken=some, numbers=numbers):
                assert some <= most and f"beyond on {some:,} of them drawn at random" in said, one.name
                assert {*numbers} <= {*one.describe}, one.name
