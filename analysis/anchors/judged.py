"""What a fit is worth on rows it has not seen, in the raw gauge and the centred one, and how sure that is.

Adding u to every output embedding changes no probability and adds <u, h> to every target: the mean squared error of an
unregularised fit stays, Var(y) and so R^2 and the constant predictor's error move at will. So R^2 is also told in the
gauge in which the mean output embedding is 0. Intervals: blocks of windows are drawn anew, fitted and held out ones
apart, and everything is fitted again from the blocks' moments.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from analysis.anchors.fits import Basis
from analysis.anchors.moments import Floats, Moments, Total

SPAN = 1e-3  # less of a direction than this in a draw is none
AT_ONCE = 1 << 28  # bytes of the moments drawn together


@dataclass(frozen=True, eq=False)
class Judged:
    """Of every target, (R,): errors and variances on held-out rows."""

    mse: Floats
    variance: Floats
    constant_mse: Floats
    variance_centred: Floats
    constant_mse_centred: Floats

    @property
    def r2(self) -> Floats:
        """Share of the variance explained, in the raw gauge; NaN where nothing varies."""
        return share(self.mse, self.variance)

    @property
    def r2_centred(self) -> Floats:
        """The same with the mean output embedding at 0."""
        return share(self.mse, self.variance_centred)


def share(error: Floats, variance: Floats) -> Floats:
    """1 - error / variance; NaN where the variance is zero."""
    return np.where(variance > 0, 1 - error / np.where(variance > 0, variance, 1), np.nan)


def judge(coefficients: Floats, train: Total, test: Total, middle: Floats) -> Judged:
    """Coefficients (D, R) on held-out rows. `middle` (D,): the mean output embedding, its mean bias last."""
    constant = test.variance + (test.mean - train.mean) ** 2
    there, here = test.moved(-middle), train.moved(-middle)
    centred = there.variance + (there.mean - here.mean) ** 2
    return Judged(test.error(coefficients), test.variance, constant, there.variance, centred)


def drawn(
    basis: Mapping[str, Basis],
    train: Moments,
    test: Moments,
    middle: Floats,
    *,
    draws: int,
    rng: np.random.Generator,
) -> Iterator[dict[str, Judged]]:
    """Every fit (by name) fitted and judged on blocks drawn anew."""
    counts = [rng.multinomial(len(one.n), np.full(len(one.n), 1 / len(one.n)), size=draws) for one in (train, test)]
    weights = [count.astype(np.float64) for count in counts]
    together = max(1, AT_ONCE // (16 * train.gram[0].size))
    for begin in range(0, draws, together):
        part = slice(begin, begin + together)
        pairs = zip(_totals(train, weights[0][part]), _totals(test, weights[1][part]), strict=True)
        for fitted, held in pairs:
            try:
                found = {name: one.solve(fitted, span=SPAN) for name, one in basis.items()}
            except np.linalg.LinAlgError:  # so few different windows that they do not span the states
                yield {}
            else:
                yield {name: judge(one, fitted, held, middle) for name, one in found.items()}


def _totals(moments: Moments, w: Floats) -> list[Total]:
    """Totals of several draws at once: one product instead of one pass over the blocks for each."""
    grams = (w @ moments.gram.reshape(len(moments.n), -1)).reshape(-1, *moments.gram.shape[1:])
    crosses = np.tensordot(w, moments.cross, 1)
    squares, counts = w @ moments.square, w @ moments.n
    return [Total(*one) for one in zip(grams, crosses, squares, counts.tolist(), strict=True)]
