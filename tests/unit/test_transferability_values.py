"""Each estimator against a written-out definition, H-score and LogME against what the reference packages say."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.covariance import ledoit_wolf
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.mixture import GaussianMixture

from analysis.labels import Labels, labels_of
from analysis.number import Number
from analysis.registry import estimators
from analysis.space import EmbeddingSpace
from analysis.transfer import estimate
from tests.worlds import numbers as numeric
from tests.worlds import space_of

Wide = npt.NDArray[np.float64]
World = tuple[Wide, npt.NDArray[np.intp]]


def classes(codes: npt.ArrayLike) -> Labels:
    return labels_of("kind", pd.Series(np.asarray(codes)).map("c{:03d}".format))


def number(vectors: npt.ArrayLike, labels: Labels, name: str) -> Number:
    return estimate(space_of(vectors), labels, [estimators()[name]], draws=0, seed=0).numbers[name]


def value(vectors: npt.ArrayLike, labels: Labels, name: str) -> float:
    found = number(vectors, labels, name).value
    assert found is not None
    return found


def iris() -> World:
    vectors, codes = load_iris(return_X_y=True)
    return vectors.astype(np.float32).astype(float), codes


def digits() -> World:
    return load_digits(return_X_y=True)


def cloud(n: int = 200, d: int = 30, count: int = 4, apart: float = 0.5) -> World:
    rng = np.random.default_rng(n + d)
    codes = np.concatenate([np.arange(count), rng.integers(count, size=n - count)])
    vectors = rng.normal(size=(n, d)) + apart * rng.normal(size=(count, d))[codes] + 2 * rng.normal(size=d)
    return vectors.astype(np.float32).astype(float), codes


def wide() -> World:
    return cloud(60, 100, 3)


WORLDS = pytest.mark.parametrize("world", [iris, digits, cloud, wide])


def h_score_written_out(x: Wide, y: npt.NDArray[np.intp]) -> float:
    """By transformer-ranker's recipe, with scikit-learn's Ledoit-Wolf in the covariance."""
    n = len(x)
    covariance, alpha = ledoit_wolf(x)
    centered = x - x.mean(axis=0)
    between = sum((y == c).sum() * np.outer(m := centered[y == c].mean(axis=0), m) for c in np.unique(y)) / (n - 1)
    return float(np.trace(np.linalg.pinv(covariance, rcond=1e-15) @ ((1 - alpha) * between)))


def logme_written_out(x: Wide, columns: Wide) -> float:
    """The fixed point of thuml/LogME, one column after the other."""
    n, d = x.shape
    u, s, _ = np.linalg.svd(x, full_matrices=False)
    found = []
    for y in columns.T:
        alpha = beta = 1.0
        z = (u.T @ y) ** 2
        for _ in range(11):
            t = alpha / beta
            gamma = np.sum(s**2 / (s**2 + t))
            m2 = np.sum(s**2 * z / (t + s**2) ** 2)
            r2 = np.sum(z / (1 + s**2 / t) ** 2) + y @ y - z.sum()
            alpha, beta = gamma / (m2 + 1e-5), (n - gamma) / (r2 + 1e-5)
            if abs(alpha / beta - t) / t <= 1e-3:
                break
        log = d / 2 * np.log(alpha) + n / 2 * np.log(beta) - 0.5 * np.sum(np.log(alpha + beta * s**2))
        found.append((log - beta / 2 * r2 - alpha / 2 * m2 - n / 2 * np.log(2 * np.pi)) / n)
    return float(np.mean(found))


def one_hot(y: npt.NDArray[np.intp]) -> Wide:
    return np.eye(y.max() + 1)[y]


@WORLDS
def test_h_score_is_what_its_recipe_gives(world: Callable[[], World]) -> None:
    x, y = world()
    assert value(x, classes(y), "h_score") == pytest.approx(h_score_written_out(x, y), rel=1e-6)


@WORLDS
def test_logme_of_classes_is_what_its_recipe_gives(world: Callable[[], World]) -> None:
    x, y = world()
    assert value(x, classes(y), "logme") == pytest.approx(logme_written_out(x, one_hot(y)), rel=1e-6)


@pytest.mark.parametrize(("n", "d"), [(200, 30), (60, 100)])
def test_logme_of_numbers_is_what_its_recipe_gives(n: int, d: int) -> None:
    x, _ = cloud(n, d)
    y = x[:, :5].sum(axis=1) + np.random.default_rng(0).normal(size=n)
    assert value(x, numeric(y), "logme") == pytest.approx(logme_written_out(x, y[:, None]), rel=1e-6)


# What the packages' own code gave, run once: transformer-ranker 0.2.0 and thuml/LogME.
@pytest.mark.parametrize(
    ("world", "h_score", "ranker", "thuml"),
    [(load_iris, 1.17784250, -0.16006021, -0.16006024), (load_digits, 5.85143312, 0.27027747, 0.27027746)],
)
def test_values_equal_those_of_the_reference_packages(
    world: Callable[..., World], h_score: float, ranker: float, thuml: float
) -> None:
    x, y = world(return_X_y=True)
    assert value(x, classes(y), "h_score") == pytest.approx(h_score, rel=1e-7)
    assert value(x, classes(y), "logme") == pytest.approx(thuml, abs=1e-7)
    assert value(x, classes(y), "logme") == pytest.approx(ranker, abs=1e-7)


def test_logme_of_numbers_equals_that_of_the_reference_packages() -> None:
    x, y = load_diabetes(return_X_y=True)
    assert value(x, numeric(y), "logme") == pytest.approx(-6.52356396, rel=1e-8)


@pytest.mark.shared
def test_h_score_and_logme_of_real_texts_are_what_their_recipes_give(shared_data: Path) -> None:
    file = shared_data / "text_tasks" / "banking77" / "test.csv"
    with file.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))[::2]
    y = np.unique([row["category"] for row in rows], return_inverse=True)[1]
    x = HashingVectorizer(n_features=96, norm="l2").transform([row["text"] for row in rows]).toarray()
    x = x.astype(np.float32).astype(float)
    assert len(np.unique(y)) == 77
    assert value(x, classes(y), "h_score") == pytest.approx(h_score_written_out(x, y), rel=1e-6)
    assert value(x, classes(y), "logme") == pytest.approx(logme_written_out(x, one_hot(y)), rel=1e-6)
    # What transformer-ranker 0.2.0 and thuml/LogME themselves gave.
    assert value(x, classes(y), "h_score") == pytest.approx(14.6696155, rel=1e-7)
    assert value(x, classes(y), "logme") == pytest.approx(0.8051863, abs=2e-7)


def coding_rate(z: Wide) -> float:
    n, d = z.shape
    return 0.5 * float(np.linalg.slogdet(np.eye(d) + z.T @ z / (n * 1e-4))[1])


@WORLDS
def test_transrate_is_the_coding_rate_that_labels_save(world: Callable[[], World]) -> None:
    x, y = world()
    z = x - x.mean(axis=0)
    z /= np.sqrt(np.mean(np.sum(z**2, axis=1)))
    saved = coding_rate(z) - sum((y == c).mean() * coding_rate(z[y == c]) for c in np.unique(y))
    assert value(x, classes(y), "transrate") == pytest.approx(saved, rel=1e-6)


@WORLDS
def test_gbc_is_minus_the_sum_of_bhattacharyya_coefficients(world: Callable[[], World]) -> None:
    x, y = world()
    z = x - x.mean(axis=0)
    _, s, axes = np.linalg.svd(z, full_matrices=False)
    z = z @ axes[s > 1e-6 * s[0]][:64].T
    floor, total = 1e-4 * z.var(axis=0).mean(), 0.0
    stats = [(z[y == c].mean(axis=0), np.maximum(z[y == c].var(axis=0), floor)) for c in np.unique(y)]
    for i, (m, v) in enumerate(stats):
        for j, (other, w) in enumerate(stats):
            if i != j:
                s2 = (v + w) / 2
                total += np.exp(-np.sum((m - other) ** 2 / s2) / 8 - 0.5 * np.sum(np.log(s2 / np.sqrt(v * w))))
    assert value(x, classes(y), "gbc") == pytest.approx(-total, rel=1e-5)


@pytest.mark.parametrize("world", [iris, cloud, wide])
def test_parc_is_the_rank_correlation_of_two_matrices_of_dissimilarities(world: Callable[[], World]) -> None:
    x, y = world()
    pairs = np.triu_indices(len(x), 1)
    features, labels = 1 - np.corrcoef((x - x.mean(axis=0)) / x.std(axis=0)), 1 - np.corrcoef(one_hot(y))
    expected = spearmanr(features[pairs], labels.round(9)[pairs]).statistic
    assert value(x, classes(y), "parc") == pytest.approx(expected, abs=2e-5)  # float ties of a constant pair


@pytest.mark.parametrize("world", [iris, cloud, wide])
def test_nleep_is_the_mean_log_expected_label_of_a_mixture(world: Callable[[], World]) -> None:
    x, y = world()
    z = x - x.mean(axis=0)
    _, s, axes = np.linalg.svd(z, full_matrices=False)
    axes = axes * np.sign(axes.sum(axis=1, keepdims=True))
    z = z @ axes[: np.searchsorted(np.cumsum(s**2) / np.sum(s**2), 0.8) + 1].T
    count = min(5 * len(np.unique(y)), max(len(np.unique(y)), len(x) // 10))
    floor = 1e-3 * z.var(axis=0).mean()
    mixture = GaussianMixture(count, covariance_type="diag", reg_covar=floor, max_iter=50, random_state=0).fit(z)
    r = mixture.predict_proba(z)
    joint = np.array([[r[y == c, k].sum() for k in range(count)] for c in range(y.max() + 1)]) / len(x)
    expected = np.log([joint[c] / joint.sum(axis=0) @ row for c, row in zip(y, r, strict=True)]).mean()
    assert value(x, classes(y), "nleep") == pytest.approx(expected, abs=0.02)  # signs of axes move the start


@pytest.mark.parametrize("name", list(estimators()))
def test_labels_that_go_with_the_vectors_beat_labels_dealt_anew(name: str) -> None:
    x, y = iris()
    found = estimate(space_of(x), classes(y), [estimators()[name]], draws=40, seed=0).numbers[name]
    assert found.value is not None and found.null_high is not None and found.low is not None
    assert found.low > found.null_high


@pytest.mark.parametrize("name", ["h_score", "transrate", "gbc", "parc", "nleep"])
def test_turning_shifting_and_scaling_the_space_changes_nothing(name: str) -> None:
    x, y = cloud(90, 6, 3, apart=2)
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(6, 6)))[0]
    moved = (3 * x + 1) if name == "parc" else 3 * x @ turn + 1  # PARC standardises each feature
    assert value(moved, classes(y), name) == pytest.approx(value(x, classes(y), name), rel=2e-3, abs=2e-3)


def test_space_is_not_changed_by_an_estimate() -> None:
    x, y = iris()
    space = EmbeddingSpace("s", "s", x.astype(np.float32), [str(i) for i in range(len(x))])
    before = space.vectors.copy()
    estimate(space, classes(y), list(estimators().values()), draws=3, seed=0)
    assert (space.vectors == before).all()
