"""A symmetric matrix A, made tridiagonal once, so that A + t is solved at once for every t.

A = Q T Q' by Householder's reflections (LAPACK's sytrd) costs a fifth of what eigenvectors cost; the eigenvalues of T
are A's, and T + t is solved in as many steps as it has rows.
"""

from functools import cached_property

import numpy as np

from analysis.transferability.sample import Floats

NOTHING = 1e-12  # a shift below this share of the largest eigenvalue is rounding
WORK = 1 << 16  # of LAPACK's scratch, plenty


class Shifted:
    """A positive semi-definite matrix (k, k), of which the lower half is read."""

    def __init__(self, matrix: Floats) -> None:
        from scipy.linalg import lapack

        made = lapack.dsytrd(np.asfortranarray(matrix), lower=1, lwork=max(WORK, 64 * len(matrix)), overwrite_a=1)
        self._reflections, self._diagonal, self._beside, self._lengths, _ = made

    @cached_property
    def values(self) -> Floats:
        """The eigenvalues, widest first, (k,)."""
        from scipy.linalg import eigvalsh_tridiagonal

        if len(self._diagonal) == 1:
            return np.array(self._diagonal)
        return np.asarray(eigvalsh_tridiagonal(self._diagonal, self._beside, lapack_driver="sterf")[::-1])

    def turned(self, rows: Floats) -> Floats:
        """Some rows (m, k) in the axes in which the matrix is tridiagonal: lengths and products stay as they are."""
        from scipy.linalg import lapack

        found = np.array(rows.T, order="F")
        if len(found) > 1:
            below = self._reflections[1:, :-1]
            found[1:] = lapack.dormqr("L", "T", below, self._lengths, found[1:], lwork=WORK + 64 * len(rows))[0]
        return found.T

    def solved(self, row: Floats, shift: float) -> Floats:
        """(A + shift)⁻¹ row, of a row (k,) turned, as one turned."""
        from scipy.linalg import lapack

        lifted: Floats = self._diagonal + max(shift, NOTHING * float(self.values[0]))
        if len(lifted) == 1:
            return row / lifted
        *_, found, broken = lapack.dptsv(lifted, self._beside, row[:, None])
        if broken:
            raise np.linalg.LinAlgError("A matrix has eigenvalues below zero, so it is no sum of products.")
        return np.asarray(found[:, 0])
