"""The constructed world: exactly as its formulas say, and what training on it does to a task."""

import numpy as np
import pytest

from analysis.anchors.world import WORDS, decided, kl, learn, log_bulk, moved, without_an_anchor, world


def test_the_bulk_of_the_world_sums_to_one_so_that_its_anchor_is_zero():
    of = world(0)
    logits = of.logits(of.held)
    assert logits.shape == (4000, WORDS) and np.abs(log_bulk(logits)).max() < 1e-12
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert 0.35 < p[:, 4:].sum(axis=1).mean() < 0.55 and p[:, 2].mean() < 2e-4
    assert 0.45 < decided(logits, "main").mean() < 0.6 and 0.7 < decided(logits, "rare").mean() < 0.8


def test_a_perfect_model_fails_the_raw_task_as_its_gauge_moves_and_never_the_anchors():
    of, shares = world(0), []
    for size in (0.0, 1.0, 5.0, 20.0):
        found = moved(of, size * np.eye(6)[2])
        assert abs(found.kl) < 1e-12 and found.main_anchor == 1.0 and found.rare_anchor == 1.0
        shares.append(found.main_raw)
    assert shares[0] == 1.0 and shares == sorted(shares, reverse=True) and shares[-1] < 0.6


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_training_takes_kl_to_zero_and_leaves_the_raw_task_at_chance(seed):
    of = world(seed, samples=1000)
    looked = list(learn(of, seed, stages=(0, 160)))
    first, last = looked[0], looked[-1]
    assert first.kl > 1 and last.kl < 1e-3
    assert last.main_raw <= 0.6 and last.main_anchor >= 0.99
    assert last.rare_anchor < 0.85  # what KL hardly sees, no anchor mends
    assert last.mean_row == pytest.approx(first.mean_row, rel=1e-6)  # the gauge is never trained
    assert last.iterations == 160 and last.anchor_mse < 0.01


def test_without_an_anchor_every_error_lies_within_the_anchors_residual():
    of, shares = world(0), []
    for scale in (0.3, 1.0, 1.5):
        found = without_an_anchor(of, scale)
        wrong = found.frame[found.frame["wrong"]]
        assert len(wrong) and (wrong["relative_logit"].abs() <= wrong["anchor_error"].abs()).all()
        shares.append(found.accuracy)
    assert shares == sorted(shares, reverse=True) and found.r2 < 0.2


def test_kl_is_that_of_the_definition():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 5, 7))
    p, q = (np.exp(one) / np.exp(one).sum(axis=1, keepdims=True) for one in (a, b))
    assert kl(a, b + 3) == pytest.approx((p * np.log(p / q)).sum(axis=1).mean())
