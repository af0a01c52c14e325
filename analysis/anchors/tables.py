"""What the figures of an anchor draw, from moments and kept contexts alone."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.anchors.fits import Basis, basis_of
from analysis.anchors.judged import share
from analysis.anchors.moments import Floats, Moments, Total, designed
from models.head import Head
from models.language_model import LanguageModel
from models.streaming import Contexts

SIZES = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)  # of a shift, lengths of the random u
DIRECTIONS = 5
PRODUCTS = 16  # principal axes whose products a quadratic fit has
NEAREST = 10
SCATTER = 3000
MAPPED = 1500


def gauge_table(basis: Mapping[str, Basis], train: Total, test: Total, rules: Sequence[str], seed: int) -> pd.DataFrame:
    """The trap: R^2 against the length of a shift of every output embedding, refitted, at one and the same error."""
    rng, d = np.random.default_rng(seed), len(train.gram)
    directions = rng.normal(size=(DIRECTIONS, d))
    directions[:, -1] = 0
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    rows = []
    for size in SIZES:
        for draw, direction in enumerate(directions):
            fitted, held = train.moved(size * direction), test.moved(size * direction)
            for name, one in basis.items():
                error = held.error(one.solve(fitted))
                gained = share(error, held.variance)
                rows += [
                    (rule, name, size, draw, float(e), float(v), float(r))
                    for rule, e, v, r in zip(rules, error, held.variance, gained, strict=True)
                ]
    return pd.DataFrame(rows, columns=["rule", "fit", "length", "draw", "mse", "variance", "r2"])


def tokens_table(used: npt.NDArray[np.bool_], train: Moments, test: Total, rules: Sequence[str]) -> pd.DataFrame:
    """Error of the fit with intercept, held out and in sample, when it sees 1, 2, 4 ... of the blocks: `n` contexts."""
    rows, count = [], 1
    while True:
        weights = (np.arange(len(train.n)) < count).astype(np.float64)
        some = train.total(weights)
        coefficients = basis_of(some, used).solve(some)
        errors = zip(rules, test.error(coefficients), some.error(coefficients), strict=True)
        rows += [(rule, int(some.n), float(held), float(own)) for rule, held, own in errors]
        if count >= len(train.n):
            return pd.DataFrame(rows, columns=["rule", "n", "mse", "mse_in_sample"])
        count = min(2 * count, len(train.n))


def quadratic_table(fitted: Contexts, held: Contexts, rules: Sequence[str]) -> pd.DataFrame:
    """What products of the 16 largest principal axes add to a fit with intercept, on the contexts that were kept."""
    mean = fitted.states.mean(axis=0, dtype=np.float64)
    axes = np.linalg.eigh(np.cov(fitted.states.T.astype(np.float64)))[1][:, ::-1][:, :PRODUCTS]
    sides = [_with_products(one.states, mean, axes) for one in (fitted, held)]
    y, truth = (np.concatenate([one.targets, one.partition[:, None]], axis=1) for one in (fitted, held))
    there = np.isfinite(y).all(axis=1), np.isfinite(truth).all(axis=1)
    d, rows = fitted.states.shape[1] + 1, []
    if there[0].sum() < 2 * sides[0].shape[1] or there[1].sum() < 2:
        return pd.DataFrame(columns=["rule", "n", "mse_linear", "r2_linear", "mse_quadratic", "r2_quadratic"])
    errors = []
    for columns in (slice(0, d), slice(None)):
        found = np.linalg.lstsq(sides[0][there[0], columns], y[there[0]], rcond=1e-6)[0]
        errors.append(np.square(sides[1][there[1], columns] @ found - truth[there[1]]).mean(axis=0))
    variance = truth[there[1]].var(axis=0)
    linear, quadratic = (share(error, variance) for error in errors)
    for at, rule in enumerate(rules):
        values = errors[0][at], linear[at], errors[1][at], quadratic[at]
        rows.append((rule, int(there[0].sum()), *map(float, values)))
    return pd.DataFrame(rows, columns=["rule", "n", "mse_linear", "r2_linear", "mse_quadratic", "r2_quadratic"])


def _with_products(states: npt.NDArray[np.floating], mean: Floats, axes: Floats) -> Floats:
    placed = (states - mean) @ axes
    placed /= np.maximum(placed.std(axis=0), 1e-12)
    upper = np.triu_indices(axes.shape[1])
    return np.concatenate([designed(states), placed[:, upper[0]] * placed[:, upper[1]]], axis=1)


def scatter_table(held: Contexts, coefficients: Mapping[str, Floats], rules: Sequence[str]) -> pd.DataFrame:
    """True and predicted log Z of the bulk of some held-out contexts, with the bulk's probability and the position."""
    some = np.linspace(0, len(held.windows) - 1, min(len(held.windows), SCATTER)).astype(np.int64)
    design = designed(held.states[some])
    y = np.concatenate([held.targets[some], held.partition[some, None]], axis=1)
    frames = [
        pd.DataFrame(
            {
                "rule": rule,
                "fit": name,
                "window": held.windows[some],
                "position": held.positions[some],
                "true": y[:, at],
                "predicted": design @ found[:, at],
                "log_bulk_probability": y[:, at] - held.partition[some],
            }
        )
        for name, found in coefficients.items()
        for at, rule in enumerate(rules)
    ]
    whole = pd.concat(frames, ignore_index=True)
    found: pd.DataFrame = whole.loc[np.isfinite(whole["true"].to_numpy())].reset_index(drop=True)
    return found


