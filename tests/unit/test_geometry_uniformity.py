"""Uniformity against the paper's formula over scipy's distances, its null against clouds that are drawn."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from analysis.geometry import pairs
from analysis.geometry.crowding import crowding_between, round_crowding
from analysis.geometry.uniformity import ANALYSIS
from analysis.plugin import Params
from analysis.space import EmbeddingSpace
from analysis.uncertainty import answer
from benchmarks.coverage import simulate
from tests.worlds import ask, space_of, values


def by_the_paper(space: EmbeddingSpace) -> float:
    """Wang and Isola 2020, section 4.1.2: torch.pdist(x, p=2).pow(2).mul(-2).exp().mean().log()."""
    rows = space.vectors.astype(np.float64)
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return float(np.log(np.exp(-2 * pdist(units) ** 2).mean()))


@pytest.fixture(params=[2000, 100], ids=["double precision", "single precision"])
def precision(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "DOUBLE", request.param)
    if request.param == 100:
        monkeypatch.setattr(pairs, "HEIGHT", 64)
        monkeypatch.setattr(pairs, "WIDTH", 150)


@pytest.mark.parametrize(("n", "d", "shift"), [(300, 25, 0.0), (400, 8, 3.0), (130, 60, 30.0), (200, 2, 0.5)])
def test_uniformity_is_the_papers(precision: None, n: int, d: int, shift: float) -> None:
    space = space_of(np.random.default_rng(n).standard_normal((n, d)) + shift)
    result = ask(ANALYSIS, space)
    assert result.numbers["uniformity"].value == pytest.approx(by_the_paper(space), rel=1e-5, abs=1e-7)
    assert np.log(np.exp(result.points["crowding"]).mean()) == pytest.approx(by_the_paper(space), rel=1e-5, abs=1e-7)


def test_a_samples_crowding_is_that_with_all_others() -> None:
    space = space_of([[1, 0], [2, 0], [0, 3]])
    expected = np.log([(1 + np.exp(-4)) / 2, (1 + np.exp(-4)) / 2, np.exp(-4)])
    assert ask(ANALYSIS, space).points["crowding"] == pytest.approx(expected)


def test_two_opposite_directions_are_known() -> None:
    assert values(ask(ANALYSIS, space_of([[1, 0], [-2, 0]])))["uniformity"] == pytest.approx(-8)


def test_equal_vectors_have_no_answer() -> None:
    result = answer(ANALYSIS, space_of(np.full((9, 4), 0.3)), Params(), {}, draws=50, seed=0, k=1)
    assert "equal" in result.numbers["uniformity"].why


def test_zero_vectors_are_left_out_and_counted() -> None:
    vectors = np.random.default_rng(0).standard_normal((40, 5))
    vectors[3] = 0
    result = ask(ANALYSIS, space_of(vectors))
    assert result.numbers["uniformity"].n == 39
    assert result.numbers["uniformity"].value == pytest.approx(by_the_paper(space_of(np.delete(vectors, 3, axis=0))))
    assert np.isnan(result.points["crowding"][3])
    assert "1 zero vectors" in result.notes[1]


def test_sums_between_blocks_are_sums_over_their_pairs(precision: None) -> None:
    space = space_of(np.random.default_rng(0).standard_normal((300, 6)) + 1)
    blocks = np.random.default_rng(1).integers(7, size=300)
    units = space.vectors / np.linalg.norm(space.vectors.astype(np.float64), axis=1, keepdims=True)
    kernel = np.exp(-2 * np.square(units[:, None] - units).sum(axis=2)) - np.eye(300)
    sizes, sums = crowding_between(space.vectors, blocks)
    expected = [[kernel[np.ix_(blocks == a, blocks == b)].sum() for b in range(7)] for a in range(7)]
    assert sums == pytest.approx(np.array(expected), rel=1e-5)
    assert sizes.sum() == 300


@pytest.mark.parametrize(("n", "d"), [(60, 1), (60, 2), (60, 20), (40, 300)])
def test_the_null_is_the_law_of_round_clouds(n: int, d: int) -> None:
    rng = np.random.default_rng(0)
    drawn = [np.exp(by_the_paper(space_of(rng.standard_normal((n, d))))) for _ in range(400)]
    law = [round_crowding(n, d)(rng) for _ in range(4000)]
    assert np.mean(law) == pytest.approx(np.mean(drawn), abs=4 * np.std(drawn) / 20)
    assert np.std(law) == pytest.approx(np.std(drawn), rel=0.15)


def test_a_round_cloud_lies_in_its_null_and_a_cone_beyond() -> None:
    vectors = np.random.default_rng(11).standard_normal((300, 20))
    round_one, cone = (
        answer(ANALYSIS, space_of(vectors + shift), Params(), {}, draws=200, seed=0, k=5).numbers["uniformity"]
        for shift in (0, 1)
    )
    assert round_one.beyond_null is False
    assert cone.beyond_null
    assert cone.value > round_one.value


def test_round_clouds_lie_in_the_null_as_often_as_promised() -> None:
    inside = 0
    for seed in range(40):
        space = space_of(np.random.default_rng(seed).standard_normal((100, 10)))
        number = answer(ANALYSIS, space, Params(), {}, draws=200, seed=seed, k=5).numbers["uniformity"]
        inside += number.beyond_null is False
    assert inside >= 34


@pytest.mark.parametrize("cloud", ["cone", "clusters"])
def test_the_interval_covers_the_number_of_other_samples(cloud: str) -> None:
    table = simulate(ANALYSIS, cloud, n=100, simulations=20, draws=100, seed=3, truth=200)
    assert (table["coverage"] >= 0.8).all()  # 0.3 % chance of fewer at 95 %


def test_beyond_the_exact_size_a_sample_stands_for_all_and_the_notes_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    space = space_of(np.random.default_rng(0).standard_normal((900, 6)) + 0.5)
    whole = answer(ANALYSIS, space, Params(), {}, draws=100, seed=0, k=5).numbers["uniformity"]
    monkeypatch.setattr("analysis.geometry.pairs.EXACT", 500)
    monkeypatch.setattr("analysis.geometry.pairs.SAMPLE", 400)
    monkeypatch.setattr("analysis.geometry.uniformity.INTERVAL", 200)
    result = answer(ANALYSIS, space, Params(), {}, draws=100, seed=0, k=5)
    part = result.numbers["uniformity"]
    assert "400 of 900" in result.notes[0]
    assert part.n == 400
    assert part.low < whole.value < part.high
    assert (part.high - part.low) / (whole.high - whole.low) == pytest.approx(1.5, rel=0.3)


def test_the_figure_states_the_number() -> None:
    figure = ANALYSIS.figure(ask(ANALYSIS, space_of(np.random.default_rng(0).standard_normal((50, 4)) + 3)))
    assert figure.layout.title.text.startswith("Uniformity −0.")
    assert sum(figure.data[0].y) == 50
