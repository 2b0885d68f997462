"""Triangular systems around the size of a block, in every orientation and memory order."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.linalg as LA
from cygrad.numerical import check_grads

Array = Any


@pytest.mark.parametrize("n", [1, 5, 31, 32, 33, 65, 150])
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("trans", [0, "T"])
@pytest.mark.parametrize("unit", [False, True])
def test_against_solve(n: int, lower: bool, trans: Any, unit: bool) -> None:
    rng = np.random.default_rng(n)
    full = rng.uniform(-1.0, 1.0, (n, n)) / n + 3.0 * np.eye(n)
    half = np.tril(full) if lower else np.triu(full)
    if unit:
        np.fill_diagonal(half, 1.0)
    matrix = half.T if trans else half
    for b in (rng.normal(size=n), rng.normal(size=(n, 3)), rng.normal(size=(n, n)).T):
        expected = np.linalg.solve(matrix, b)
        for a in (full, np.asfortranarray(full), np.repeat(full, 2, axis=1)[:, ::2]):
            x = LA.solve_triangular(a, b, trans=trans, lower=lower, unit_diagonal=unit)
            np.testing.assert_allclose(x.data, expected, rtol=1e-12, atol=1e-13)
        view = cg.Variable(full.T.copy()).T
        x = LA.solve_triangular(view, b, trans=trans, lower=lower, unit_diagonal=unit)
        np.testing.assert_allclose(x.data, expected, rtol=1e-12, atol=1e-13)


def test_the_other_triangle_is_not_read() -> None:
    a = np.array([[2.0, np.nan], [1.0, 4.0]])
    x = cg.Variable(a)
    y = LA.solve_triangular(x, [2.0, 9.0], lower=True)
    np.testing.assert_array_equal(y.data, [1.0, 2.0])
    y.backward()
    assert np.isfinite(x.grad.data).all() and x.grad.data[0, 1] == 0.0


def test_a_unit_diagonal_is_not_read() -> None:
    x = cg.Variable([[0.0, 0.0], [1.0, np.nan]])
    y = LA.solve_triangular(x, [2.0, 9.0], lower=True, unit_diagonal=True)
    np.testing.assert_array_equal(y.data, [2.0, 7.0])
    y.backward()
    np.testing.assert_array_equal(np.diag(x.grad.data), [0.0, 0.0])


def test_b_is_not_written_to() -> None:
    b = np.ones((3, 2))
    LA.solve_triangular(2.0 * np.eye(3), b)
    np.testing.assert_array_equal(b, 1.0)


def test_a_gaussian_process() -> None:
    """The likelihood of 200 points by Cholesky, its gradient against the textbook's traces."""
    rng = np.random.default_rng(0)
    t, y = np.sort(rng.uniform(0.0, 10.0, 200)), rng.normal(size=200)
    squares = (t[:, None] - t) ** 2

    def covariance(length: Any, noise: Any) -> Any:
        return F.exp(-0.5 * squares / (length * length)) + noise * np.eye(200)

    length, noise = cg.Variable(1.3), cg.Variable(0.2)
    k = covariance(length, noise)
    l = LA.cholesky(k)
    z = LA.solve_triangular(l, y, lower=True)
    (0.5 * (z * z).sum() + 0.5 * LA.slogdet(k)[1]).backward()
    inverse = np.linalg.inv(k.data)
    alpha = inverse @ y
    outer = inverse - np.outer(alpha, alpha)
    by_length = np.exp(-0.5 * squares / 1.3**2) * squares / 1.3**3
    assert length.grad.item() == pytest.approx(0.5 * np.trace(outer @ by_length), rel=1e-9)
    assert noise.grad.item() == pytest.approx(0.5 * np.trace(outer), rel=1e-9)


@pytest.mark.parametrize("form", ["lower", "upper", "transposed", "diagonal", "one", "reversed"])
def test_solve_of_a_triangular_matrix(form: str) -> None:
    rng = np.random.default_rng(0)
    full = rng.standard_normal((5, 5)) + 4.0 * np.eye(5)
    a = {
        "lower": np.tril(full),
        "upper": np.triu(full),
        "transposed": np.tril(full).T,
        "diagonal": np.diag(np.diag(full)),
        "one": full[:1, :1],
        "reversed": np.tril(full)[::-1, ::-1],
    }[form]
    b = rng.standard_normal((len(a), 2))
    x, y = cg.Variable(a), cg.Variable(b)
    solved = LA.solve(x, y)
    np.testing.assert_allclose(solved.data, np.linalg.solve(a, b), rtol=1e-13)
    F.sum(solved * solved).backward()
    gb = np.linalg.solve(a.T, 2.0 * solved.data)
    np.testing.assert_allclose(y.grad.data, gb, rtol=1e-12)
    # of all elements, those outside the triangle too
    np.testing.assert_allclose(x.grad.data, -gb @ solved.data.T, rtol=1e-12)
    check_grads(LA.solve, a, b, order=2)


def test_solve_of_a_triangular_matrix_that_is_singular() -> None:
    with pytest.raises(np.linalg.LinAlgError, match="solve: .*singular"):
        LA.solve(cg.Variable([[1.0, 0.0], [2.0, 0.0]]), [1.0, 1.0])


def test_solve_of_nothing_and_of_nan() -> None:
    assert LA.solve(cg.zeros(0, 0), cg.zeros(0, 3)).shape == (0, 3)
    assert LA.solve(cg.eye(3), cg.zeros(3, 0)).shape == (3, 0)
    assert np.isnan(LA.solve([[np.nan, 0.0], [1.0, 1.0]], [1.0, 1.0]).data).all()
    assert np.isnan(LA.solve([[1.0, np.nan], [0.0, 1.0]], [1.0, 1.0]).data).any()
