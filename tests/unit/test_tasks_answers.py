"""Numbers of answers equal scikit-learn's, with and without weights; chance knows nothing."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    matthews_corrcoef,
    ndcg_score,
    roc_auc_score,
    v_measure_score,
)

from analysis.tasks.answers import ClassAnswers, Clusters, ValueAnswers
from analysis.tasks.retrieval import contributions


def drawn(n: int, seed: int = 0) -> tuple[np.random.Generator, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng, rng.integers(0, 4, size=(5, n)).astype(float)


def classes(count: int, n: int = 120) -> tuple[ClassAnswers, np.ndarray]:
    rng, weights = drawn(n, count)
    truth = rng.integers(count, size=n)
    scores = np.round(rng.random((n, count)) + np.eye(count)[truth] * 0.4, 1)
    scores /= scores.sum(axis=1, keepdims=True)
    if count == 2:
        scores = np.round(scores, 2)
        scores[:, 0] = 1 - scores[:, 1]
    return ClassAnswers(np.arange(n), truth, scores.argmax(axis=1), scores), weights


@pytest.mark.parametrize("count", [2, 3, 7])
def test_numbers_of_classes_are_those_of_scikit_learn(count: int) -> None:
    answers, weights = classes(count)
    ones = np.ones((1, len(answers.rows)))
    for rows in (ones, weights):
        found = answers.numbers(rows)
        for i, w in enumerate(rows):
            t, p, s = answers.truth, answers.named, answers.scores
            own = s[:, 1] if count == 2 else s
            assert found["accuracy"][i] == pytest.approx(accuracy_score(t, p, sample_weight=w))
            assert found["macro_f1"][i] == pytest.approx(f1_score(t, p, average="macro", sample_weight=w))
            assert found["mcc"][i] == pytest.approx(matthews_corrcoef(t, p, sample_weight=w))
            each = [roc_auc_score(t == c, s[:, c], sample_weight=w) for c in ([1] if count == 2 else range(count))]
            assert found["auroc"][i] == pytest.approx(np.mean(each))
            if (w == 1).all():
                kind = {} if count == 2 else {"multi_class": "ovr"}
                assert found["auroc"][i] == pytest.approx(roc_auc_score(t, own, **kind))


def test_a_number_without_an_answer_is_not_a_number() -> None:
    alone = ClassAnswers(np.arange(4), np.zeros(4, int), np.zeros(4, int), np.ones((4, 2)))
    found = alone.numbers(np.ones((1, 4)))
    assert found["accuracy"][0] == 1 and np.isnan(found["mcc"][0]) and np.isnan(found["auroc"][0])


def test_rank_correlation_is_that_of_scipy_with_repeats_for_weights() -> None:
    rng, weights = drawn(50)
    a, b = rng.integers(6, size=50).astype(float), rng.normal(size=50)
    found = ValueAnswers(np.arange(50), a, b).numbers(weights)["spearman"]
    for value, w in zip(found, weights.astype(int), strict=True):
        assert value == pytest.approx(spearmanr(np.repeat(a, w), np.repeat(b, w)).statistic)


def test_v_measure_is_that_of_scikit_learn() -> None:
    rng, weights = drawn(80)
    truth, cluster = rng.integers(4, size=80), rng.integers(5, size=80)
    cluster[:40] = truth[:40]
    found = Clusters(np.arange(80), truth, cluster).numbers(weights)["v_measure"]
    for value, w in zip(found, weights.astype(int), strict=True):
        assert value == pytest.approx(v_measure_score(np.repeat(truth, w), np.repeat(cluster, w)))


def test_ndcg_is_that_of_scikit_learn_and_recall_is_counted() -> None:
    rng = np.random.default_rng(3)
    relevance = rng.random((6, 30)) < 0.2
    relevance[0] = False
    found = np.where(relevance, 1, 0)
    each = contributions(found, np.ones(6, int), relevance.sum(axis=1), 12)
    order = np.tile(-np.arange(30.0), (6, 1))
    assert np.isnan(each["ndcg@10"][0]) and np.isnan(each["recall@12"][0])
    for i in range(1, 6):
        assert each["ndcg@10"][i] == pytest.approx(ndcg_score(relevance[i : i + 1], order[i : i + 1], k=10))
        assert each["recall@12"][i] == pytest.approx(relevance[i, :12].sum() / relevance[i].sum())


def test_under_chance_answers_know_nothing() -> None:
    answers, _ = classes(3, n=400)
    dealt = [answers.dealt(np.random.default_rng(seed)).numbers(np.ones((1, 400))) for seed in range(30)]
    assert np.mean([one["auroc"] for one in dealt]) == pytest.approx(0.5, abs=0.01)
    assert np.mean([one["mcc"] for one in dealt]) == pytest.approx(0, abs=0.02)
    shares = np.bincount(answers.truth) @ np.bincount(answers.named) / 400**2
    assert np.mean([one["accuracy"] for one in dealt]) == pytest.approx(shares, abs=0.01)
