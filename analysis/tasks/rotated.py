"""Training rows turned to their principal axes once, so that every penalty and every fold works on the same matrix.

Centered rows X = U S V' become Z = X V (n, r), r the rank or fewer than d where there are fewer rows than columns.
A penalty |W|² is the same for V'W, and Z'Z is diagonal: what ridge needs, and what tells Newton's steps apart.
Axes with less than 1e-7 of the largest spread are left out: no penalized fit moves along them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SMALLEST = 1e-7


@dataclass(frozen=True, eq=False)
class Rotated:
    """Z (n, r) of the rows that it was made from; `mean` (d,), `axes` V (d, r), `squares` S² (r,), and the `scale`
    by which vectors are divided, their root mean square distance to the mean.
    """

    rows: npt.NDArray[Any]
    mean: Floats
    axes: Floats
    squares: Floats
    scale: float

    def turned(self, vectors: npt.NDArray[np.floating[Any]]) -> npt.NDArray[Any]:
        """Other vectors (m, d) seen the same way, (m, r)."""
        kind = self.rows.dtype
        mean, axes = self.mean.astype(kind), (self.axes / self.scale).astype(kind)
        found: npt.NDArray[Any] = (vectors.astype(kind, copy=False) - mean) @ axes
        return found


def rotated(vectors: npt.NDArray[np.floating[Any]], *, scaled: bool = True, precise: bool = False) -> Rotated | None:
    """Turn the rows (n, d); None where they all coincide. `precise` keeps float64, else rows are float32."""
    wide = vectors.astype(np.float64)
    mean = wide.mean(axis=0)
    wide -= mean
    n, d = wide.shape
    if n < d:
        squares, left = np.linalg.eigh(wide @ wide.T)
        order = _kept(squares)
        squares = squares[order]
        axes = wide.T @ (left[:, order] / np.sqrt(squares))
    else:
        squares, axes = np.linalg.eigh(wide.T @ wide)
        order = _kept(squares)
        squares, axes = squares[order], axes[:, order]
    length = float(np.sqrt(np.square(wide).sum() / n))
    if not len(order) or length <= 1e-6 * float(np.abs(mean).max()):
        return None
    scale = length if scaled else 1.0
    rows = (wide @ (axes / scale)).astype(np.float64 if precise else np.float32)
    return Rotated(np.ascontiguousarray(rows), mean, axes, squares / scale**2, scale)


def _kept(squares: Floats) -> npt.NDArray[np.intp]:
    """Which axes carry any spread, widest first."""
    order = np.argsort(squares)[::-1]
    return order[squares[order] > max(SMALLEST**2 * float(squares.max()), 0.0)]
