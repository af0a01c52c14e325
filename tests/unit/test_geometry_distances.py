"""Distances against scipy's pdist, the AUROC against scikit-learn's, tables against counting by hand."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform
from sklearn.metrics import roc_auc_score

from analysis.geometry import pair_counts, pairs
from analysis.geometry.distances import ANALYSIS
from analysis.labels import Labels
from analysis.plugin import Params
from analysis.result import Result
from analysis.space import EmbeddingSpace
from analysis.uncertainty import answer
from tests.worlds import ask, categories, clusters, graph_of, needs_of, numbers, space_of

METRICS = ("cosine", "euclidean", "dot")


def world(n: int = 300, d: int = 12, seed: int = 0) -> tuple[EmbeddingSpace, Labels]:
    """Four classes of uneven size, some samples without a label, far from zero."""
    rng = np.random.default_rng(seed)
    codes = rng.choice(5, n, p=[0.4, 0.3, 0.15, 0.1, 0.05])
    vectors = rng.standard_normal((5, d))[codes] * 0.6 + rng.standard_normal((n, d)) + 1.5
    return space_of(vectors), categories(*(None if code == 4 else f"c{code}" for code in codes))


def by_scipy(space: EmbeddingSpace, metric: str) -> np.ndarray:
    """All distances, (n, n), in double precision."""
    vectors = space.vectors.astype(np.float64)
    return -vectors @ vectors.T if metric == "dot" else squareform(pdist(vectors, metric))


def by_sklearn(apart: np.ndarray, codes: np.ndarray) -> float:
    """Chance that a pair between is farther than one within, over labelled pairs."""
    first, second = np.triu_indices(len(codes), 1)
    known = (codes[first] >= 0) & (codes[second] >= 0)
    return roc_auc_score((codes[first] != codes[second])[known], apart[first, second][known])


def asked(space: EmbeddingSpace, labels: Labels | None, metric: str = "euclidean", k: int = 12) -> Result:
    """The analysis; the graph is made of the same metric, dot's by euclidean neighbors, which only some tables show."""
    needs = {"neighbors": graph_of(space, k, "euclidean" if metric == "dot" else metric)}
    return ANALYSIS.compute(space, Params(), metric=metric, labels=labels, **needs)


