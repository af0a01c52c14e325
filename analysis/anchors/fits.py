"""Least squares from moments: the vector that fits the log bulk partition function y, v0 = argmin E(<v0, h> - y)^2.

plain: through the origin, as the hypothesis says (of a head with a bias, h is given a 1 and so an intercept).
intercept: with a constant. ridge: plain, with a penalty of `ridge` times n on the squared length; it does not follow a
shift of the output embeddings. Where the columns are dependent (a LayerNorm's states span the constant, so [H, 1] is
singular) it is the solution of least norm; directions under 1e-6 of the largest singular value are float32 noise.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.anchors.moments import Floats, Total
from models.errors import BadInput, nearest

Kind = Literal["plain", "intercept", "ridge"]
KINDS: tuple[Kind, ...] = ("plain", "intercept", "ridge")
NOISE = 1e-12  # of the largest eigenvalue of X'X
RIDGE = 1.0


def parse_fit(text: str) -> tuple[Kind, float]:
    """Kind and penalty of a fit; "ridge" is "ridge:1".

    >>> parse_fit("ridge:0.01")
    ('ridge', 0.01)
    """
    kind, colon, value = text.partition(":")
    for known in KINDS:
        if kind == known and (known == "ridge" or not colon):
            try:
                penalty = float(value or RIDGE) if known == "ridge" else 0.0
            except ValueError:
                penalty = -1.0
            if 0 <= penalty < np.inf:
                return known, penalty
    raise BadInput(f"no fit {text!r} of anchors{nearest(kind, KINDS)}")


@dataclass(frozen=True, eq=False)
class Basis:
    """Coordinates in which the columns of a design are orthonormal: x = X W, with W (D, r) and `penalty` (r,)."""

    turn: Floats
    penalty: Floats

    @property
    def rank(self) -> int:
        """Independent columns."""
        return int(self.turn.shape[1])

    def solve(self, total: Total, *, span: float = 0.0) -> Floats:
        """Coefficients (D, R) for these rows, or for others drawn from the same: least norm where columns depend.

        LinAlgError where a direction has less than a share `span` of the length that it had.
        """
        gram = self.turn.T @ total.gram @ self.turn
        gram[np.diag_indices_from(gram)] += self.penalty * total.n
        if span and np.linalg.cholesky(gram).diagonal().min() < span * np.sqrt(gram.diagonal().mean()):
            raise np.linalg.LinAlgError("these rows do not span the states")
        return np.asarray(self.turn @ np.linalg.solve(gram, self.turn.T @ total.cross))


def columns_of(kind: Kind, width: int, *, biased: bool) -> npt.NDArray[np.bool_]:
    """Which of the columns [H, 1] a fit uses."""
    used = np.ones(width + 1, bool)
    used[-1] = kind == "intercept" or biased
    return used


def basis_of(total: Total, used: npt.NDArray[np.bool_], penalty: float = 0.0) -> Basis:
    """The independent directions of these columns, from their second moments."""
    values, turn = np.linalg.eigh(total.gram[np.ix_(used, used)])
    kept = values > NOISE * values[-1]
    found = np.zeros((len(used), int(kept.sum())))
    found[used] = turn[:, kept] / np.sqrt(values[kept])
    return Basis(found, penalty / values[kept])


def constant_in_span(total: Total, basis: Basis) -> float:
    """How nearly the constant is linear in h: min over w of E(1 - <w, h>)^2; 0 where it is, 1 where nothing is."""
    ones = Total(total.gram, total.gram[:, -1:], np.array([total.n]), total.n)
    return float(ones.error(basis.solve(ones))[0])
