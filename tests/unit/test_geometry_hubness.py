"""Hubness against scipy and counting by hand."""

import numpy as np
import pytest
from scipy.stats import skew

from analysis.geometry.hubness import ANALYSIS, at_random
from analysis.number import CannotAnalyze
from analysis.plugin import Params
from analysis.uncertainty import answer
from tests.worlds import ask, graph_of, needs_of, space_of


@pytest.mark.parametrize("k", [1, 5, 15])
def test_skewness_equals_scipys_of_counts_by_hand(k: int) -> None:
    space = space_of(np.random.default_rng(0).standard_normal((120, 20)))
    graph = graph_of(space, k)
    counts = np.array([sum(row in near for near in graph.indices.tolist()) for row in range(120)])
    result = ask(ANALYSIS, space, k=k)
    assert result.numbers["k_skewness"].value == pytest.approx(skew(counts, bias=True), rel=1e-12)
    assert result.points["occurrence"].tolist() == counts.tolist()


def test_the_centre_of_a_star_is_the_hub_of_the_table() -> None:
    star = np.vstack([np.zeros(10), np.eye(10) * np.arange(1, 11)[:, None]])
    space = space_of(star, ids=["centre", *(f"tip{i}" for i in range(10))])
    result = ask(ANALYSIS, space, k=1)
    hubs = result.tables["hubs"]
    assert hubs["id"][0] == "centre"
    assert hubs["row"][0] == 0
    assert hubs["occurrence"][0] == 10
    assert "9 of 11 samples are among the 1 nearest of no other" in result.notes[0]


def test_equal_counts_have_no_skewness() -> None:
    with pytest.raises(CannotAnalyze, match="equally many"):
        ask(ANALYSIS, space_of([[0.0], [1.0]]), k=1)


def test_chance_is_neighbours_picked_at_random() -> None:
    """The binomial law of the null against really picking k others for each sample."""
    n, k = 60, 6
    space = space_of(np.random.default_rng(0).standard_normal((n, 3)))
    draw = at_random(space, Params(), graph_of(space, k))
    rng = np.random.default_rng(1)
    drawn = [draw(rng)["k_skewness"] for _ in range(600)]
    picked = []
    for _ in range(600):
        others = rng.random((n, n))
        np.fill_diagonal(others, 2)
        picked.append(skew(np.bincount(np.argsort(others, axis=1)[:, :k].ravel(), minlength=n)))
    assert np.mean(drawn) == pytest.approx(np.mean(picked), abs=0.05)
    assert np.std(drawn) == pytest.approx(np.std(picked), rel=0.15)


def test_a_high_dimensional_cloud_has_more_hubs_than_chance() -> None:
    space = space_of(np.random.default_rng(0).standard_normal((300, 50)))
    needs = needs_of(ANALYSIS, space, None, k=10)
    number = answer(ANALYSIS, space, Params(), needs, draws=100, seed=0, k=10).numbers["k_skewness@10"]
    assert number.beyond_null
    assert number.low > number.null_high


def test_the_figure_names_the_largest_hub_and_draws_chance() -> None:
    space = space_of(np.random.default_rng(0).standard_normal((200, 30)))
    result = ask(ANALYSIS, space, k=5)
    figure = ANALYSIS.figure(result)
    assert f"of {int(result.points['occurrence'].max())} samples" in figure.layout.title.text.replace("<br>", " ")
    observed, chance = figure.data
    assert sum(observed.y) == 200
    assert np.nansum(chance.y) == pytest.approx(200, rel=0.02)
