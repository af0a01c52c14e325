"""What chance makes of the separation of distances, and what its interval holds."""

import numpy as np
import pytest

from analysis.geometry import pairs
from analysis.geometry.distances import ANALYSIS
from analysis.geometry.pair_ranks import dealt, exact_auroc, rank_matrix
from analysis.plugin import Params
from analysis.uncertainty import answer
from benchmarks.coverage import simulate
from tests.unit.test_geometry_distances import by_scipy, by_sklearn, world
from tests.worlds import categories, needs_of, space_of


def test_the_null_is_the_auroc_of_labels_dealt_anew() -> None:
    space, labels = world(90)
    apart, rng = by_scipy(space, "euclidean"), np.random.default_rng(1)
    expected = np.array([by_sklearn(apart, labels.permuted(rng).codes) for _ in range(200)])
    needs = needs_of(ANALYSIS, space, labels)
    number = answer(ANALYSIS, space, Params(), needs, draws=400, seed=0, k=5).numbers["within_between_auroc"]
    assert number.null_mean == pytest.approx(0.5, abs=0.002)
    assert number.null_high - number.null_low == pytest.approx(np.ptp(np.quantile(expected, [0.025, 0.975])), rel=0.3)
    assert number.beyond_null


def test_the_null_of_a_part_has_the_width_of_the_whole() -> None:
    space, labels = world(600)
    known = np.flatnonzero(labels.known)
    spreads = []
    for rows in (known, known[::4]):
        ranks, codes = rank_matrix(pairs.pairs_of(space.vectors[rows], "euclidean")), labels.codes[rows]
        draw, rng = dealt(ranks, codes, len(known)), np.random.default_rng(0)
        drawn = [draw(rng) for _ in range(300)]
        assert np.mean(drawn) == pytest.approx(0.5, abs=0.001)
        spreads.append(np.std(drawn))
        assert exact_auroc(ranks, codes) == pytest.approx(
            by_sklearn(by_scipy(space_of(space.vectors[rows]), "euclidean"), codes)
        )
    assert spreads[1] == pytest.approx(spreads[0], rel=0.4)


def test_random_labels_fall_inside_the_null_band() -> None:
    inside = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        space = space_of(rng.standard_normal((100, 6)))
        needs = needs_of(ANALYSIS, space, categories(*map(str, rng.integers(3, size=100))))
        number = answer(ANALYSIS, space, Params(), needs, draws=100, seed=seed, k=5).numbers["within_between_auroc"]
        inside += number.beyond_null is False
    assert inside >= 17  # 0.5 % chance of fewer at 95 %


@pytest.mark.parametrize("cloud", ["clusters", "heavy"])
def test_the_interval_covers_the_number_of_other_samples(cloud: str) -> None:
    table = simulate(ANALYSIS, cloud, n=100, simulations=20, draws=60, seed=3, truth=100).set_index("number")
    assert (table["coverage"] >= 0.8).all()  # 0.3 % chance of fewer at 95 %
