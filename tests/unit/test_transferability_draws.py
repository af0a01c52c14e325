"""Intervals, nulls and edge cases of the estimators: what is drawn, what is paired, what has no answer."""

import numpy as np
import pandas as pd
import pytest

from analysis.labels import labels_of
from analysis.registry import estimators
from analysis.space import EmbeddingSpace
from analysis.transfer import FRACTION, estimate
from analysis.transferability.moments import BlockMoments
from analysis.transferability.sample import sample_of
from benchmarks.transferability_coverage import simulate
from tests.worlds import categories, clusters, space_of
from tests.worlds import numbers as numeric

EVERY = list(estimators().values())
MOMENTS = [estimators()[name] for name in ("h_score", "logme")]
QUICK = [one for one in EVERY if one.name not in ("nleep", "parc")]  # the others take the longest
ONE_BY_ONE = pytest.mark.parametrize("name", list(estimators()))


def why(space: EmbeddingSpace, labels: object, name: str = "h_score") -> str:
    found = estimate(space, labels, [estimators()[name]], draws=5, seed=0).numbers[name]  # type: ignore[arg-type]
    assert found.value is None
    return found.why


@pytest.mark.parametrize("n", [60, 15])
def test_a_draw_is_the_number_of_the_samples_in_its_blocks(n: int) -> None:
    space, labels = clusters(n, 20)
    sample = sample_of(space, labels, 0)
    drawn = np.random.default_rng(0).random(sample.blocks) < FRACTION
    rows = np.flatnonzero(drawn[sample.block_of])
    part = space_of(space.vectors[rows])
    for one in QUICK:
        alone = estimate(part, labels.of_rows(rows), [one], draws=0, seed=0).numbers[one.name].value
        assert one.score(sample).part(drawn) == pytest.approx(alone, rel=1e-6), one.name


def test_moments_that_are_not_held_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    space, labels = clusters(80, 6)
    drawn = np.arange(40) % 5 > 0
    held = BlockMoments(sample_of(space, labels, 0)).part(drawn)
    monkeypatch.setattr("analysis.transferability.moments.HELD", 0)
    made = BlockMoments(sample_of(space, labels, 0)).part(drawn)
    np.testing.assert_allclose(made.gram.sums, held.gram.sums, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(made.sums, held.sums, rtol=1e-9, atol=1e-9)


@ONE_BY_ONE
def test_a_null_is_the_number_under_labels_dealt_anew(name: str) -> None:
    space, labels = clusters(60, 5)
    score = estimators()[name].score(sample_of(space, labels, 0))
    dealt = score.target.permuted(np.random.default_rng(4))
    other = labels_of("kind", pd.Series(dealt.codes).map("c{}".format))
    alone = estimate(space, other, [estimators()[name]], draws=0, seed=0).numbers[name].value
    assert score.dealt(dealt) == pytest.approx(alone, rel=1e-6)


def test_every_space_is_drawn_alike() -> None:
    space, labels = clusters(90, 6)
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(6, 6)))[0]
    again = EmbeddingSpace("turned", "turned", (space.vectors @ turn).astype(np.float32), space.ids)
    for one in QUICK:
        first, second = (
            estimate(each, labels, [one], draws=20, seed=3).tables["draws"][one.name] for each in (space, again)
        )
        np.testing.assert_allclose(second, first, rtol=2e-3, atol=1e-4)


def test_the_same_seed_gives_the_same_draws_and_asking_together_changes_none() -> None:
    space, labels = clusters(60, 5)
    together = estimate(space, labels, EVERY, draws=10, seed=1)
    for one in EVERY:
        alone = estimate(space, labels, [one], draws=10, seed=1)
        np.testing.assert_array_equal(alone.tables["draws"][one.name], together.tables["draws"][one.name])
    other = estimate(space, labels, MOMENTS, draws=10, seed=2)
    assert not np.allclose(other.tables["draws"]["h_score"], together.tables["draws"]["h_score"])


@pytest.mark.parametrize("world", ["classes", "numbers"])
def test_intervals_cover_the_mean_over_samples_of_the_same_size(world: str) -> None:
    table = simulate(QUICK, world, n=120, simulations=25, draws=50, seed=1, truth=100)
    assert len(table) == (len(QUICK) if world == "classes" else 1)
    for row in table.itertuples():
        assert row.coverage >= 0.8, f"{row.number}: {row.coverage:.2f}"  # .95 with the noise of 25 simulations
        assert 0.75 < row.width < 2, f"{row.number}: {row.width:.2f} of the exact width"


def test_labels_that_know_nothing_are_within_chance() -> None:
    table = simulate(QUICK, "unrelated", n=120, simulations=25, draws=50, seed=1, truth=2)
    for row in table.itertuples():
        assert row.within_chance >= 0.8, f"{row.number}: {row.within_chance:.2f}"


def test_samples_without_a_label_are_left_out_and_n_says_so() -> None:
    space, labels = clusters(60, 5)
    names: list[str | None] = [labels.classes[code] for code in labels.codes]
    known = [row for row in range(60) if row % 4]
    holes = categories(*(name if row % 4 else None for row, name in enumerate(names)))
    found = estimate(space, holes, EVERY, draws=0, seed=0)
    alone = estimate(space_of(space.vectors[known]), labels.of_rows(np.array(known)), EVERY, draws=0, seed=0)
    for name, number in found.numbers.items():
        assert number.n == 45 and number.value == alone.numbers[name].value
    assert "15 samples without a label are left out." in found.notes


def test_questions_without_an_answer_say_why() -> None:
    space, labels = clusters(30, 4)
    assert "one class" in why(space, categories(*["a"] * 30))
    assert "has one sample" in why(space, categories(*(f"c{i}" for i in range(30))))
    assert "known of 2 samples" in why(space, categories("a", "b", *[None] * 28))
    assert "All vectors" in why(space_of(np.ones((30, 4))), labels)
    assert "one value" in why(space, numeric(np.ones(30)), "logme")
    assert "reads classes" in why(space, numeric(np.arange(30.0)), "nleep")
    lonely = categories("a", "b", *["c"] * 28)
    assert "two classes of two samples" in why(space, lonely, "gbc")


@ONE_BY_ONE
@pytest.mark.parametrize("d", [3, 50])
def test_a_class_of_one_sample_and_constant_dimensions_cost_no_answer(name: str, d: int) -> None:
    space, labels = clusters(40, d)
    vectors = space.vectors.copy()
    vectors[:, 0], vectors[:, 1] = 5, vectors[:, 2]
    names = [labels.classes[code] for code in labels.codes[:-1]]
    found = estimate(space_of(vectors), categories(*names, "alone"), [estimators()[name]], draws=40, seed=0)
    number = found.numbers[name]
    assert number.value is not None and number.low is not None and number.high is not None
    assert number.low <= number.value <= number.high and number.null_low is not None


def test_a_large_sample_is_read_in_part_where_that_is_said() -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(3, size=900)
    space = space_of(rng.normal(size=(900, 3)) + codes[:, None])
    found = estimate(space, categories(*map(str, codes)), [estimators()["parc"]], draws=0, seed=0)
    assert found.numbers["parc"].n == 500
    assert found.notes == ("PARC is of 500 of 900 labelled samples, seeded.",)
