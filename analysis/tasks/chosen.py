"""A penalty chosen by folds of the training samples: every fold walks the same grid on the same turned rows.

Ridge needs no walk: with a fold's rows Z_v left out, (Z'Z - Z_v'Z_v) = Q diag(e) Q' once, and each penalty is a
division by e + alpha.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.cores import on_each_core
from analysis.tasks.logistic import Fit, fit_path
from analysis.tasks.rotated import Floats, Rotated
from analysis.tasks.splits import folds

FOLDS = 5
ROUGH, FINE = 0.2, 0.01  # tolerance of a fold's fit, whose accuracy alone counts, and of the last
AT_END = "the end of the grid"  # says a note where the weakest penalty was chosen: a weaker one might be better
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Walk:
    """Accuracy of each fold at each C, (folds, len(cs))."""

    cs: tuple[float, ...]
    accuracy: Floats

    @property
    def best(self) -> int:
        """The strongest penalty among those of highest mean accuracy."""
        return int(np.argmax(np.round(self.accuracy.mean(axis=0), 12)))


def walk(seen: Rotated, codes: Codes, classes: int, fold: Codes, cs: Sequence[float]) -> Walk:
    """Fit each fold's other rows along the grid and ask the fold."""

    def of(one: int) -> Floats:
        out = fold == one
        fits = fit_path(seen.rows[~out], codes[~out], classes, seen.squares, cs, tolerance=ROUGH)
        asked, truth = seen.rows[out], codes[out]
        return np.array([float((fit.logits(asked).argmax(axis=1) == truth).mean()) for fit in fits])

    return Walk(tuple(cs), np.array(list(on_each_core(of, np.unique(fold).tolist()))))


def chosen_fit(
    seen: Rotated,
    codes: Codes,
    classes: int,
    units: Codes,
    cs: Sequence[float],
    *,
    seed: int,
    fold: Codes | None = None,
) -> Fit:
    """The fit of all rows at the C that its folds choose; the middle of the grid where units are too few for folds."""
    parts = folds(codes, units, FOLDS, seed) if fold is None else fold
    best = walk(seen, codes, classes, parts, cs).best if len(np.unique(parts)) > 1 else len(cs) // 2
    return fit_path(seen.rows, codes, classes, seen.squares, cs[: best + 1], tolerance=ROUGH, last=FINE)[-1]


@dataclass(frozen=True, eq=False)
class Ridge:
    """A linear reader of numbers: weights (r,) of turned rows, the mean they are added to, and the penalty."""

    weights: Floats
    mean: float
    alpha: float

    def foretold(self, rows: Floats) -> Floats:
        """The number of each turned row, (m,)."""
        found: Floats = rows @ self.weights + self.mean
        return found


def chosen_ridge(
    seen: Rotated, values: Floats, strata: Codes, units: Codes, alphas: Sequence[float], *, seed: int
) -> Ridge:
    """The ridge fit of all rows at the penalty of smallest squared error over the folds, the strongest of equals."""
    rows, mean = seen.rows.astype(np.float64), float(values.mean())
    target = values - mean
    fold = folds(strata, units, FOLDS, seed)
    errors = np.zeros(len(alphas))
    gram, product = rows.T @ rows, rows.T @ target
    if len(np.unique(fold)) > 1:
        for one in np.unique(fold):
            out = fold == one
            held, kept = rows[out], int((~out).sum())
            center, shift = rows[~out].mean(axis=0), float(target[~out].mean())
            inner = gram - held.T @ held - kept * np.outer(center, center)
            with_y = product - held.T @ target[out] - kept * center * shift
            spread, axes = np.linalg.eigh(inner)
            asked, turned = (held - center) @ axes, axes.T @ with_y
            for place, alpha in enumerate(alphas):
                foretold = asked @ (turned / (np.maximum(spread, 0) + alpha)) + shift
                errors[place] += float(np.square(target[out] - foretold).sum())
    best = len(alphas) - 1 - int(np.argmin(errors[::-1]))
    return Ridge(product / (seen.squares + alphas[best]), mean, float(alphas[best]))
