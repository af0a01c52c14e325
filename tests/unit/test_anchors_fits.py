"""Fits from sufficient statistics: numpy's own least squares, the definitions' exact identities, the bootstrap."""

import numpy as np
import pytest

from analysis.anchors.fits import basis_of, columns_of, constant_in_span, parse_fit
from analysis.anchors.judged import drawn, judge, share
from analysis.anchors.moments import Moments, designed
from analysis.anchors.nulls import scaled, shuffled_errors
from analysis.anchors.split import split_windows
from analysis.number import CannotAnalyze
from models.errors import BadInput

RNG = np.random.default_rng(0)


def world(n=4000, d=24, condition=570.0, targets=3, seed=0):
    """States with a given condition number, and targets that are partly linear in them."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    states = (rng.normal(size=(n, d)) * np.geomspace(1, 1 / condition, d)) @ turn + 0.3 * turn[0]
    y = states @ rng.normal(size=(d, targets)) * 5 + 2 + rng.normal(size=(n, targets))
    return states.astype(np.float32), y


def moments_of(states, y, blocks=8):
    found = Moments.empty(blocks, states.shape[1], y.shape[1])
    for block, rows in enumerate(np.array_split(np.arange(len(y)), blocks)):
        found.add(block, states[rows], y[rows])
    return found


@pytest.mark.parametrize("kind", ["plain", "intercept"])
def test_a_fit_is_that_of_lstsq_to_a_hundred_millionth(kind):
    states, y = world()
    total = moments_of(states, y).total()
    used = columns_of(kind, states.shape[1], biased=False)
    found = basis_of(total, used).solve(total)
    wanted = np.linalg.lstsq(designed(states)[:, used], y, rcond=None)[0]
    assert np.abs(found[used] - wanted).max() / np.abs(wanted).max() < 1e-8
    assert (found[~used] == 0).all()
    assert total.error(found) == pytest.approx(np.square(designed(states) @ found - y).mean(axis=0), rel=1e-9)


def test_dependent_columns_give_the_solution_of_least_norm():
    states, y = world(condition=20)
    states[:, 3] = 1.0  # an all-constant hidden coordinate: [H, 1] is singular
    total = moments_of(states, y).total()
    basis = basis_of(total, columns_of("intercept", states.shape[1], biased=False))
    wanted = np.linalg.lstsq(designed(states), y, rcond=1e-7)[0]
    assert basis.rank == states.shape[1]
    assert np.abs(basis.solve(total) - wanted).max() < 1e-7
    assert constant_in_span(total, basis_of(total, columns_of("plain", states.shape[1], biased=False))) < 1e-12


def test_ridge_is_the_penalized_solution():
    states, y = world(condition=20)
    kind, penalty = parse_fit("ridge:0.5")
    total = moments_of(states, y).total()
    used = columns_of(kind, states.shape[1], biased=False)
    h = states.astype(np.float64)
    wanted = np.linalg.solve(h.T @ h + penalty * len(h) * np.eye(h.shape[1]), h.T @ y)
    assert np.allclose(basis_of(total, used, penalty).solve(total)[used], wanted, atol=1e-10)
    for wrong in ("plain:1", "ridge:-1", "ridge:x", "lasso"):
        with pytest.raises(BadInput):
            parse_fit(wrong)


def test_what_an_intercept_gains_is_its_square_times_how_far_the_constant_is_from_the_span():
    states, y = world(condition=5)
    total = moments_of(states, y).total()
    plain, intercept = (
        basis_of(total, columns_of(kind, states.shape[1], biased=False)) for kind in ("plain", "intercept")
    )
    fitted = intercept.solve(total)
    gain = total.error(plain.solve(total)) - total.error(fitted)
    assert gain == pytest.approx(fitted[-1] ** 2 * constant_in_span(total, plain), rel=1e-9)


def test_a_shift_of_the_embeddings_moves_r2_and_the_anchor_but_not_the_error():
    states, y = world()
    train, test = moments_of(states[:3000], y[:3000]).total(), moments_of(states[3000:], y[3000:]).total()
    basis = basis_of(train, columns_of("plain", states.shape[1], biased=False))
    shift = np.append(30 * RNG.normal(size=states.shape[1]), 0.0)
    before, after = basis.solve(train), basis.solve(train.moved(shift))
    assert np.allclose(after - before, shift[:, None], atol=1e-7)
    middle = np.append(RNG.normal(size=states.shape[1]), 0.4)
    a = judge(before, train, test, middle)
    b = judge(after, train.moved(shift), test.moved(shift), middle + shift)
    assert b.mse == pytest.approx(a.mse, rel=1e-8) and b.r2_centred == pytest.approx(a.r2_centred, rel=1e-8)
    assert (b.r2 > a.r2 + 0.01).all() and (b.variance > 10 * a.variance).all()
    direct = (y[3000:] + states[3000:] @ shift[:-1, None]).var(axis=0)
    assert b.variance == pytest.approx(direct, rel=1e-8)


def test_an_exact_anchor_makes_relative_logits_those_of_the_distribution():
    """<v_i - v0, h> = log p_i - log p_B, and stays so when every row moves (papers, B1)."""
    rng = np.random.default_rng(3)
    words, d, n = 40, 6, 300
    bulk = np.tile(rng.normal(size=d), (words - 4, 1))  # equal rows: their log-sum-exp is linear in h and constant
    rows = np.concatenate([rng.normal(size=(4, d)), bulk])
    states = np.concatenate([rng.normal(size=(n, d - 1)), np.ones((n, 1))], axis=1)
    for move in (np.zeros(d), 7 * rng.normal(size=d)):
        logits = states @ (rows + move).T
        partition = np.logaddexp.reduce(logits, axis=1)
        target = np.logaddexp.reduce(logits[:, 4:], axis=1)
        total = moments_of(states, target[:, None]).total()
        basis = basis_of(total, columns_of("plain", d, biased=False))
        anchor = basis.solve(total)[:-1, 0]
        assert total.error(basis.solve(total))[0] < 1e-10
        relative = states @ (rows[:4] + move - anchor).T
        wanted = (logits[:, :4] - partition[:, None]) - (target - partition)[:, None]
        assert np.abs(relative - wanted).max() < 1e-9


def test_drawn_blocks_spread_as_samples_do():
    """The bootstrap's spread of the held-out error is that of fresh samples of the same size."""

    def once(seed):
        rng = np.random.default_rng(seed)
        states = rng.normal(size=(1000, 5)).astype(np.float32)
        y = states @ np.arange(1.0, 6.0)[:, None] + rng.normal(size=(1000, 1))
        return moments_of(states[:700], y[:700], 20), moments_of(states[700:], y[700:], 20)

    used = columns_of("intercept", 5, biased=False)
    fresh = []
    for seed in range(200):
        train, test = once(seed)
        total = train.total()
        fresh.append(test.total().error(basis_of(total, used).solve(total))[0])
    spreads = []
    for seed in range(200, 220):
        train, test = once(seed)
        basis = {"intercept": basis_of(train.total(), used)}
        got = drawn(basis, train, test, np.zeros(6), draws=50, rng=np.random.default_rng(seed))
        spreads.append(np.std([one["intercept"].mse[0] for one in got]))
    assert np.mean(spreads) == pytest.approx(np.std(fresh), rel=0.15)


