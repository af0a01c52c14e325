"""The shift attack: every output embedding moves by one vector u, no probability changes, and the raw task breaks.

u points against the task (minus the least-squares direction of its answer on h) or anywhere, at sizes in mean lengths
of an output embedding. Everything is computed anew under the moved head; the bound b is the one chosen before.
Relative to the anchor, fitted anew without a penalty, nothing moves; ridge pulls the anchor to 0 and does not follow.
Log probabilities do not move either, and need no anchor: what the anchor adds is a score that is linear in h.
"""

import numpy as np
import pandas as pd

from analysis.anchors.moments import Floats, designed
from analysis.anchors.tasks import Scored, Sides, area, bound_of, read, thresholded
from analysis.number import Number
from models.head import Head
from models.language_model import LanguageModel

AGAINST = (0.25, 0.5, 1.0, 2.0, 5.0)
ANYWHERE, DIRECTIONS = (1.0, 5.0), 3
AT = 1.0  # the size of the numbers
WORK = 1.2e11  # products of rows and logits of one shift, which bound how many contexts it takes
COLUMNS = ["task", "score", "direction", "draw", "length", "auc", "perplexity", "moved"]


def contexts_for(head: Head) -> int:
    """How many contexts of each side a shift is tried on."""
    return int(np.clip(WORK / head.vectors.size, 3000, 16_384))


def directions_of(sides: Sides, seed: int) -> list[tuple[str, int, Floats]]:
    """Unit vectors (name, draw, u): against the task, and random ones."""
    h = designed(sides.fitted.states)
    found: Floats = -np.asarray(np.linalg.lstsq(h, sides.true_fitted.astype(np.float64), rcond=1e-6)[0][:-1])
    units: list[tuple[str, int, Floats]] = [("against the task", 0, found)]
    rng = np.random.default_rng(seed)
    units += [("random", draw, np.asarray(rng.normal(size=len(found)))) for draw in range(DIRECTIONS)]
    return [(name, draw, np.asarray(u / max(float(np.linalg.norm(u)), 1e-300), np.float64)) for name, draw, u in units]


def shift_table(model: LanguageModel, head: Head, sides: Sides, seed: int) -> tuple[pd.DataFrame, dict[str, Number]]:
    """Area under the curve of every score under every shift, and the numbers of the attack by one mean length.

    `moved`: the largest change of a word's score (before the threshold) in any held-out context.
    """
    before = read(model, head, sides)
    bounds = {name: bound_of(scores, sides.true_fitted) for name, scores in before.fitted.items()}
    unit = float(np.linalg.norm(head.vectors.astype(np.float64), axis=1).mean())
    rows = _rows(before, before, bounds, sides, "none", 0, 0.0)
    attacked = before
    for name, draw, direction in directions_of(sides, seed):
        for length in AGAINST if name != "random" else ANYWHERE:
            now = read(model, head.moved(length * unit * direction), sides)
            rows += _rows(now, before, bounds, sides, name, draw, length)
            if name != "random" and length == AT:
                attacked = now
    table = pd.DataFrame(rows, columns=COLUMNS)
    asked = {"raw": "raw logits", "anchor": "anchor, plain"}
    numbers = {
        f"shift_auc_{short}|{sides.rule.text}": _judged(attacked.held[name], bounds[name], sides, seed)
        for short, name in asked.items()
    }
    return table, numbers


def _rows(
    now: Scored, before: Scored, bounds: dict[str, float], sides: Sides, direction: str, draw: int, length: float
) -> list[tuple[str, str, str, int, float, float, float, float]]:
    found = []
    for name, scores in now.held.items():
        auc = float(area(thresholded(scores, bounds[name]), sides.true_held)[0])
        moved = float(np.abs(scores - before.held[name]).max())
        perplexity = float(np.exp(now.surprise))
        found.append((sides.rule.text, name, direction, draw, length, auc, perplexity, moved))
    return found


def _judged(scores: Floats, bound: float, sides: Sides, seed: int, draws: int = 200) -> Number:
    """An area with the interval that windows drawn anew give; chance is one half."""
    one = thresholded(scores, bound)
    windows, place = np.unique(sides.held.windows, return_inverse=True)
    rng = np.random.default_rng([seed, 2])
    weights = rng.multinomial(len(windows), np.full(len(windows), 1 / len(windows)), size=draws)[:, place]
    value = float(area(one, sides.true_held)[0])
    drawn = area(one, sides.true_held, weights.astype(np.float64))
    drawn = drawn[np.isfinite(drawn)]
    low, high = value + np.quantile(drawn - drawn.mean(), [0.025, 0.975])
    return Number(value=value, n=len(one), low=max(0.0, float(low)), high=min(1.0, float(high)))