def geometry_tables(
    model: LanguageModel, head: Head, coefficients: Mapping[str, Floats], rules: Sequence[str], states: Total
) -> dict[str, pd.DataFrame]:
    """v0's length, its cosines to the mean embedding and to principal directions, and the words nearest to it."""
    vectors = head.vectors.astype(np.float64)
    middle = vectors.mean(axis=0)
    mean_state = states.gram[-1, :-1] / states.n
    spread = states.gram[:-1, :-1] / states.n - np.outer(mean_state, mean_state)
    directions = {
        "cosine_to_mean_embedding": middle,
        "cosine_to_first_axis_of_embeddings": np.linalg.eigh(np.cov(vectors.T))[1][:, -1],
        "cosine_to_first_axis_of_states": np.linalg.eigh(spread)[1][:, -1],
        "cosine_to_mean_state": mean_state,
    }
    unit = vectors - middle
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-12)
    facts, words = [], []
    for name, found in coefficients.items():
        for at, rule in enumerate(rules):
            v = found[:-1, at]
            length = float(np.linalg.norm(v))
            cosines = {what: _cosine(v, axis) for what, axis in directions.items()}
            facts.append({"rule": rule, "fit": name, "length": length, "constant": float(found[-1, at]), **cosines})
            near = unit @ (v - middle) / max(float(np.linalg.norm(v - middle)), 1e-12)
            for rank, row in enumerate(np.argsort(-near)[:NEAREST].tolist()):
                token = int(head.tokens[row])
                words.append((rule, name, rank + 1, token, model.token(token), float(near[row])))
    return {
        "geometry": pd.DataFrame(facts).assign(mean_embedding_length=float(np.linalg.norm(middle))),
        "nearest_words": pd.DataFrame(words, columns=["rule", "fit", "rank", "token", "word", "cosine"]),
    }


def _cosine(a: Floats, b: Floats) -> float:
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / lengths if lengths > 0 else float("nan")


def map_table(
    model: LanguageModel,
    head: Head,
    held: Contexts,
    coefficients: Mapping[str, Floats],
    rules: Sequence[str],
    marked: Sequence[int],
) -> pd.DataFrame:
    """A plane through the output embeddings (their two principal axes): words, task words, some states, and v0."""
    vectors = head.vectors.astype(np.float64)
    middle = vectors.mean(axis=0)
    axes = np.linalg.eigh(np.cov(vectors.T))[1][:, ::-1][:, :2]
    words = np.linspace(0, head.n - 1, min(head.n, MAPPED)).astype(np.int64)
    words = np.unique(np.concatenate([words, np.array(marked, np.int64)]))
    some = np.linspace(0, len(held.windows) - 1, min(len(held.windows), MAPPED)).astype(np.int64)
    parts = [("word", [model.token(int(head.tokens[row])) for row in words], vectors[words])]
    parts.append(("state", [""] * len(some), held.states[some].astype(np.float64)))
    for name, found in coefficients.items():
        parts.append(("anchor", [f"{rule} {name}" for rule in rules], found[:-1].T))
    frames = []
    for kind, texts, rows in parts:
        placed = (rows - middle) @ axes
        frames.append(pd.DataFrame({"kind": kind, "text": texts, "x": placed[:, 0], "y": placed[:, 1]}))
    whole = pd.concat(frames, ignore_index=True)
    whole.loc[np.flatnonzero(np.isin(words, marked)), "kind"] = "task word"
    return whole
