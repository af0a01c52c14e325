"""Linear readers equal scikit-learn's where they are the same estimator."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, Ridge

from analysis.tasks.chosen import chosen_ridge, walk
from analysis.tasks.logistic import fit_path, probabilities
from analysis.tasks.rotated import rotated
from analysis.tasks.splits import folds


def world(n: int, d: int, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    codes = np.arange(n) % count
    rows = rng.normal(size=(count, d))[codes] + rng.normal(size=(n, d)) * np.arange(1, d + 1) ** -0.3 + 3
    return rows, codes


@pytest.mark.parametrize(("n", "d", "count"), [(200, 12, 2), (240, 10, 5), (40, 60, 4)])
@pytest.mark.parametrize("c", [0.01, 1.0, 50.0])
def test_the_objective_is_that_of_scikit_learn(n: int, d: int, count: int, c: float) -> None:
    rows, codes = world(n, d, count)
    turned = rotated(rows, scaled=False, precise=True)
    ours = fit_path(turned.rows, codes, count, turned.squares, [c], tolerance=1e-8)[0]
    theirs = LogisticRegression(C=c, tol=1e-8, max_iter=20_000).fit(rows, codes)
    shares = theirs.predict_proba(rows)
    objective = -c * np.log(shares[np.arange(n), codes]).sum() + np.square(theirs.coef_).sum() / 2
    assert ours.converged
    assert ours.objective == pytest.approx(objective, rel=1e-6, abs=1e-6)
    assert probabilities(ours.logits(turned.turned(rows))) == pytest.approx(shares, abs=2e-4)


def test_a_walk_along_the_grid_ends_where_single_fits_do() -> None:
    rows, codes = world(150, 8, 3)
    turned = rotated(rows, precise=True)
    cs = [0.01, 0.1, 1.0, 10.0]
    for fit in fit_path(turned.rows, codes, 3, turned.squares, cs, tolerance=1e-7):
        alone = fit_path(turned.rows, codes, 3, turned.squares, [fit.c], tolerance=1e-7)[0]
        assert fit.objective == pytest.approx(alone.objective, rel=1e-9)


def test_folds_give_the_accuracies_of_scikit_learn_in_single_precision() -> None:
    rows, codes = world(400, 20, 6)
    fold = folds(codes, np.arange(400), 5, 0)
    cs = np.logspace(-4, 2, 6)
    splits = [(np.flatnonzero(fold != one), np.flatnonzero(fold == one)) for one in range(5)]
    theirs = LogisticRegressionCV(
        Cs=cs, cv=splits, tol=1e-6, max_iter=5000, l1_ratios=(0.0,), scoring="accuracy", use_legacy_attributes=False
    ).fit(rows, codes)
    ours = walk(rotated(rows, scaled=False), codes, 6, fold, cs)
    assert ours.accuracy.mean(axis=0) == pytest.approx(theirs.scores_.mean(axis=0).ravel(), abs=0.011)


def test_ridge_is_that_of_scikit_learn_at_the_alpha_of_smallest_error() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(90, 15)) + 2
    values = rows @ rng.normal(size=15) + 3 * rng.normal(size=90)
    turned = rotated(rows, scaled=False, precise=True)
    alphas = [0.1, 1.0, 10.0, 100.0]
    strata, units = np.zeros(90, int), np.arange(90)
    ours = chosen_ridge(turned, values, strata, units, alphas, seed=1)
    fold = folds(strata, units, 5, 1)
    errors = [
        sum(
            np.square(
                values[fold == one]
                - Ridge(alpha=a).fit(rows[fold != one], values[fold != one]).predict(rows[fold == one])
            ).sum()
            for one in range(5)
        )
        for a in alphas
    ]
    assert ours.alpha == alphas[int(np.argmin(errors))]
    best = Ridge(alpha=ours.alpha).fit(rows, values)
    assert ours.foretold(turned.turned(rows)) == pytest.approx(best.predict(rows), abs=1e-8)


def test_equal_vectors_cannot_be_read() -> None:
    assert rotated(np.full((5, 3), 0.7, np.float32)) is None
