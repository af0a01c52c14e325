"""Local consistency by hand, and the theorem: exact recovery makes radius-majority accuracy local consistency."""

import networkx as nx
import numpy as np
import pytest

from analysis.agreement import agreement, card
from analysis.alignment.votes import votes_in
from analysis.registry import alignments
from tests.unit.graph_worlds import aligned, cloud, graph, random_graph, value
from tests.worlds import categories, space_of

MEASURES = list(alignments().values())


def random_labels(n: int, classes: int, seed: int = 0, missing: float = 0.1):
    rng = np.random.default_rng(seed)
    return categories(*(None if rng.random() < missing else f"c{rng.integers(classes)}" for _ in range(n)))


def recovered(space, radius: float):
    """The graph of all pairs within a radius of a space, so that it recovers it."""
    wide = space.vectors.astype(np.float64)
    near = np.linalg.norm(wide[:, None] - wide, axis=2) <= radius
    return graph(np.argwhere(np.triu(near, 1)), space.n)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("radius", [0.3, 0.6, 1.2])
def test_exact_recovery_gives_radius_majority_accuracy_exactly_local_consistency(seed, radius):
    space = cloud(120, 3, seed)
    links, labels = recovered(space, radius), random_labels(120, 4, seed)
    found = aligned(space, links, [labels])
    consistent = agreement(links, labels, MEASURES, draws=0, seed=0)
    assert value(found, "best_radius_f1") == 1.0 and bool(found.arrays["recovered"][0])
    assert value(found, "link_auroc") == 1.0
    assert value(found, "radius_majority_accuracy|kind") == value(consistent, "lc_majority")
    row = found.tables["theorem"].iloc[0]
    assert row["lc_majority"] == pytest.approx(value(consistent, "lc_majority"))
    assert row["radius_majority_accuracy"] == value(found, "radius_majority_accuracy|kind")


@pytest.mark.parametrize("seed", range(5))
def test_strict_consistency_is_a_floor_of_the_nearest_neighbour_where_recovery_is_exact(seed):
    space = cloud(150, 2, seed)
    links, labels = recovered(space, 0.4), random_labels(150, 2, seed, missing=0)
    strict = value(agreement(links, labels, MEASURES, draws=0, seed=0), "lc_strict")
    assert value(aligned(space, links, [labels]), "one_nn_accuracy|kind") >= strict


def test_without_recovery_the_premise_is_denied():
    found = aligned(cloud(80, 4), random_graph(80, 150), [random_labels(80, 3)])
    assert value(found, "best_radius_f1") < 1 and not found.arrays["recovered"][0]


def test_local_consistency_of_a_star_and_a_pair_is_counted_by_hand():
    links = graph([[0, 1], [0, 2], [0, 3], [4, 5]], 7)
    labels = categories("a", "a", "a", "b", "a", "b", "b")
    found = agreement(links, labels, MEASURES, draws=0, seed=0)
    assert value(found, "lc_majority") == pytest.approx(3 / 6)  # 0, 1 and 2
    assert value(found, "lc_soft") == pytest.approx((2 / 3 + 1 + 1) / 6)
    assert value(found, "lc_strict") == pytest.approx(2 / 6)
    chance = (4 / 7) ** 2 + (3 / 7) ** 2
    assert value(found, "lc_adjusted") == pytest.approx((0.5 - chance) / (1 - chance))
    assert value(found, "homophily") == pytest.approx(2 / 4)
    assert found.numbers["lc_majority"].n == 6 and "1 labelled node" in found.notes[-1]


def test_a_tie_between_classes_counts_its_share():
    links, labels = graph([[0, 1], [0, 2]], 3), categories("a", "a", "b")
    assert votes_in(links, labels).majority.tolist() == [0.5, 1.0, 0.0]


def test_homophily_and_wider_surroundings_are_those_of_networkx():
    links, labels = random_graph(120, 200), random_labels(120, 3, missing=0)
    found = agreement(links, labels, MEASURES, draws=0, seed=0)
    plain = nx.Graph(links.pairs.tolist())
    codes = labels.codes
    agree = [codes[a] == codes[b] for a, b in plain.edges]
    assert value(found, "homophily") == pytest.approx(np.mean(agree))
    lengths = dict(nx.all_pairs_shortest_path_length(plain, cutoff=3))
    soft = [np.mean([codes[b] == codes[a] for b in near if b != a]) for a, near in lengths.items() if len(near) > 1]
    row = found.tables["hops"].set_index("hops").loc[3]
    assert row["lc_soft"] == pytest.approx(np.mean(soft)) and row["nodes"] == len(soft)


def test_cliques_of_a_label_agree_wholly_and_their_complement_is_heterophilous():
    codes = np.arange(60) % 3
    labels = categories(*(f"c{code}" for code in codes))
    same = codes[:, None] == codes
    cliques = graph(np.argwhere(np.triu(same, 1)), 60)
    found = agreement(cliques, labels, MEASURES, draws=40, seed=0)
    assert {value(found, name) for name in ("homophily", "lc_majority", "lc_strict", "lc_adjusted")} == {1.0}
    assert not any("Heterophilous" in note for note in found.notes)
    across = agreement(graph(np.argwhere(np.triu(~same, 1)), 60), labels, MEASURES, draws=40, seed=0)
    assert value(across, "homophily") == 0.0 and across.notes[0].startswith("Heterophilous")
    assert value(across, "lc_adjusted") < 0


def test_one_class_has_nothing_beyond_chance():
    found = agreement(random_graph(30, 60), categories(*["a"] * 30), MEASURES, draws=0, seed=0)
    assert value(found, "lc_majority") == 1.0
    assert found.numbers["lc_adjusted"].value is None and "one kind" in found.numbers["lc_adjusted"].why


def test_a_card_counts_what_networkx_counts():
    links = graph([[0, 1], [1, 2], [2, 0], [3, 4], [4, 3], [5, 5], [0, 1]], 8)
    found = {name: number.value for name, number in card(links).numbers.items()}
    plain = nx.Graph(links.pairs.tolist())
    plain.add_nodes_from(range(8))
    assert found["components"] == nx.number_connected_components(plain) and found["edges"] == plain.size()
    assert found["isolated"] == 3 and found["loops"] == 1 and found["repeats"] == 2 and found["largest_component"] == 3
    assert dict(card(links).tables["degrees"].to_numpy()) == {0: 3, 1: 2, 2: 3}


def test_local_consistency_by_radius_has_more_and_more_neighbours():
    space = space_of(np.random.default_rng(1).standard_normal((200, 3)))
    table = aligned(space, random_graph(200, 300), [random_labels(200, 3, missing=0)]).tables["radii"]
    wide = space.vectors.astype(np.float64)
    apart = np.linalg.norm(wide[:, None] - wide, axis=2)
    for _, row in table.iterrows():
        near = (apart <= row["radius"] + 1e-9).sum() - 200
        assert row["neighbors"] * row["nodes"] == pytest.approx(near)
    assert (np.diff(table["radius"]) > 0).all() and len(table) >= 6
