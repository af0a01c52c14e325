"""A matrix lifted by any shift, solved from its tridiagonal form, against NumPy."""

import numpy as np
import pytest

from analysis.transferability.shifted import Shifted


def gram(n: int, k: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, k)) * np.logspace(0, -2, k)
    return rows.T @ rows


@pytest.mark.parametrize(("n", "k"), [(50, 1), (50, 2), (200, 40), (20, 40)])
def test_eigenvalues_are_the_matrix_own(n: int, k: int) -> None:
    matrix = gram(n, k)
    expected = np.linalg.eigvalsh(matrix)[::-1]
    np.testing.assert_allclose(Shifted(matrix).values, expected, atol=1e-12 * expected[0])


@pytest.mark.parametrize("shift", [1e-3, 1.0, 1e4])
@pytest.mark.parametrize(("n", "k"), [(50, 1), (50, 2), (200, 40), (20, 40)])
def test_solving_is_as_with_the_whole_matrix(n: int, k: int, shift: float) -> None:
    matrix, rows = gram(n, k), np.random.default_rng(1).normal(size=(3, k))
    shifted, expected = Shifted(matrix), np.linalg.solve(matrix + shift * np.eye(k), rows.T).T
    turned = shifted.turned(rows)
    solved = np.array([shifted.solved(row, shift) for row in turned])
    np.testing.assert_allclose(turned @ turned.T, rows @ rows.T, rtol=1e-12)
    np.testing.assert_allclose(turned @ solved.T, rows @ expected.T, rtol=1e-8)
    np.testing.assert_allclose(solved @ solved.T, expected @ expected.T, rtol=1e-8)


def test_without_a_shift_a_singular_matrix_is_lifted_by_what_is_rounding() -> None:
    matrix = gram(20, 40)
    row = matrix @ np.random.default_rng(1).normal(size=40)
    shifted = Shifted(matrix)
    turned = shifted.turned(row[None])[0]
    expected = np.linalg.pinv(matrix, hermitian=True) @ row
    assert turned @ shifted.solved(turned, 0.0) == pytest.approx(row @ expected, rel=1e-6)


def test_a_matrix_that_is_no_sum_of_products_is_refused() -> None:
    shifted = Shifted(np.diag([1.0, -1.0, 2.0]))
    with pytest.raises(np.linalg.LinAlgError, match="no sum of products"):
        shifted.solved(np.ones(3), 0.5)
