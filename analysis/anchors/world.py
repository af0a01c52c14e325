"""A constructed log-linear world in which a perfect model fails a simple task, and the anchor cures it.

n = 200 words: 1, 2 frequent and 3, 4 rare super words, 196 bulk words. For z ~ N(0, I_4), w_i ~ N(0, I_4) and
a(z) = log sum_bulk exp <w_i, z>: h* = (z, -a(z), 1), bulk rows (w_i, 1, 0), rows 1 to 4 = (2 e_1, 0, -1),
(2 e_2, 0, -1), (2 e_1, 0, -10), (2 e_2, 0, -10). Then log Z_bulk = 0 for every z: the anchor is exact, v0 = 0.
The task is 1[ReLU(l_1 - b) + ReLU(l_2 - b) > 0], main: words 1, 2 with b = 0; rare: words 3, 4 with b = -10.
A student h = A phi(z), V free, has KL going to 0 while its mean row stays where it began (the gradient of KL sums to 0
over rows; it begins with one that adds 10 z_3), so its raw logits never learn the task's gauge; relative to its own
anchor they do. What KL hardly sees, the
rare words' logits, neither rule knows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.anchors.moments import Floats

WORDS, SUPER, Z = 200, 4, 4
BOUNDS = {"main": ((0, 1), 0.0), "rare": ((2, 3), -10.0)}
SAMPLES = 4000
WIDTH = 8  # of the student
GAUGE = 10.0  # the mean row that the student begins with adds so many z_3 to every logit
STAGES = (0, 4, 12, 30, 90, 270)  # iterations after which it is looked at


@dataclass(frozen=True, eq=False)
class World:
    """`bulk` (196, 4): the w_i. `fitted`, `held` (m, 4): contexts z to train on and to judge by."""

    bulk: Floats
    fitted: Floats
    held: Floats

    def features(self, z: Floats) -> Floats:
        """(z, -a(z), 1), (m, 6)."""
        a = np.logaddexp.reduce(z @ self.bulk.T, axis=1)
        return np.concatenate([z, -a[:, None], np.ones((len(z), 1))], axis=1)

    @property
    def rows(self) -> Floats:
        """The true output embeddings, (200, 6)."""
        rows = np.zeros((WORDS, Z + 2))
        rows[SUPER:, :Z], rows[SUPER:, Z] = self.bulk, 1.0
        rows[[0, 2], 0] = rows[[1, 3], 1] = 2.0
        rows[:2, -1], rows[2:SUPER, -1] = -1.0, -10.0
        return rows

    def logits(self, z: Floats) -> Floats:
        """The true ones, whose log Z of the bulk is 0."""
        return np.asarray(self.features(z) @ self.rows.T)


def world(seed: int, samples: int = SAMPLES) -> World:
    """A world by its seed, with so many contexts to train on and as many to judge by."""
    rng = np.random.default_rng(seed)
    parts = [rng.normal(size=(count, Z)) for count in (WORDS - SUPER, samples, samples)]
    return World(*parts)


def decided(logits: Floats, task: str) -> Floats:
    """The task's answer from some logits: whether a word of it is above its bound."""
    words, bound = BOUNDS[task]
    return np.asarray(np.maximum(logits[:, list(words)] - bound, 0).sum(axis=1) > 0)


def log_bulk(logits: Floats) -> Floats:
    """Log Z of the bulk."""
    return np.asarray(np.logaddexp.reduce(logits[:, SUPER:], axis=1))


@dataclass(frozen=True)
class Looked:
    """A student at some moment: KL to the truth, and the share of held-out contexts that each rule gets right."""

    iterations: int
    kl: float
    main_raw: float
    main_anchor: float
    rare_raw: float
    rare_anchor: float
    anchor_mse: float
    mean_row: float


def judged(of: World, logits: Floats, states: Floats, fitted: tuple[Floats, Floats], iterations: int = 0) -> Looked:
    """Held-out logits and states of a learner against the truth; its anchor fitted to `fitted` = (states, log Z)."""
    truth = of.logits(of.held)
    anchor = np.linalg.lstsq(fitted[0], fitted[1], rcond=None)[0]
    predicted = states @ anchor
    right = {task: decided(truth, task) for task in BOUNDS}
    shares = {
        f"{task}_{name}": float((decided(one, task) == right[task]).mean())
        for task in BOUNDS
        for name, one in (("raw", logits), ("anchor", logits - predicted[:, None]))
    }
    mse = float(np.square(predicted - log_bulk(logits)).mean())
    return Looked(iterations=iterations, kl=kl(truth, logits), anchor_mse=mse, mean_row=0.0, **shares)


