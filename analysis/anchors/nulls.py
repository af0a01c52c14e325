"""What other vectors and other heads would give, so that a small error is not taken for an anchor.

Shuffled targets; the mean output embedding and random vectors, each given its best scale and offset (raw they are straw
men); and the same states under a head that is not the model's own: rows turned at random, or Gaussian of equal lengths.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.anchors.fits import Basis
from analysis.anchors.judged import share
from analysis.anchors.moments import Floats, Total
from models.head import Head

RANDOM_VECTORS = 20
SHUFFLES = 40


def scaled(vectors: Floats, train: Total, test: Total) -> Floats:
    """Held-out errors (vectors, R) of a + b <w, h>, a and b fitted on train; `vectors` (count, D)."""
    errors = []
    for one in vectors:
        pair = np.stack([one, np.eye(len(one))[-1]], axis=1)  # (D, 2)
        best = np.linalg.lstsq(pair.T @ train.gram @ pair, pair.T @ train.cross, rcond=None)[0]
        errors.append(test.error(pair @ best))
    return np.array(errors)


def shuffled_errors(crosses: Floats, basis: Basis, train: Total, test: Total) -> Floats:
    """Held-out errors (shuffles, R) of fits to targets shuffled; `crosses` (shuffles, D, R): their X'Y."""
    return np.array([test.error(basis.solve(Total(train.gram, cross, train.square, train.n))) for cross in crosses])


def other_heads(head: Head, seed: int) -> Mapping[str, Head]:
    """Heads that are not the model's own: its rows turned by a random rotation, and Gaussian rows of their lengths."""
    rng, shape = np.random.default_rng(seed), head.vectors.shape
    turn = np.linalg.qr(rng.normal(size=(shape[1], shape[1])))[0]
    gaussian = rng.normal(size=shape)
    gaussian *= np.linalg.norm(head.vectors, axis=1, keepdims=True) / np.linalg.norm(gaussian, axis=1, keepdims=True)
    turned = (head.vectors @ turn).astype(np.float32)
    return {
        "rows turned at random": replace(head, vectors=turned),
        "Gaussian rows": replace(head, vectors=gaussian.astype(np.float32)),
    }


def null_table(
    rules: Sequence[str],
    fits: Mapping[str, Basis],
    crosses: Floats,
    train: Total,
    test: Total,
    middle: Floats,
    seed: int,
) -> pd.DataFrame:
    """One row for each rule and null: `null`, `rule`, `fit`, `mse`, `r2`, held out; means over draws."""
    rows: list[tuple[str, str, str, float, float]] = []
    random = np.random.default_rng(seed).normal(size=(RANDOM_VECTORS, len(middle)))
    variance = test.variance

    def add(null: str, fit: str, errors: Floats) -> None:
        gained = share(errors, variance)
        rows.extend((null, rule, fit, float(e), float(r)) for rule, e, r in zip(rules, errors, gained, strict=True))

    for name, basis in fits.items():
        add("shuffled targets", name, shuffled_errors(crosses, basis, train, test).mean(axis=0))
    add("mean output embedding, as it is", "none", test.error(np.repeat(middle[:, None], len(rules), axis=1)))
    add("mean output embedding", "scale and offset", scaled(middle[None], train, test)[0])
    chance = scaled(random, train, test)
    add("a random vector", "scale and offset", chance.mean(axis=0))
    add("the best of 20 random vectors", "scale and offset", chance.min(axis=0))
    return pd.DataFrame(rows, columns=["null", "rule", "fit", "mse", "r2"])
