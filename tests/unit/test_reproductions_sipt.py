"""The pieces of the reproduction of Structure Inducing Pre-Training: worlds with known answers, scores, tables."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

from analysis.__main__ import main
from analysis.reproductions import command, sipt, sipt_tables
from analysis.reproductions.cliques import cliques
from analysis.reproductions.manifolds import MANIFOLDS, geodesic, placed
from analysis.reproductions.sentences import Topics, sentences_of, unlike
from analysis.reproductions.topology import connected_parts, hung, orbits, texts_telling
from analysis.reproductions.transductive import leave_one_out, link_auroc, soft_consistency
from models.pretraining.links import Links
from models.pretraining.sentences import embedded, small_bert, tokens_of
from models.pretraining.small import Settings, pretrain, rate_at


@pytest.fixture(scope="module")
def topics() -> Topics:
    """Sentences of three topics each, every triple of fifteen with the same number of them."""
    rng = np.random.default_rng(0)
    words = np.array(["".join(letters) for letters in product("abcdefghijklmnop", repeat=3)])
    shares = np.zeros((14_000, 15))
    for row in range(10_000):
        shares[row, rng.choice(15, 3, replace=False)] = rng.dirichlet([2, 2, 2])
    for row in range(10_000, 14_000):
        shares[row, row % 15] = 0.9
    sentences = [" ".join(rng.choice(words, 9)) for _ in range(len(shares))]
    return Topics(sentences, shares)


def test_sentences_are_letters_long_enough_and_examples_are_none() -> None:
    text = "Short one. This sentence is quite long enough (in 8 words) to stay!\n\n>>> add(1, 2) # a b c d e f g h i"
    assert sentences_of(text) == ["this sentence is quite long enough in words to stay"]


def test_near_duplicates_are_left_out_in_the_order_of_the_candidates() -> None:
    found = Topics(["a b c d e", "a b c d f", "x y z u v", "a b c d e"], np.zeros((4, 2)))
    assert unlike(found, np.array([3, 1, 2, 0]), 4, most=0.5).tolist() == [3, 2]


def test_ways_within_a_triangle_are_straight_and_around_a_corner_longer() -> None:
    corners = ((0, 1, 2), (1, 2, 3))
    places = np.array([[0.6, 0.2, 0.2, 0], [0.2, 0.5, 0.3, 0], [0, 0.4, 0.4, 0.2], [0, 0.1, 0.1, 0.8]])
    found = geodesic(places, np.array([0, 0, 1, 1]), corners)
    assert found[0, 1] == pytest.approx(np.linalg.norm(places[0] - places[1]))
    # both triangles unfolded into a plane: over the middle of their common edge, straight
    across = np.sqrt(1.5) * (0.6 + 0.2)  # heights above the common edge
    assert found[0, 2] == pytest.approx(across, rel=4e-3) and found[0, 2] >= across - 1e-12
    np.testing.assert_allclose(found, found.T)


def test_a_surface_has_as_many_corners_and_sides_as_its_shape_asks() -> None:
    euler = {"plane": 1, "Möbius": 0, "sphere": 2, "torus": 0}
    for one in MANIFOLDS:
        edges = {tuple(sorted(pair)) for a, b, c in one.triangles for pair in ((a, b), (a, c), (b, c))}
        vertices = {vertex for triangle in one.triangles for vertex in triangle}
        assert len(vertices) - len(edges) + len(one.triangles) == euler[one.name]
        assert len(set(map(tuple, map(sorted, one.triangles)))) == len(one.triangles)


@pytest.mark.parametrize("name", ["plane", "torus"])
def test_sentences_on_a_surface_are_labelled_by_their_first_topic_and_linked_to_what_is_near(name, topics) -> None:
    manifold = replace(next(one for one in MANIFOLDS if one.name == name), samples=40)
    found = placed(manifold, topics, 0)
    assert len(found.sentences) == 40 == len(set(found.sentences)) and len(found.labels) == 40
    degrees = np.bincount(found.edges.ravel(), minlength=40)
    assert degrees.min() >= 1 and (found.edges[:, 0] < found.edges[:, 1]).all()
    assert placed(manifold, topics, 0).sentences == found.sentences != placed(manifold, topics, 1).sentences


def test_parts_and_shapes_are_networkxs() -> None:
    import networkx as nx

    graph = nx.gnp_random_graph(9, 0.35, seed=1)
    near = {a: set(graph[a]) for a in graph}
    parts = connected_parts(near)
    expected = {
        part for size in range(2, 6) for part in combinations(range(9), size) if nx.is_connected(graph.subgraph(part))
    }
    assert parts == expected
    shapes: list[nx.Graph] = []
    counts = np.zeros((9, 40))
    for part in sorted(expected):
        mine = graph.subgraph(part)
        which = next((i for i, one in enumerate(shapes) if nx.is_isomorphic(one, mine)), len(shapes))
        if which == len(shapes):
            shapes.append(nx.Graph(mine))
        counts[list(part), which] += 1
    found = orbits(graph)
    assert found.shape == (9, len(shapes))
    assert sorted(map(tuple, found.T)) == sorted(map(tuple, counts[:, : len(shapes)].T))


def test_the_hung_graph_is_connected_and_its_motifs_follow_the_links(topics) -> None:
    world = hung(0)
    n = len(world.labels["motif"])
    assert 36 + 9 * 2 <= n <= 36 + 9 * 6 and np.bincount(world.labels["motif"])[0] == 36
    assert soft_consistency(world.edges, world.labels["motif"]) > 0.8
    texts = texts_telling(world.labels["ego"], topics, 0)
    assert len(texts) == n == len(set(texts))
    told = np.array([topics.shares[topics.sentences.index(text)].argmax() for text in texts])
    assert len({tuple(set(told[world.labels["ego"] == one])) for one in range(4)}) == 4


def test_cliques_without_noise_are_the_topics_and_noise_adds_its_share(topics) -> None:
    plain, noisy = cliques(0.0, topics, 0), cliques(0.5, topics, 0)
    assert soft_consistency(plain.edges, plain.labels) == 1.0 and len(plain.edges) == 10 * 10
    share = (len(noisy.edges) - len(plain.edges)) / (50 * 49 / 2 - len(plain.edges))
    assert share == pytest.approx(0.5, abs=0.05)


def test_leave_one_out_is_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=60)
    vectors = rng.standard_normal((60, 4)) + labels[:, None]
    vectors[7] = vectors[8]  # a copy outvotes the others
    found = leave_one_out(vectors, labels)
    reader = KNeighborsClassifier(3, weights="distance")
    votes = cross_val_predict(reader, vectors, labels, cv=LeaveOneOut(), method="predict_proba")
    assert found.accuracy == pytest.approx((votes.argmax(axis=1) == labels).mean())
    assert found.auroc == pytest.approx(np.mean([roc_auc_score(labels == one, votes[:, one]) for one in range(3)]))


def test_links_are_told_by_distance_where_linked_pairs_are_nearer() -> None:
    line = np.arange(10.0)[:, None]
    edges = np.array([[i, i + 1] for i in range(9)])
    assert link_auroc(line, edges) == 1.0
    assert link_auroc(line, np.array([[0, 9]])) == pytest.approx(0.0)


def test_the_rate_rises_and_falls_in_lines() -> None:
    settings = Settings(weight=0.1, steps=150, seed=0, warmup=50, decay=0.05)
    assert rate_at(0, settings) == 1 / 50 and rate_at(49, settings) == 1.0 == rate_at(50, settings)
    assert rate_at(100, settings) == pytest.approx(0.525) and rate_at(150, settings) == pytest.approx(0.05)


def test_pre_training_draws_linked_sentences_together_and_is_the_same_again() -> None:
    rng = np.random.default_rng(0)
    sentences = [" ".join(rng.choice([f"w{i}" for i in range(30)], 8)) for _ in range(24)]
    tokens, edges = tokens_of(sentences), np.array([[i, j] for i in range(24) for j in range(i) if i % 3 == j % 3])
    assert (tokens.ids[:, 0] == 1).all() and tokens.ids.max() < tokens.vocabulary
    made = []
    for weight in (0.0, 0.5, 0.5):
        model = small_bert(tokens.vocabulary, width=16, layers=1, heads=2, feed_forward=32, longest=32, seed=0)
        course = pretrain(
            model, tokens, Links.of(edges, 24), Settings(weight=weight, steps=150, seed=0, warmup=10, rate=3e-3)
        )
        made.append((embedded(model, tokens), course))
    np.testing.assert_array_equal(made[1][0], made[2][0])
    assert np.isnan(made[0][1].structure).all() and not made[0][1].collapsed
    assert made[1][1].structure[-5:].mean() < 0.8 * made[1][1].structure[:5].mean()
    assert link_auroc(made[1][0], edges) > 0.8 > link_auroc(made[0][0], edges)


def table_of(changes: dict[tuple[str, str, str, float], float]) -> list:
    """Every run of the small size with the same numbers, save where `changes` says otherwise."""
    found = []
    for run in sipt.runs("small"):
        kinds = ("motif", "structural", "ego") if run.experiment == "topology" else ("topic",)
        said = {"link_auroc": 0.9, "collapsed": False, "n": 10}
        for kind in kinds:
            key = (run.experiment, run.world, kind, run.weight)
            good = 0.9 if run.weight else 0.5
            said |= {
                f"{kind}.auroc": changes.get(key, good),
                f"{kind}.accuracy": 1 - float(run.world) if run.experiment == "cliques" else good,
            }
            said |= {f"{kind}.tfidf": 0.6, f"{kind}.untrained": 0.5, f"{kind}.consistency": 0.8}
        if run.experiment == "cliques":
            said["link_auroc"] = 1 - float(run.world)
        found.append((run, said))
    return found


def test_the_verdicts_are_yes_where_the_pattern_is_there_and_no_where_not() -> None:
    falls = {("topology", "structural", "structural", 0.0): 0.9, ("topology", "structural", "structural", 0.1): 0.7}
    table = sipt_tables.long(table_of(falls))
    assert [one[:3] for one in sipt_tables.verdicts(table)] == ["yes"] * 4
    assert sipt_tables.topology(table)["same sign"].all() and len(sipt_tables.manifolds(table)) == 4
    broken = falls | {("manifold", "torus", "topic", 0.1): 0.7, ("topology", "ego", "ego", 0.1): 0.52}
    said = sipt_tables.verdicts(sipt_tables.long(table_of(broken)))
    assert [one[:3] for one in said] == ["NO ", "yes", "NO ", "yes"]


def test_the_command_makes_what_is_missing_once_and_prints_it_beside_the_paper(tmp_path, monkeypatch, capsys) -> None:
    results = dict(table_of({}))
    made = []

    def make(lacking, cache, say) -> None:
        from analysis.store import Store

        for run in lacking:
            made.append(run)
            Store(cache, ()).put(run.recipe(), content=results[run])

    monkeypatch.setattr(command, "_make", make)
    monkeypatch.setattr(command, "topics_kept", lambda store: None)
    for _ in range(2):
        assert main(["reproduce", "sipt", "--cache", str(tmp_path / "c"), "--out", str(tmp_path / "out")]) == 0
    assert len(made) == len(sipt.runs("small"))  # the second time nothing is made
    printed = capsys.readouterr().out
    assert "published λ=.1" in printed and "Same pattern, not same values" in printed
    assert (tmp_path / "out" / "sipt.md").read_text() in printed * 2
    assert len((tmp_path / "out" / "sipt.csv").read_text().splitlines()) > 500


@pytest.mark.parametrize(
    ("paper", "size", "says"), [("synthetic", "full", "give --size tiny or small"), ("sipt", "full", "tiny or small")]
)
def test_what_is_not_there_yet_is_said(paper, size, says, tmp_path, capsys) -> None:
    assert main(["reproduce", paper, "--size", size, "--cache", str(tmp_path)]) == 2
    assert says in capsys.readouterr().err


def test_a_class_whose_likeliest_texts_are_one_text_finds_others_farther_down() -> None:
    words = [f"{chr(97 + i // 10)}{chr(97 + i % 10)}x" for i in range(50)]
    said = [" ".join(words[5 * i : 5 * i + 5]) for i in range(10)]
    sentences = ["the same words every time"] * 40 + said
    shares = np.column_stack([np.linspace(0.9, 0.6, 50), np.linspace(0.1, 0.4, 50)])
    texts = texts_telling(np.zeros(6, np.int64), Topics(sentences, shares), 0)
    assert len(set(texts)) == 6 and set(texts) & set(said)