def test_draws_that_do_not_span_the_states_are_left_out():
    states, y = world(n=40, d=24, condition=3)
    train = moments_of(states, y, 4)
    basis = {"plain": basis_of(train.total(), columns_of("plain", 24, biased=False))}
    got = list(drawn(basis, train, train, np.zeros(25), draws=60, rng=np.random.default_rng(0)))
    assert len(got) == 60 and all(one == {} or (one["plain"].mse < 1e3).all() for one in got)
    assert sum(one == {} for one in got) > 10


def test_nulls_are_their_own_least_squares():
    states, y = world(n=2000, condition=3)
    train, test = moments_of(states[:1500], y[:1500]).total(), moments_of(states[1500:], y[1500:]).total()
    vector = RNG.normal(size=states.shape[1])
    found = scaled(np.append(vector, 0.0)[None], train, test)[0]
    pair = designed(states @ vector[:, None])
    best = np.linalg.lstsq(pair[:1500], y[:1500], rcond=None)[0]
    assert found == pytest.approx(np.square(pair[1500:] @ best - y[1500:]).mean(axis=0), rel=1e-7)
    basis = basis_of(train, columns_of("intercept", states.shape[1], biased=False))
    dealt = RNG.permutation(1500)
    errors = shuffled_errors((designed(states[:1500]).T @ y[:1500][dealt])[None], basis, train, test)[0]
    assert (np.abs(share(errors, test.variance)) < 0.2).all()


def test_windows_are_split_once_and_few_are_no_question():
    split = split_windows(103, 64, seed=0)
    train, test = (np.concatenate(side) for side in (split.train, split.test))
    assert len(train) == 72 and sorted([*train, *test]) == list(range(103))
    assert len(split.train) <= 32 and min(map(len, split.train)) >= 2
    with pytest.raises(CannotAnalyze, match="9 windows"):
        split_windows(9, 64, seed=0)
