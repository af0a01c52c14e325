"""Rewired graphs keep degrees and nothing else; chance is centred where chance is; intervals hold what they should."""

import networkx as nx
import numpy as np
import pytest

from analysis.agreement import agreement
from analysis.graph import of_pairs
from analysis.graphs import hops
from analysis.graphs.hops import hops_from
from analysis.graphs.noise import noisy
from analysis.graphs.rewired import rewired
from analysis.registry import alignments
from models.errors import BadInput
from tests.unit.graph_worlds import aligned, cloud, graph, random_graph
from tests.worlds import categories

MEASURES = list(alignments().values())


@pytest.mark.parametrize("m", [30, 300, 2000])
def test_rewiring_keeps_every_degree_and_makes_no_loop_and_no_repeat(m):
    links = random_graph(100, m)
    made = rewired(links.pairs, 100, np.random.default_rng(0))
    again = graph(made, 100)
    assert again.counts["loops"] == again.counts["repeats"] == 0 and again.edges == links.edges
    assert (again.degrees == links.degrees).all()


def test_rewiring_of_directed_links_keeps_both_degrees():
    links = graph(np.random.default_rng(1).integers(60, size=(300, 2)), 60, directed=True)
    made = rewired(links.pairs, 60, np.random.default_rng(0), directed=True)
    assert len(np.unique(made, axis=0)) == links.edges and (made[:, 0] != made[:, 1]).all()
    for side in (0, 1):
        before, after = (np.bincount(pairs[:, side], minlength=60) for pairs in (links.pairs, made))
        assert (before == after).all()


def test_rewiring_forgets_the_graph_and_reaches_every_graph_of_these_degrees_about_as_often():
    cycle = np.array([[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [0, 5]])
    rng = np.random.default_rng(0)
    found = [frozenset(map(tuple, np.sort(rewired(cycle, 6, rng), axis=1).tolist())) for _ in range(2100)]
    counts = np.array([found.count(one) for one in set(found)])
    assert len(counts) == 70  # 60 cycles of six and 10 pairs of triangles
    assert counts.min() > 8 and counts.max() < 65  # 30 are expected


def test_a_complete_graph_and_a_star_have_nothing_to_rewire():
    for pairs in (np.argwhere(np.triu(np.ones((6, 6)), 1)), np.array([[0, 1], [0, 2], [0, 3]])):
        made = rewired(pairs, 6, np.random.default_rng(0))
        assert sorted(np.sort(made, axis=1).tolist()) == sorted(pairs.tolist())


def test_chance_of_random_links_over_a_random_cloud_is_chance():
    labels = categories(*(f"c{i % 3}" for i in range(200)))
    found = aligned(cloud(200, 5), random_graph(200, 500), [labels], draws=60).numbers
    assert found["link_auroc"].null_mean == pytest.approx(0.5, abs=0.01)
    assert found["hop_correlation"].null_mean == pytest.approx(0, abs=0.02)
    assert found["one_nn_accuracy|kind"].null_mean == pytest.approx(1 / 3, abs=0.02)
    share = random_graph(200, 500).degrees.mean() / 199
    assert found["precision@10"].null_mean == pytest.approx(share, abs=0.005)
    beyond = [name for name, number in found.items() if not number.null_low <= number.value <= number.null_high]
    assert len(beyond) <= 3, beyond  # of 29, each in one of twenty
    assert all(number.low <= number.value <= number.high for number in found.values())


def test_chance_of_local_consistency_is_that_of_dealt_links():
    labels = categories(*(f"c{i % 4}" for i in range(400)))
    found = agreement(random_graph(400, 1200), labels, MEASURES, draws=60, seed=0).numbers
    assert found["homophily"].null_mean == pytest.approx(99 / 399, abs=0.01)
    assert found["lc_adjusted"].null_mean == pytest.approx(0, abs=0.05)


def test_links_of_the_nearest_are_far_beyond_chance():
    space = cloud(200, 3)
    wide = space.vectors.astype(np.float64)
    apart = np.linalg.norm(wide[:, None] - wide, axis=2) + 99 * np.eye(200)
    links = graph(np.column_stack([np.repeat(np.arange(200), 3), np.argsort(apart, axis=1)[:, :3].ravel()]), 200)
    found = aligned(space, links, draws=40).numbers
    assert all(found[name].value > found[name].null_high for name in ("average_precision", "link_auroc", "mrr"))
    assert found["recall@5"].value > 0.8 and found["hop_correlation"].value > 0.3


def test_the_same_seed_gives_the_same_numbers_and_another_the_same_values():
    space, links = cloud(60, 3), random_graph(60, 100)
    one, two = (aligned(space, links, draws=25).numbers for _ in range(2))
    for name in one:
        assert (one[name].value, one[name].low, one[name].null_high) == (
            two[name].value,
            two[name].low,
            two[name].null_high,
        )


def test_hops_are_those_of_networkx():
    links = random_graph(90, 110)
    found, cut = hops_from(links, np.arange(0, 90, 2))
    lengths = dict(nx.all_pairs_shortest_path_length(nx.Graph(links.pairs.tolist())))
    expected = np.array([[lengths.get(a, {}).get(b, 0) for b in range(90)] for a in range(0, 90, 2)])
    assert (found == expected).all() and not cut
    path = graph([[i, i + 1] for i in range(149)], 150)
    far, cut = hops_from(path, np.array([0]))
    assert cut and far[0, 100] == 100 and far[0, 101] == 0


@pytest.mark.parametrize(("directed", "few"), [(False, 1), (False, 10**9), (True, 1)])
def test_hops_are_the_same_by_the_links_of_a_wave_and_by_all(directed, few, monkeypatch):
    monkeypatch.setattr(hops, "FEW", few)
    links = graph(np.random.default_rng(3).integers(300, size=(420, 2)), 300, directed=directed)
    found, cut = hops_from(links, np.arange(64) * 4, most=50)
    drawn = nx.DiGraph(links.pairs.tolist()).reverse() if directed else nx.Graph(links.pairs.tolist())
    to = dict(nx.all_pairs_shortest_path_length(drawn))
    expected = np.array([[to.get(a, {}).get(b, 0) for b in range(300)] for a in range(0, 256, 4)])
    assert (found == expected).all() and not cut


@pytest.mark.parametrize("directed", [False, True])
def test_noise_adds_and_rewires_as_many_links_as_asked(directed):
    links = graph(np.random.default_rng(2).integers(50, size=(300, 2)), 50, directed=directed)
    made = noisy(links.pairs, 50, directed=directed, add=0.5, flip=0.2, seed=0, name="g")
    again = graph(made, 50, directed=directed)
    assert again.edges == len(made) == links.edges + round(0.5 * links.edges) and again.counts["loops"] == 0
    before, after = (set(map(tuple, one.pairs.tolist())) for one in (links, again))
    assert len(before - after) == round(0.2 * links.edges)
    same = noisy(links.pairs, 50, directed=directed, add=0.5, flip=0.2, seed=0, name="g")
    assert (made == same).all()


def test_noise_that_has_no_room_says_so():
    whole = of_pairs(np.argwhere(np.triu(np.ones((8, 8)), 1)), 8)
    with pytest.raises(BadInput, match="only 0 pairs are not linked"):
        noisy(whole.pairs, 8, directed=False, add=0.1, flip=0, seed=0, name="g")
    nearly = whole.pairs[3:]
    assert len(noisy(nearly, 8, directed=False, add=3 / 25, flip=0, seed=0, name="g")) == 28
