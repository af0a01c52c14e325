"""What a method answered on one split, and every number of it as a function of how much each sample weighs.

Weights (draws, m) make an interval out of one set of answers: a draw of samples with repeats is a row of counts. All
ones give the number itself, equal to scikit-learn's (accuracy, macro F1 over the classes that occur, AUROC of each
class against the others and their mean, Matthews' correlation for many classes, Spearman, V-measure).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Drawn = Mapping[str, Floats]  # for each number its value in each draw, NaN where it has none
MOST_SCORES = 1 << 26  # scores (samples × classes) beyond which none are kept, so that there is no AUROC


class Answers(Protocol):
    """Answers on one split: the `rows` that were asked, their numbers under weights, and the same under chance."""

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """Rows of the task that were asked, (m,)."""
        ...

    def numbers(self, weights: Floats) -> Drawn:
        """Each number under each row of weights (draws, m)."""
        ...

    def dealt(self, rng: np.random.Generator) -> "Answers":
        """The same answers to truths shuffled among the samples asked."""
        ...


@dataclass(frozen=True, eq=False)
class ClassAnswers:
    """A class for each sample asked: `truth` and `named` (m,) codes, `scores` (m, C) of each class, where there are."""

    rows: npt.NDArray[np.int64]
    truth: Codes
    named: Codes
    scores: npt.NDArray[np.floating] | None = None
    suffix: str = ""
    ranked: npt.NDArray[np.float32] | None = None  # `ranks`, where they are known
    ranking: bool = True  # whether scores are ranked, for AUROC

    def numbers(self, weights: Floats) -> Drawn:
        count = 1 + int(max(self.truth.max(), self.named.max()))
        total, hit = weights.sum(axis=1), self.truth == self.named
        true, said, hits = (
            np.stack([np.bincount(codes, drawn, minlength=count) for drawn in weights * of])
            for codes, of in ((self.truth, 1), (self.named, 1), (self.truth, hit))
        )
        right = hits.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            occurs = true + said > 0
            f1 = np.where(occurs, 2 * hits / (true + said), 0.0).sum(axis=1) / occurs.sum(axis=1)
            cover = right * total - (true * said).sum(axis=1)
            room = (total**2 - (said**2).sum(axis=1)) * (total**2 - (true**2).sum(axis=1))
            found = {
                "accuracy": right / total,
                "macro_f1": f1,
                "mcc": np.where(room > 0, cover / np.sqrt(np.maximum(room, 1e-300)), np.nan),
            }
        if self.ranking:
            found["auroc"] = self._auroc(weights)
        return {name + self.suffix: values for name, values in found.items()}

    def _auroc(self, weights: Floats) -> Floats:
        """Mean over the classes that occur of the chance that a sample of it scores higher than another."""
        if self.scores is None:  # too many to be kept
            return np.full(len(weights), np.nan)
        occurring = np.unique(self.truth)
        occurring = occurring[occurring == 1] if self.scores.shape[1] == 2 else occurring
        sums, known = np.zeros(len(weights)), np.zeros(len(weights))
        ones = len(weights) == 1 and bool((weights == 1).all())
        for one in occurring:
            own = self.truth == one
            if ones:
                ins, outs = np.array([own.sum()]), np.array([(~own).sum()])
                area = self.ranks[own, one].sum(dtype=np.float64) - ins * (ins + 1) / 2
            else:
                ins, outs = weights[:, own].sum(axis=1), weights[:, ~own].sum(axis=1)
                area = _above(self.scores[:, one], own, weights)
            pairs = ins * outs
            with np.errstate(invalid="ignore", divide="ignore"):
                sums += np.where(pairs > 0, area / pairs, 0.0)
            known += pairs > 0
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(known > 0, sums / known, np.nan)

    @cached_property
    def ranks(self) -> npt.NDArray[np.float32]:
        """The middle rank of each sample among the scores of each class, (m, C)."""
        from scipy.stats import rankdata

        if self.ranked is None:
            if self.scores is None:
                return np.empty((0, 0), np.float32)
            return np.asarray(rankdata(self.scores, axis=0), np.float32)
        return self.ranked

    def dealt(self, rng: np.random.Generator) -> "ClassAnswers":
        return replace(self, truth=rng.permutation(self.truth), ranked=self.ranks if self.ranking else None)


@dataclass(frozen=True, eq=False)
class SetAnswers:
    """A set of labels for each sample asked: `truth` and `named` (m, L), `scores` (m, L) of each label.

    Accuracy is the share of samples whose whole set is named, no label more or less; macro F1 the mean over labels that
    occur or are named; AUROC the mean over labels that some samples have and some have not.
    """

    rows: npt.NDArray[np.int64]
    truth: npt.NDArray[np.bool_]
    named: npt.NDArray[np.bool_]
    scores: npt.NDArray[np.floating]

    def numbers(self, weights: Floats) -> Drawn:
        whole = (self.truth == self.named).all(axis=1).astype(np.float64)
        true, said, hits = (weights @ of.astype(np.float64) for of in (self.truth, self.named, self.truth & self.named))
        with np.errstate(invalid="ignore", divide="ignore"):
            occurs = true + said > 0
            f1 = np.where(occurs, 2 * hits / (true + said), 0.0).sum(axis=1) / occurs.sum(axis=1)
            accuracy = weights @ whole / weights.sum(axis=1)
        return {"accuracy": accuracy, "macro_f1": f1, "auroc": self._auroc(weights)}

    def _auroc(self, weights: Floats) -> Floats:
        areas = np.full((len(weights), self.truth.shape[1]), np.nan)
        for one in range(self.truth.shape[1]):
            own = self.truth[:, one]
            pairs = weights[:, own].sum(axis=1) * weights[:, ~own].sum(axis=1)
            if own.any() and not own.all():
                with np.errstate(invalid="ignore", divide="ignore"):
                    area = _above(self.scores[:, one], own, weights) / pairs
                areas[:, one] = np.where(pairs > 0, area, np.nan)
        known = np.isfinite(areas)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean: Floats = np.where(known, areas, 0.0).sum(axis=1) / known.sum(axis=1)
        return mean

    def dealt(self, rng: np.random.Generator) -> "SetAnswers":
        return replace(self, truth=self.truth[rng.permutation(len(self.truth))])


@dataclass(frozen=True, eq=False)
class ValueAnswers:
    """A number for each sample asked: the truth and what was foretold, (m,) each; their Spearman correlation."""

    rows: npt.NDArray[np.int64]
    truth: Floats
    foretold: Floats

    def numbers(self, weights: Floats) -> Drawn:
        return {"spearman": weighted_spearman(self.truth, self.foretold, weights)}

    def dealt(self, rng: np.random.Generator) -> "ValueAnswers":
        return replace(self, truth=rng.permutation(self.truth))


@dataclass(frozen=True, eq=False)
class Means:
    """Numbers that are means of what each sample asked contributes, NaN where it has none; chance by `anew`."""

    rows: npt.NDArray[np.int64]
    contributions: Mapping[str, Floats]
    anew: Callable[[np.random.Generator], Mapping[str, Floats]]

    def numbers(self, weights: Floats) -> Drawn:
        found = {}
        for name, each in self.contributions.items():
            known = np.isfinite(each)
            with np.errstate(invalid="ignore"):
                found[name] = weights[:, known] @ each[known] / weights[:, known].sum(axis=1)
        return found

    def dealt(self, rng: np.random.Generator) -> "Means":
        return replace(self, contributions=self.anew(rng))


@dataclass(frozen=True, eq=False)
class Clusters:
    """A cluster for each sample beside its class: V-measure, the harmonic mean of homogeneity and completeness."""

    rows: npt.NDArray[np.int64]
    truth: Codes
    found: Codes

    def numbers(self, weights: Floats) -> Drawn:
        high, wide = int(self.truth.max()) + 1, int(self.found.max()) + 1
        cells = self.truth * wide + self.found
        values = np.empty(len(weights))
        for i, drawn in enumerate(weights):
            table = np.bincount(cells, drawn, minlength=high * wide).astype(np.float64)
            values[i] = v_measure(table.reshape(high, wide))
        return {"v_measure": values}

    def dealt(self, rng: np.random.Generator) -> "Clusters":
        return replace(self, truth=rng.permutation(self.truth))


@dataclass(frozen=True, eq=False)
class Joined:
    """Several answers of the same samples under one roof; of numbers that share a name, the mean."""

    rows: npt.NDArray[np.int64]
    parts: tuple[ClassAnswers, ...]

    def numbers(self, weights: Floats) -> Drawn:
        found: dict[str, list[Floats]] = {}
        for part in self.parts:
            for name, values in part.numbers(weights).items():
                found.setdefault(name, []).append(values)
        return {name: np.mean(values, axis=0) for name, values in found.items()}

    def dealt(self, rng: np.random.Generator) -> "Joined":
        return replace(self, parts=tuple(part.dealt(rng) for part in self.parts))


def _above(scores: npt.NDArray[np.floating], own: npt.NDArray[np.bool_], weights: Floats) -> Floats:
    """Weight of the pairs in which a sample of `own` scores higher than another, ties counting half."""
    order = np.argsort(scores, kind="stable")
    ordered, mine = scores[order], own[order]
    group = np.concatenate([[0], np.cumsum(ordered[1:] != ordered[:-1])])
    others = weights[:, order[~mine]]
    below = np.concatenate([np.zeros((len(weights), 1)), np.cumsum(others, axis=1)], axis=1)
    low, high = (np.searchsorted(group[~mine], group[mine], side=side) for side in ("left", "right"))
    found: Floats = (weights[:, order[mine]] * (below[:, low] + below[:, high]) / 2).sum(axis=1)
    return found


def v_measure(table: Floats) -> float:
    """V-measure of a contingency table (classes, clusters) (Rosenberg and Hirschberg 2007); 1 where both are one."""
    share = table / table.sum()
    both, classes, clusters = _entropy(share.ravel()), _entropy(share.sum(axis=1)), _entropy(share.sum(axis=0))
    shared = classes + clusters - both  # mutual information
    return 1.0 if classes + clusters == 0 else float(2 * shared / (classes + clusters))


def _entropy(shares: Floats) -> float:
    known = shares[shares > 0]
    return float(-(known * np.log(known)).sum())


def weighted_spearman(a: Floats, b: Floats, weights: Floats) -> Floats:
    """Spearman's correlation of a and b (m,) under each row of weights, ranks of ties being their middle."""
    ranks = []
    for values in (a, b):
        order = np.argsort(values, kind="stable")
        ordered = values[order]
        group = np.concatenate([[0], np.cumsum(ordered[1:] != ordered[:-1])])
        ends = np.append(np.flatnonzero(np.diff(group)), len(group) - 1)
        sums = np.diff(np.cumsum(weights[:, order], axis=1)[:, ends], axis=1, prepend=0)
        middle = np.cumsum(sums, axis=1) - sums / 2
        rank = np.empty(weights.shape)
        rank[:, order] = middle[:, group]
        ranks.append(rank)
    total = weights.sum(axis=1, keepdims=True)
    x, y = (rank - (weights * rank).sum(axis=1, keepdims=True) / total for rank in ranks)
    spread = (weights * x * x).sum(axis=1) * (weights * y * y).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(spread > 0, (weights * x * y).sum(axis=1) / np.sqrt(np.maximum(spread, 1e-300)), np.nan)
