"""Label agreement against voting by hand, scikit-learn and scipy."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.neighbors import KNeighborsClassifier

from analysis.geometry.label_agreement import ANALYSIS
from analysis.geometry.votes import rank_correlation_interval, share_interval
from analysis.knn_graph import KnnGraph
from analysis.labels import Labels
from analysis.number import CannotAnalyze, Number
from analysis.plugin import NEIGHBOR_STRETCH, Params
from analysis.uncertainty import answer
from tests.worlds import ask, categories, clusters, graph_of, numbers, space_of


def vote_by_hand(graph: KnnGraph, labels: list[str | None]) -> list[float]:
    """Credit of each sample that has a label and a neighbour with one."""
    credits = []
    for own, near in zip(labels, graph.indices.tolist(), strict=True):
        votes = Counter(labels[row] for row in near if labels[row] is not None)
        if own is None or not votes:
            continue
        winners = [name for name, count in votes.items() if count == max(votes.values())]
        credits.append(1 / len(winners) if own in winners else 0.0)
    return credits


@pytest.mark.parametrize("k", [1, 4, 7])
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_accuracy_equals_votes_counted_by_hand(k: int, missing: float) -> None:
    rng = np.random.default_rng(k)
    names = [None if rng.random() < missing else str(rng.choice(["a", "b", "c", "d"])) for _ in range(150)]
    space = space_of(rng.standard_normal((150, 3)))
    number = ask(ANALYSIS, space, categories(*names), k=k).numbers["knn_accuracy"]
    credits = vote_by_hand(graph_of(space, k), names)
    assert number.value == pytest.approx(np.mean(credits), abs=1e-12)
    assert number.n == len(credits)


def test_accuracy_without_ties_equals_scikit_learns_leave_one_out() -> None:
    """Two classes and odd k cannot tie."""
    rng = np.random.default_rng(3)
    vectors, codes = rng.standard_normal((80, 3)), rng.integers(2, size=80)
    vectors[:, 0] += codes
    space = space_of(vectors)
    right = []
    for left_out in range(80):
        rest = np.arange(80) != left_out
        model = KNeighborsClassifier(5, algorithm="brute").fit(space.vectors[rest].astype(np.float64), codes[rest])
        right.append(model.predict(space.vectors[[left_out]].astype(np.float64))[0] == codes[left_out])
    got = ask(ANALYSIS, space, categories(*map(str, codes)), k=5).numbers["knn_accuracy"].value
    assert got == pytest.approx(np.mean(right), abs=1e-12)


def test_rank_correlation_equals_scipys() -> None:
    rng = np.random.default_rng(0)
    space = space_of(rng.standard_normal((120, 2)))
    sizes = space.vectors[:, 0] + 0.5 * rng.standard_normal(120)
    sizes[rng.random(120) < 0.2] = np.nan
    graph = graph_of(space, 6)
    means = np.array([np.nanmean(sizes[near]) for near in graph.indices])
    known = np.isfinite(sizes)
    result = ask(ANALYSIS, space, numbers(sizes), k=6)
    number = result.numbers["knn_spearman"]
    assert number.value == pytest.approx(spearmanr(sizes[known], means[known]).statistic, abs=1e-12)
    assert number.n == int(known.sum())
    assert result.points["neighbors_mean"][known] == pytest.approx(means[known])
    assert result.tables["by_value"]["n"].sum() == known.sum()


def line(*labels: str | None) -> tuple[object, Labels]:
    return space_of(np.arange(len(labels), dtype=float)[:, None]), categories(*labels)


def test_samples_whose_neighbours_all_lack_a_label_are_left_out_and_counted() -> None:
    space, labels = line("a", None, None, "b", "b", "a")
    space = space_of([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]])
    result = ask(ANALYSIS, space, labels, k=2)
    assert result.numbers["knn_accuracy"].n == 3
    assert np.isnan(result.points["correct"][:3]).all()
    assert "2 samples without a label" in result.notes[0]
    assert "1 samples are left out" in result.notes[1]


def test_k_beyond_the_labelled_samples_still_votes_with_those_there_are() -> None:
    space, labels = line("a", "a", None, None, None, None, "b", "b")
    number = ask(ANALYSIS, space, labels, k=7).numbers["knn_accuracy"]
    assert number.n == 4
    assert number.value == 0.0  # of the 3 other labelled samples two are of the other class


def test_one_class_has_no_answer() -> None:
    space, labels = line("a", "a", "a", None)
    with pytest.raises(CannotAnalyze, match="one class") as caught:
        ask(ANALYSIS, space, labels, k=2)
    assert caught.value.numbers == ("knn_accuracy",)


def test_no_labelled_neighbour_at_all_has_no_answer() -> None:
    space = space_of([[0.0], [0.1], [5.0], [5.1]])
    with pytest.raises(CannotAnalyze, match="No neighbour"):
        ask(ANALYSIS, space, categories("a", None, "b", None), k=1)


def test_a_number_that_does_not_vary_has_no_answer() -> None:
    with pytest.raises(CannotAnalyze, match="does not vary"):
        ask(ANALYSIS, space_of(np.arange(9.0)[:, None]), numbers(np.ones(9)), k=2)


def test_two_samples_of_two_classes_are_always_wrong() -> None:
    number = ask(ANALYSIS, space_of([[0.0], [1.0]]), categories("a", "b"), k=1).numbers["knn_accuracy"]
    assert number.value == 0.0
    assert number.low == pytest.approx(0, abs=1e-12)
    assert number.high > 0.5


def test_tables_tell_accuracy_per_class_and_who_is_taken_for_whom() -> None:
    graph = KnnGraph(
        "g",
        "euclidean",
        "exact",
        np.array([[1, 2], [0, 2], [3, 4], [2, 4], [2, 3]], np.int32),
        np.ones((5, 2), np.float32),
        Number(value=1.0),
    )
    labels = categories("a", "a", "a", "b", "b")
    result = ANALYSIS.compute(space_of(np.zeros((5, 1))), Params(), neighbors=graph, labels=labels)
    classes = result.tables["classes"].set_index("label")
    assert classes["n"].to_dict() == {"a": 3, "b": 2}
    assert classes["accuracy"].to_dict() == {"a": pytest.approx(2 / 3), "b": 0.5}
    # row 2 is surrounded by b; rows 3 and 4 tie and their nearest neighbour is a
    expected = pd.DataFrame(
        {"label": ["b", "a"], "taken_for": ["a", "b"], "samples": [2, 1], "share_of_label": [1.0, 1 / 3]}
    )
    pd.testing.assert_frame_equal(result.tables["confusions"], expected, check_dtype=False)
    assert result.points["agreement"].tolist() == [1.0, 1.0, 0.0, 0.5, 0.5]


def test_dealt_labels_lie_in_their_null_and_real_ones_above() -> None:
    space, labels = clusters()
    needs = {"neighbors": graph_of(space, 5), "labels": labels}
    number = answer(ANALYSIS, space, Params(), needs, draws=100, seed=0, k=5).numbers["knn_accuracy@5"]
    assert number.low > number.null_high
    assert number.null_mean == pytest.approx(1 / 3, abs=0.05)
    needs["labels"] = labels.permuted(np.random.default_rng(8))
    dealt = answer(ANALYSIS, space, Params(), needs, draws=100, seed=0, k=5).numbers["knn_accuracy@5"]
    assert dealt.beyond_null is False


def test_the_interval_of_a_share_is_wilsons() -> None:
    """Each end solves the score equation that Wilson's interval inverts, for 10 of 50 effective samples."""
    n = 50 * NEIGHBOR_STRETCH**2
    low, high = share_interval(0.2, n)
    for end in (float(low), float(high)):
        assert abs(0.2 - end) / np.sqrt(end * (1 - end) / 50) == pytest.approx(1.959964, abs=1e-6)


def test_the_interval_of_a_correlation_holds_it_even_at_its_ends() -> None:
    for rho in (-1.0, -0.3, 0.0, 0.999, 1.0):
        low, high = rank_correlation_interval(rho, 40)
        assert -1 <= low <= rho <= high <= 1


def test_figures_state_the_finding_for_classes_and_for_numbers() -> None:
    space, labels = clusters()
    result = ask(ANALYSIS, space, labels)
    figure = ANALYSIS.figure(result)
    assert f"{result.numbers['knn_accuracy'].value:.2f}"[:3] in figure.layout.title.text
    assert "commonest kind" in figure.layout.title.text
    assert list(figure.data[0].x) == result.tables["classes"]["accuracy"].tolist()
    values = ANALYSIS.figure(ask(ANALYSIS, space, numbers(space.vectors[:, 0])))
    assert "size" in values.layout.xaxis.title.text
