"""Tasks on a few words of the vocabulary, as the theorem has them: thresholded logits, sum over words of ReLU(s - b).

s is the raw logit, the logit relative to the anchor, or a log probability; b is chosen for balanced accuracy where the
anchor was fitted. The task is whether the next token is one of the words, or of texts in a prompt, whether they have a
label. A difference of two words' logits, or the largest of them, does not move with the gauge: it would test nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.anchors.fits import basis_of, columns_of, parse_fit
from analysis.anchors.moments import Floats, Moments, Total
from analysis.number import CannotAnalyze
from models.bulk import Rule
from models.head import Head
from models.language_model import LanguageModel
from models.streaming import Contexts, under_head

FITS = {"anchor, plain": "plain", "anchor, intercept": "intercept", "anchor, ridge": "ridge"}
BOUNDS = 101  # thresholds that are tried
FEWEST = 10  # contexts of each answer
Answers = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sides:
    """Contexts that the bound is fitted on, and those that are judged, with a task's true answers.

    The anchor is fitted on `ground`; on `fitted` where there is none.
    """

    fitted: Contexts
    held: Contexts
    true_fitted: Answers
    true_held: Answers
    rule: Rule
    ground: Contexts | None = None


def rows_of(of: Contexts, rows: npt.NDArray[np.integer]) -> Contexts:
    """Some of the contexts."""
    return Contexts(**{name: array[rows] for name, array in vars(of).items()})


def some_of(of: Contexts, most: int) -> Contexts:
    """Up to `most` of the contexts, evenly spread."""
    return rows_of(of, np.linspace(0, len(of.next) - 1, min(len(of.next), most)).astype(np.int64))


def sides_of(fitted: Contexts, held: Contexts, head: Head, rule: Rule, most: int) -> Sides:
    """Up to `most` contexts of each side whose next token is known. CannotAnalyze where hardly any is the task's."""
    words, parts, answers = head.tokens[list(rule.rows)], [], []
    for side in (fitted, held):
        parts.append(some_of(rows_of(side, np.flatnonzero(side.next >= 0)), most))
        answers.append(np.isin(parts[-1].next, words))
        if min(answers[-1].sum(), (~answers[-1]).sum()) < FEWEST:
            raise CannotAnalyze(
                f"Of {len(parts[-1].next):,} contexts {int(answers[-1].sum())} are followed by a word of {rule.text!r};"
                f" {FEWEST} with and without are needed."
            )
    return Sides(parts[0], parts[1], answers[0], answers[1], rule)


@dataclass(frozen=True, eq=False)
class Scored:
    """Under one head: what each way to read a word's logit gives, (m, words), on both sides; and the surprise.

    `error`: of the plain anchor against log Z of the bulk, on the held side. `surprise`: mean of running text.
    """

    fitted: Mapping[str, Floats]
    held: Mapping[str, Floats]
    surprise: float
    error: Floats


def read(model: LanguageModel, head: Head, sides: Sides) -> Scored:
    """Compute everything anew under a head, in float32 as the model does, anchors fitted anew."""
    rows, rules = list(sides.rule.rows), [sides.rule]
    found, totals = [], Moments.empty(1, model.width, 1)
    for side in (sides.fitted, sides.held):
        seen = under_head(side, head, rules, model)
        logits = (seen.states @ head.vectors[rows].T + head.bias[rows]).astype(np.float64)
        found.append((seen, logits))
    ground = found[0][0] if sides.ground is None else under_head(sides.ground, head, rules, model)
    totals.add(0, ground.states, ground.targets)
    train = totals.total()
    anchors = {name: _anchor(train, model.width, fit, biased=head.biased) for name, fit in FITS.items()}
    said: list[dict[str, Floats]] = []
    for seen, logits in found:
        scores = {"raw logits": logits}
        for name, anchor in anchors.items():
            scores[name] = logits - _along(seen, anchor)[:, None]
        scores["log probability"] = logits - seen.partition[:, None]
        scores["log probability to bulk"] = logits - seen.targets
        said.append(scores)
    held = found[1][0]
    error = _along(held, anchors["anchor, plain"]) - held.targets[:, 0]
    told = held if sides.ground is None else ground
    return Scored(said[0], said[1], float(np.nanmean(told.surprise)), error)


def _anchor(train: Total, width: int, fit: str, *, biased: bool) -> Floats:
    kind, penalty = parse_fit(fit)
    return np.asarray(basis_of(train, columns_of(kind, width, biased=biased), penalty).solve(train)[:, 0])


def _along(seen: Contexts, anchor: Floats) -> Floats:
    return np.asarray(seen.states.astype(np.float64) @ anchor[:-1] + anchor[-1])


def bound_of(scores: Floats, true: Answers) -> float:
    """The b under which 1[some s > b] has the best balanced accuracy."""
    highest = scores.max(axis=1)
    tried = np.unique(np.quantile(highest, np.linspace(0, 1, BOUNDS)))
    above = highest[:, None] > tried
    balanced = above[true].mean(axis=0) + (~above[~true]).mean(axis=0)
    return float(tried[balanced.argmax()])


def thresholded(scores: Floats, bound: float) -> Floats:
    """Sum over the words of ReLU(s - b), (m,)."""
    return np.asarray(np.maximum(scores - bound, 0).sum(axis=1))


def area(scores: Floats, true: Answers, weights: Floats | None = None) -> Floats:
    """Area under the ROC curve, ties counting half, for each row of `weights` (draws, m), or once; NaN for one answer.

    >>> float(area(np.array([0.1, 0.9, 0.9]), np.array([False, True, False]))[0])
    0.75
    """
    w = np.ones((1, len(true))) if weights is None else weights
    _, group = np.unique(scores, return_inverse=True)
    ends = np.append(np.flatnonzero(np.diff(np.sort(group))), len(group) - 1)
    order = np.argsort(group, kind="stable")
    ins, outs = (np.cumsum((w * side)[:, order], axis=1)[:, ends] for side in (true, ~true))
    ins = np.diff(ins, axis=1, prepend=0)
    below = np.concatenate([np.zeros((len(w), 1)), outs[:, :-1]], axis=1)
    pairs = ins.sum(axis=1) * outs[:, -1]
    counted = (ins * (below + outs) / 2).sum(axis=1)
    return np.where(pairs > 0, counted / np.where(pairs > 0, pairs, 1), np.nan)