@pytest.fixture(params=[2000, 100], ids=["double precision, exact", "single precision, binned"])
def precision(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Both ways, on the same small worlds; the second with tiles of several sizes."""
    for module in (pairs, pair_counts):
        monkeypatch.setattr(module, "DOUBLE", request.param)
    monkeypatch.setattr("analysis.geometry.separation.DOUBLE", request.param)
    if request.param == 100:
        monkeypatch.setattr(pairs, "HEIGHT", 64)
        monkeypatch.setattr(pairs, "WIDTH", 150)
    return request.param == 2000


@pytest.mark.parametrize("metric", METRICS)
def test_distances_equal_scipys(precision: bool, metric: str) -> None:
    space, labels = world()
    true, result = by_scipy(space, metric), asked(space, labels, metric)
    off = ~np.eye(space.n, dtype=bool)
    expected = np.where(off, true, 0).sum(axis=1) / (space.n - 1)
    assert result.points["mean_distance"] == pytest.approx(expected, rel=2e-5)
    farthest = result.tables["farthest_pairs"]
    assert farthest["distance"].to_numpy() == pytest.approx(np.sort(true[np.triu_indices(space.n, 1)])[::-1][:20])
    assert farthest["distance"].to_numpy() == pytest.approx(true[farthest["row_a"], farthest["row_b"]])


@pytest.mark.parametrize("metric", METRICS)
def test_histograms_count_each_pair_once_and_where_it_belongs(precision: bool, metric: str) -> None:
    space, labels = world()
    arrays, true = asked(space, labels, metric).arrays, by_scipy(space, metric)
    first, second = np.triu_indices(space.n, 1)
    apart, edges = true[first, second], arrays["edges"]
    inside = (labels.codes[first] == labels.codes[second]) & (labels.codes[first] >= 0)
    known = (labels.codes[first] >= 0) & (labels.codes[second] >= 0)
    for name, chosen in (("all", apart), ("within", apart[inside]), ("between", apart[known & ~inside])):
        assert arrays[name].sum() == len(chosen)
        whole = np.cumsum(arrays[name]) - np.searchsorted(np.sort(chosen), edges[1:])
        assert np.abs(whole).max() <= (0 if precision else 3)  # a pair at an edge may be rounded across it


@pytest.mark.parametrize("metric", METRICS)
def test_the_auroc_is_scikit_learns(precision: bool, metric: str) -> None:
    space, labels = world()
    expected = by_sklearn(by_scipy(space, metric), labels.codes)
    result = asked(space, labels, metric)
    number = result.numbers["within_between_auroc"]
    assert number.value == pytest.approx(expected, abs=1e-7 if precision else 1e-4)  # ties are told in single precision
    assert number.n == int(labels.known.sum())
    assert any("at most" in note for note in result.notes) is not precision


def test_the_bound_on_binning_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "BINS", 20)
    monkeypatch.setattr(pair_counts, "BINS", 20)
    monkeypatch.setattr(pair_counts, "SPARE", 21)
    space, labels = clusters(n=120)
    codes = np.sort(labels.codes)
    order = np.argsort(labels.codes, kind="stable")
    made = pairs.pairs_of(space.vectors[order], "euclidean")
    counted = pair_counts.count_pairs(made, codes, np.zeros(120, np.intp))
    value, bound = pair_counts.auroc(counted.within, counted.between)
    assert 0 < abs(value - by_sklearn(by_scipy(space, "euclidean"), labels.codes)) <= bound < 0.1


def test_contrast_is_the_mean_over_samples() -> None:
    space, labels = world()
    for metric in ("cosine", "euclidean"):
        true, result = by_scipy(space, metric), asked(space, labels, metric)
        near = np.where(np.eye(space.n, dtype=bool), np.inf, true).min(axis=1)
        expected = (true.max(axis=1) - near) / near
        assert result.points["contrast"] == pytest.approx(expected, rel=1e-5)
        assert result.numbers["contrast"].value == pytest.approx(expected.mean(), rel=1e-5)


def test_inner_products_have_no_contrast() -> None:
    assert "no distances" in asked(*world(), "dot").numbers["contrast"].why


def test_copies_are_left_out_of_the_contrast_and_counted() -> None:
    result = ask(ANALYSIS, space_of([[0, 0], [0, 0], [1, 0], [3, 0]]), None, k=2)
    assert result.numbers["contrast"].value == pytest.approx(((2 - 1) / 1 + (3 - 2) / 2) / 2)
    assert result.numbers["contrast"].n == 2
    assert any(note.startswith("2 samples with a copy") for note in result.notes)
    assert result.tables["nearest_pairs"]["distance"].iloc[0] == 0


def test_the_nearest_pairs_are_those_of_all_pairs() -> None:
    space, labels = world()
    table = asked(space, labels).tables["nearest_pairs"]
    apart = by_scipy(space, "euclidean")
    assert table["distance"].to_numpy() == pytest.approx(np.sort(apart[np.triu_indices(space.n, 1)])[:20], rel=1e-5)
    assert [space.ids[row] for row in table["row_a"]] == list(table["id_a"])
    assert len(table.drop_duplicates(["row_a", "row_b"])) == 20


@pytest.mark.parametrize("metric", METRICS)
def test_class_means_are_means_over_their_pairs(precision: bool, metric: str) -> None:
    space, labels = world()
    true, table = by_scipy(space, metric), asked(space, labels, metric).tables["classes"]
    codes = labels.codes
    for row in table.itertuples():
        one, other = (labels.classes.index(name) if name in labels.classes else -1 for name in (row.label, row.other))
        block = true[np.ix_(codes == one, codes == other)]
        chosen = block[np.triu_indices(len(block), 1)] if one == other else block.ravel()
        assert row.pairs == len(chosen)
        assert row.mean_distance == pytest.approx(chosen.mean(), rel=2e-5)
    assert len(table) == 5 * 6 / 2


def test_the_nearest_other_class_is_the_one_with_the_smallest_mean() -> None:
    space, labels = world()
    true = by_scipy(space, "euclidean")
    means = np.stack([true[:, labels.codes == code].mean(axis=1) for code in range(4)], axis=1)
    means[np.arange(space.n)[labels.known], labels.codes[labels.known]] = np.inf
    expected = np.where(labels.known, means.min(axis=1), np.nan)
    assert asked(space, labels).points["nearest_other_class"] == pytest.approx(expected, rel=1e-5, nan_ok=True)


def test_small_classes_share_a_row_and_the_heat_map_stays_small() -> None:
    rng = np.random.default_rng(0)
    names = [f"c{code}" for code in rng.integers(60, size=4000)]
    space, labels = space_of(rng.standard_normal((4000, 3))), categories(*names)
    result = asked(space, labels)
    assert "(the rest)" in set(result.tables["classes"]["label"])
    assert result.tables["classes"]["pairs"].sum() == 4000 * 3999 // 2
    heat = result.arrays["heat_map"]
    assert 100 < len(heat) <= 200
    assert len(result.arrays["heat_map_of"]) == len(heat)
    assert np.isfinite(heat).all()
    assert heat == pytest.approx(heat.T, rel=1e-5)


def test_the_heat_map_is_the_mean_of_its_cells() -> None:
    space, labels = clusters(n=96)
    heat = asked(space, labels).arrays["heat_map"]  # two cells of 16 samples for each of three classes of 32
    rows = np.concatenate([np.flatnonzero(labels.codes == code) for code in range(3)]).reshape(6, 16)
    apart = by_scipy(space, "euclidean")
    assert heat.shape == (6, 6)
    assert heat[0, 3] == pytest.approx(apart[np.ix_(rows[0], rows[3])].mean(), rel=1e-5)
    assert heat[2, 2] == pytest.approx(apart[np.ix_(rows[2], rows[2])].sum() / (16 * 15), rel=1e-5)


def test_growth_is_the_mean_over_the_graph() -> None:
    space, labels = world()
    table = asked(space, labels).tables["growth"]
    near = np.sort(by_scipy(space, "euclidean"), axis=1)[:, 1:13]
    assert table["mean_distance"].to_numpy() == pytest.approx(near.mean(axis=0), rel=1e-5)
    assert table["log_distance"].to_numpy() == pytest.approx(np.log(near.mean(axis=0)), abs=1e-5)


def test_classes_far_apart_are_told_apart_in_every_case() -> None:
    space = space_of(np.repeat([[0.0, 0.0], [50.0, 0.0]], 20, axis=0) + np.random.default_rng(0).random((40, 2)))
    number = asked(space, categories(*["a"] * 20, *["b"] * 20)).numbers["within_between_auroc"]
    assert number.value == 1
    assert number.low is None


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (None, "no label column"),
        (numbers(np.linspace(0, 1, 60)), "holds numbers"),
        (categories(*["a"] * 60), "one class"),
        (categories(*(f"c{row}" for row in range(60))), "No two samples"),
        (categories(*[None] * 60), "no labelled sample"),
    ],
)
def test_without_classes_only_the_separation_has_no_answer(labels: Labels | None, words: str) -> None:
    space, _ = world(60)
    needs = needs_of(ANALYSIS, space, labels)
    result = answer(ANALYSIS, space, Params(), needs, draws=40, seed=0, k=5)
    assert words in result.numbers["within_between_auroc"].why
    assert result.numbers["contrast"].value is not None
    assert any(character.isdigit() for character in ANALYSIS.figure(result).layout.title.text)


@pytest.mark.parametrize("metric", METRICS)
def test_equal_vectors_have_no_answer(metric: str) -> None:
    space, labels = space_of(np.full((9, 4), 0.3)), categories(*"aaabbbccc")
    needs = {"neighbors": graph_of(space, 3), "labels": labels, "metric": metric}
    result = answer(ANALYSIS, space, Params(), needs, draws=0, seed=0, k=3)
    assert all("equal" in number.why for number in result.numbers.values())


def test_zero_vectors_have_no_cosine_distance_and_are_counted() -> None:
    space, _ = world(50)
    vectors = space.vectors.copy()
    vectors[7] = 0
    there = np.arange(50) != 7
    whole, rest = (asked(space_of(rows), None, "euclidean").arrays["all"].sum() for rows in (vectors, vectors[there]))
    assert whole - rest == 49
    graph = graph_of(space_of(vectors), 5)
    result = ANALYSIS.compute(space_of(vectors), Params(), neighbors=graph, metric="cosine", labels=None)
    assert result.arrays["all"].sum() == 49 * 48 // 2
    assert np.isnan(result.points["mean_distance"][7])
    assert any("1 zero vectors" in note for note in result.notes)


def test_beyond_the_exact_size_a_sample_stands_for_all_and_the_notes_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    space, labels = world(900)
    whole = asked(space, labels)
    monkeypatch.setattr("analysis.geometry.pairs.EXACT", 500)
    monkeypatch.setattr("analysis.geometry.pairs.SAMPLE", 400)
    part = asked(space, labels)
    assert "400 of 900" in part.notes[0]
    assert part.arrays["all"].sum() == 400 * 399 // 2
    a, b = (result.numbers["within_between_auroc"] for result in (whole, part))
    assert b.low < a.value < b.high
    assert b.high - b.low > a.high - a.low


def test_the_figure_states_the_separation() -> None:
    figure = ANALYSIS.figure(asked(*clusters()))
    assert figure.layout.title.text.startswith("Another kind is farther than the same in 0.")
    assert [trace.name for trace in figure.data] == ["same kind", "another kind"]
    bars = figure.data[0]
    assert np.sum(bars.y) * (bars.x[1] - bars.x[0]) == pytest.approx(1, rel=0.02)