def kl(truth: Floats, logits: Floats) -> float:
    """Mean KL of a model's distribution from the true one, both by logits."""
    p, q = (one - np.logaddexp.reduce(one, axis=1, keepdims=True) for one in (truth, logits))
    return float((np.exp(p) * (p - q)).sum(axis=1).mean())


def moved(of: World, shift: Floats) -> Looked:
    """The perfect model with `shift` (6,) added to every row: KL 0, whatever the task makes of it."""
    rows = of.rows + shift
    states = of.features(of.fitted), of.features(of.held)
    return judged(of, states[1] @ rows.T, states[1], (states[0], log_bulk(states[0] @ rows.T)))


def learn(of: World, seed: int, stages: Sequence[int] = STAGES) -> Iterator[Looked]:
    """A student trained by full-batch L-BFGS on KL alone, looked at while its KL goes to zero."""
    from scipy.optimize import minimize

    rng = np.random.default_rng(seed)
    phi, again = of.features(of.fitted), of.features(of.held)
    truth = of.logits(of.fitted)
    truth = np.exp(truth - np.logaddexp.reduce(truth, axis=1, keepdims=True))
    first = rng.normal(size=(phi.shape[1], WIDTH)) / np.sqrt(phi.shape[1])
    rows = 0.1 * rng.normal(size=(WORDS, WIDTH))
    rows += GAUGE * np.linalg.pinv(first)[:, 2] - rows.mean(axis=0)
    parts, place = (first.shape, rows.shape), first.size
    now = np.concatenate([first.ravel(), rows.ravel()])

    def loss(flat: Floats) -> tuple[float, Floats]:
        turn, v = flat[:place].reshape(parts[0]), flat[place:].reshape(parts[1])
        h = phi @ turn
        logits = h @ v.T
        logits -= np.logaddexp.reduce(logits, axis=1, keepdims=True)
        apart = (np.exp(logits) - truth) / len(phi)
        gradient = np.concatenate([(phi.T @ (apart @ v)).ravel(), (apart.T @ h).ravel()])
        return float(-(truth * logits).sum() / len(phi)), gradient

    for before, stage in zip((0, *stages), stages, strict=False):
        if stage > before:
            options = {"maxiter": stage - before, "maxcor": 30, "ftol": 0, "gtol": 0, "maxfun": 10 * stage}
            now = minimize(loss, now, jac=True, method="L-BFGS-B", options=options).x
        turn, v = now[:place].reshape(parts[0]), now[place:].reshape(parts[1])
        fitted = phi @ turn, log_bulk(phi @ turn @ v.T)
        found = judged(of, again @ turn @ v.T, again @ turn, fitted, iterations=stage)
        yield Looked(**vars(found) | {"mean_row": float(np.linalg.norm(v.mean(axis=0)))})


@dataclass(frozen=True, eq=False)
class Without:
    """A world without an anchor: h = (z, 1), bulk rows `scale` w_i. Each held-out context has the relative logit that
    decides its task, with the true log Z of the bulk and with the best anchor's, and that anchor's error there.
    """

    frame: pd.DataFrame
    mse: float
    r2: float
    accuracy: float


def without_an_anchor(of: World, scale: float) -> Without:
    """No v0 has <v0, h> = log Z_bulk: every context that the anchor decides wrongly lies within the anchor's error."""
    states = [np.concatenate([z, np.ones((len(z), 1))], axis=1) for z in (of.fitted, of.held)]
    bulk = [np.logaddexp.reduce(scale * z @ of.bulk.T, axis=1) for z in (of.fitted, of.held)]
    anchor = np.linalg.lstsq(states[0], bulk[0], rcond=None)[0]
    error = states[1] @ anchor - bulk[1]
    highest = (2 * of.held[:, :2]).max(axis=1) - 1 + bulk[0].mean()  # words 1 and 2 as likely as a bulk of mean size
    exact, said = highest - bulk[1], highest - states[1] @ anchor
    wrong = (exact > 0) != (said > 0)
    frame = pd.DataFrame({"relative_logit": exact, "anchor_error": error, "wrong": wrong})
    mse = float(np.square(error).mean())
    return Without(frame, mse, 1 - mse / float(bulk[1].var()), float(1 - wrong.mean()))
