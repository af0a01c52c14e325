"""Neighbours that answer: those of scikit-learn where train is given, never the sample's own repeats elsewhere."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import v_measure_score
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from analysis.registry import task_methods
from analysis.task import Split, Task
from analysis.tasks.answers import ClassAnswers, Clusters, ValueAnswers
from analysis.tasks.context import Context
from analysis.tasks.splits import units_of
from tests.worlds import categories, clusters, graph_of, numbers, space_of

TRAIN, TEST = np.arange(60), np.arange(60, 90)


def task_of(labels, units=None, *, given: bool = False) -> Task:
    splits = (Split(0, TRAIN, TEST),) if given else ()
    whole = np.arange(len(labels.known)) if units is None else units
    return Task("kind", "key", labels, whole, splits, (0,), given=given)


def test_given_training_samples_answer_as_in_scikit_learn() -> None:
    space, labels = clusters(n=90, apart=1.0)
    two = categories(*("x" if code else "y" for code in labels.codes))
    found = task_methods()["knn"].answer(space, task_of(two, given=True), Context(5, "euclidean")).answers[0]
    theirs = KNeighborsClassifier(5).fit(space.vectors[TRAIN], two.codes[TRAIN])
    assert isinstance(found, ClassAnswers) and np.array_equal(found.rows, TEST)
    assert np.array_equal(found.named, theirs.predict(space.vectors[TEST]))
    assert found.scores == pytest.approx(theirs.predict_proba(space.vectors[TEST]))


def test_given_numbers_are_foretold_by_the_mean_of_the_nearest() -> None:
    space, _ = clusters(n=90)
    values = space.vectors[:, 0].astype(float) ** 2
    found = (
        task_methods()["knn"].answer(space, task_of(numbers(values), given=True), Context(4, "euclidean")).answers[0]
    )
    theirs = KNeighborsRegressor(4).fit(space.vectors[TRAIN], values[TRAIN])
    assert isinstance(found, ValueAnswers)
    assert found.foretold == pytest.approx(theirs.predict(space.vectors[TEST]), rel=1e-5)


@pytest.mark.parametrize("method", ["knn", "retrieval"])
def test_a_repeat_never_answers_for_its_twin(method: str) -> None:
    rng = np.random.default_rng(0)
    points = np.repeat(rng.normal(size=(200, 5)), 2, axis=0)
    labels = categories(*(f"c{code}" for code in np.repeat(rng.integers(2, size=200), 2)))
    space = space_of(points)
    context = Context(1, "euclidean", 0, graph_of(space, 12))
    ones = np.ones((1, 400))

    def number(units) -> float:
        answers = task_methods()[method].answer(space, task_of(labels, units), context).answers[0]
        return float(answers.numbers(ones)["accuracy" if method == "knn" else "ndcg@10"][0])

    twins, alone = number(None), number(units_of(np.repeat(np.arange(200), 2).tolist()))
    assert alone == pytest.approx(0.5, abs=0.1) and twins > alone + 0.1


def test_clusters_are_those_of_k_means_on_unit_vectors() -> None:
    space, labels = clusters(n=90, apart=3.0)
    found = task_methods()["cluster"].answer(space, task_of(labels), Context(5, "cosine")).answers[0]
    unit = space.vectors / np.linalg.norm(space.vectors, axis=1, keepdims=True)
    theirs = KMeans(3, n_init=1, random_state=0).fit_predict(unit)
    assert isinstance(found, Clusters)
    assert float(found.numbers(np.ones((1, 90)))["v_measure"][0]) == pytest.approx(
        v_measure_score(labels.codes, theirs)
    )
