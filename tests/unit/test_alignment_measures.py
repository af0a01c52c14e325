"""Every measure of a space and a graph equals scikit-learn, networkx or counting by hand."""

import networkx as nx
import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import spearmanr
from sklearn.metrics import average_precision_score, ndcg_score, roc_auc_score

from analysis.align import KS
from tests.unit.graph_worlds import aligned, cloud, graph, random_graph, value
from tests.worlds import space_of

N = 150
METRICS = {"cosine": "cosine", "euclidean": "euclidean"}


def distances(space, metric: str) -> np.ndarray:
    wide = space.vectors.astype(np.float64)
    found = -wide @ wide.T if metric == "dot" else cdist(wide, wide, METRICS[metric])
    np.fill_diagonal(found, np.inf)
    return found


def adjacency(links) -> np.ndarray:
    matrix = np.zeros((links.n, links.n), bool)
    matrix[links.symmetric.rows, links.symmetric.indices] = True
    return matrix


def worlds(metric: str):
    space, links = cloud(N, 6), random_graph(N, 400)
    return space, links, distances(space, metric), adjacency(links)


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot"])
def test_rankings_are_those_of_scikit_learn(metric):
    space, links, apart, linked = worlds(metric)
    found = aligned(space, links, metric=metric)
    asked = np.flatnonzero(linked.any(axis=1))
    rest = ~np.eye(N, dtype=bool)
    truth = [(linked[i][rest[i]], -apart[i][rest[i]]) for i in asked]
    expected = np.mean([average_precision_score(*one) for one in truth])
    assert value(found, "average_precision") == pytest.approx(expected, abs=1e-12)
    ranks = [np.flatnonzero(yes[np.argsort(-score)]) + 1 for yes, score in truth]
    assert value(found, "mrr") == pytest.approx(np.mean([1 / one[0] for one in ranks]), abs=1e-12)
    for k in KS:
        gains = [ndcg_score([yes], [score], k=k) for yes, score in truth]
        assert value(found, f"ndcg@{k}") == pytest.approx(np.mean(gains), abs=1e-9)
        hits = np.array([(one <= k).sum() for one in ranks])
        degrees = np.array([len(one) for one in ranks])
        assert value(found, f"precision@{k}") == pytest.approx(np.mean(hits / k), abs=1e-12)
        assert value(found, f"recall@{k}") == pytest.approx(np.mean(hits / degrees), abs=1e-12)
        assert value(found, f"f1@{k}") == pytest.approx(np.mean(2 * hits / (k + degrees)), abs=1e-12)
    assert found.numbers["mrr"].n == len(asked)


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot"])
def test_alignment_is_the_mean_squared_distance_of_linked_directions(metric):
    space, links, _, linked = worlds(metric)
    unit = space.vectors.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    a, b = np.nonzero(np.triu(linked))
    found = aligned(space, links, metric=metric, draws=40)
    number = found.numbers["alignment"]
    assert number.value == pytest.approx(((unit[a] - unit[b]) ** 2).sum(axis=1).mean(), abs=1e-6)
    assert number.null_mean == pytest.approx((2 - 2 * unit @ unit.T)[np.triu_indices(N, 1)].mean(), abs=0.1)
    assert number.low < number.value < number.high and number.null_low < number.value < number.null_high
    copies = np.repeat(space.vectors[: N // 2], 2, axis=0) * np.tile([1, 3], N // 2)[:, None]
    pairs = graph([(i, i + 1) for i in range(0, N, 2)], N)
    together = aligned(space_of(copies), pairs, metric=metric, draws=40).numbers["alignment"]
    assert together.value == pytest.approx(0, abs=1e-6) and together.high < together.null_low


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot"])
def test_the_link_auroc_is_that_of_all_pairs(metric):
    space, links, apart, linked = worlds(metric)
    upper = np.triu_indices(N, 1)
    expected = roc_auc_score(linked[upper], -apart[upper])
    assert value(aligned(space, links, metric=metric), "link_auroc") == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_the_best_radius_is_the_best_of_all_radii(metric):
    space, links, apart, linked = worlds(metric)
    upper = np.triu_indices(N, 1)
    far, yes = apart[upper], linked[upper]
    by_radius = {r: 2 * yes[far <= r].sum() / (yes.sum() + (far <= r).sum()) for r in far}
    found = aligned(space, links, metric=metric)
    assert value(found, "best_radius_f1") == pytest.approx(max(by_radius.values()), abs=1e-12)
    assert value(found, "best_radius") == pytest.approx(max(by_radius, key=by_radius.get), abs=1e-9)


def test_hop_correlation_is_spearmans_over_connected_pairs():
    space, links, apart, _ = worlds("euclidean")
    lengths = dict(nx.all_pairs_shortest_path_length(nx.Graph(links.pairs.tolist())))
    pairs = [(apart[a, b], hops) for a, found in lengths.items() for b, hops in found.items() if a != b]
    expected = spearmanr(*zip(*pairs, strict=True)).statistic
    assert value(aligned(space, links), "hop_correlation") == pytest.approx(expected, abs=1e-4)


def test_mutual_overlap_is_jaccard_of_near_and_linked():
    space, links, apart, linked = worlds("euclidean")
    near = np.zeros((N, N), bool)
    np.put_along_axis(near, np.argsort(apart, axis=1)[:, :5], True, axis=1)
    asked = linked.any(axis=1)
    expected = ((near & linked).sum(axis=1) / (near | linked).sum(axis=1))[asked].mean()
    assert value(aligned(space, links), "mutual_overlap@5") == pytest.approx(expected, abs=1e-12)


def test_equally_near_ones_share_their_ranks_as_in_scikit_learn():
    rng = np.random.default_rng(3)
    space = space_of(rng.integers(0, 2, size=(60, 3)) + 1.0)  # eight places for sixty samples
    links = random_graph(60, 120)
    apart, linked = distances(space, "euclidean"), adjacency(links)
    rest = ~np.eye(60, dtype=bool)
    truth = [(linked[i][rest[i]], -apart[i][rest[i]].round(9)) for i in np.flatnonzero(linked.any(axis=1))]
    found = aligned(space, links)
    precise = np.mean([average_precision_score(*one) for one in truth])
    assert value(found, "average_precision") == pytest.approx(precise, abs=1e-12)
    gains = np.mean([ndcg_score([yes], [score], k=10) for yes, score in truth])
    assert value(found, "ndcg@10") == pytest.approx(gains, abs=1e-9)
    upper = np.triu_indices(60, 1)
    auroc = roc_auc_score(linked[upper], -apart[upper].round(9))
    assert value(found, "link_auroc") == pytest.approx(auroc, abs=1e-12)


def test_nothing_hangs_on_the_order_of_samples_that_are_equally_near():
    space = space_of(np.repeat(np.eye(4), 25, axis=0))
    links = random_graph(100, 200)
    order = np.random.default_rng(0).permutation(100)
    place = np.argsort(order)
    turned = aligned(space_of(space.vectors[order]), graph(place[links.pairs], 100))
    for name, number in aligned(space, links).numbers.items():
        if not name.startswith("mutual_overlap"):  # of the kNN graph, which takes the first of several
            assert turned.numbers[name].value == pytest.approx(number.value, abs=1e-12), name


def test_links_may_be_directed_or_weighted_without_a_change():
    space, links = cloud(80, 4), random_graph(80, 150)
    other = graph(links.pairs[:, ::-1], 80, directed=True, weights=np.arange(links.edges))
    for name, number in aligned(space, links).numbers.items():
        assert aligned(space, other).numbers[name].value == pytest.approx(number.value, abs=1e-12)


def test_a_graph_without_links_and_a_collapsed_space_have_a_reason_instead_of_numbers():
    bare = aligned(cloud(20, 3), graph([], 20))
    assert {number.value for number in bare.numbers.values()} == {None}
    assert "no link" in bare.numbers["mrr"].why
    collapsed = aligned(space_of(np.ones((20, 3))), random_graph(20, 40))
    assert {number.value for number in collapsed.numbers.values()} == {None}
    assert "equal" in collapsed.numbers["link_auroc"].why


def test_a_k_without_so_many_others_has_a_reason():
    found = aligned(cloud(20, 3), random_graph(20, 30))
    assert found.numbers["ndcg@25"].value is None and "19 others" in found.numbers["ndcg@25"].why
    assert found.numbers["ndcg@10"].value is not None


def test_the_pairs_that_disagree_are_listed():
    space = space_of([[0.0, 0], [0, 1], [0, 10], [9, 9]])
    found = aligned(space, graph([[0, 2], [0, 1]], 4), k=2)
    far = found.tables["linked_but_far"]
    assert far[["row_a", "row_b"]].apply(sorted, axis=1).tolist() == [[0, 2], [0, 1]]
    assert far["distance"].tolist() == pytest.approx([10, 1])
    near = found.tables["near_but_not_linked"]
    assert sorted(near.iloc[0][["row_a", "row_b"]].astype(int)) == [1, 2] and near["distance"].iloc[0] == 9
