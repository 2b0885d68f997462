"""Where matrices are singular, or nearly, or out of range: right, nan, or an error that says why."""

from typing import Any

import numpy as np
import pytest
from numpy.linalg import LinAlgError

import cygrad as cg
import cygrad.functions as F
import cygrad.linalg as LA

RANK_ONE = np.array([[0.1, 0.2, 0.3]]).T @ np.array([[1.0, 2.0, 7.0]])


@pytest.mark.parametrize("scale", [1e-200, 1e-160, 1e160, 1e200])
def test_det_out_of_range(scale: float) -> None:
    """Its slopes may be in range."""
    gradient = cg.grad(LA.det)(np.diag([scale, scale]))
    np.testing.assert_allclose(gradient, np.diag([scale, scale]), rtol=1e-12, atol=0.0)
    gradient = cg.grad(LA.det)(np.diag([scale, 1.0 / scale, scale, 2.0]))
    np.testing.assert_allclose(np.diag(gradient)[[0, 2]], [2.0, 2.0], rtol=1e-12)
    stack = np.stack([np.diag([scale, scale]), np.array([[1.0, 2.0], [3.0, 4.0]])])
    gradient = cg.grad(lambda x: F.sum(LA.det(x)))(stack)
    np.testing.assert_allclose(gradient[1], [[4.0, -3.0], [-2.0, 1.0]], rtol=1e-12)
    small = np.full((40, 40), 1e-11) + 1e-11 * np.diag(np.arange(40.0))
    assert LA.det(small).item() == 0.0
    assert np.abs(cg.grad(LA.det)(small)).max() < 1e-300


def test_det_of_a_matrix_that_is_singular_but_for_rounding() -> None:
    gradient = cg.grad(LA.det)(RANK_ONE[:2, :2])
    cofactors = np.array([[0.4, -0.2], [-0.2, 0.1]])
    np.testing.assert_allclose(gradient, cofactors, rtol=1e-13)
    np.testing.assert_allclose(cg.grad(LA.det)(RANK_ONE), 0.0, atol=1e-15)


@pytest.mark.parametrize("a", [RANK_ONE, RANK_ONE[:, :2], RANK_ONE[:2], RANK_ONE * 1e-30], ids=repr)
def test_qr_of_columns_that_depend_but_for_rounding(a: Any) -> None:
    with pytest.raises(LinAlgError, match=r"qr: .*dependent"):
        cg.grad(lambda x: F.sum(LA.qr(x).R))(a)


def test_qr_of_columns_of_any_size() -> None:
    a = np.array([[3.0, 1e-30], [4.0, 2e-30]])
    gradient = cg.grad(lambda x: LA.qr(x).R[0, 0])(a)
    np.testing.assert_allclose(np.abs(gradient[:, 0]), [0.6, 0.8], rtol=1e-14)


def test_cholesky_of_a_matrix_that_is_singular_but_for_rounding() -> None:
    nearly = np.array([[1.0, 1.0], [1.0, 1.0 + 2.0**-52]])
    for a in (nearly, np.stack([np.eye(2), nearly]), 1e-30 * nearly):
        y = LA.cholesky(x := cg.Variable(a))
        with pytest.raises(LinAlgError, match="row 1 depends on those before"):
            y.backward()
        assert x.grad is None
    for a in (np.diag([1.0, 1e-30]), np.array([[1.0, 1.0], [1.0, 1.0 + 1e-10]])):
        assert np.isfinite(cg.grad(lambda x: F.sum(LA.cholesky(x)))(a)).all()


@pytest.mark.parametrize("p", [2, -2, "nuc", "fro"])
def test_norms_of_zero(p: Any) -> None:
    """A kink: the slope 0, as for abs."""
    np.testing.assert_array_equal(cg.grad(lambda x: LA.norm(x, p))(np.zeros((3, 2))), 0.0)


def test_norms_of_singular_matrices() -> None:
    a = np.diag([3.0, 0.0])
    for p, expected in ((2, [1.0, 0.0]), (-2, [0.0, 0.0]), ("nuc", [1.0, 0.0])):
        gradient = cg.grad(lambda x, p=p: LA.norm(x, p))(a)
        np.testing.assert_allclose(gradient, np.diag(expected), atol=1e-15)


@pytest.mark.parametrize("turn", [np.eye(3), np.linalg.qr(RANK_ONE + np.eye(3))[0]])
def test_equal_values_share(turn: Any) -> None:
    """The greatest of equal ones has a kink: no direction in their subspace is better than others.

    What was one vector's, LAPACK's choice, is the mean over the subspace.
    """
    a = 0.5 * (b := (turn * [2.0, 2.0, 1.0]) @ turn.T) + 0.5 * b.T
    half = (turn * [0.5, 0.5, 0.0]) @ turn.T
    for f in (lambda x: LA.eigvalsh(x)[-1], lambda x: LA.svdvals(x)[0], lambda x: LA.norm(x, 2)):
        np.testing.assert_allclose(cg.grad(f)(a), half, atol=1e-14)
    np.testing.assert_allclose(cg.grad(np.linalg.cond)(np.eye(3)), 0.0, atol=1e-15)


def test_cond_of_a_singular_matrix() -> None:
    assert not np.isfinite(cg.grad(np.linalg.cond)(np.diag([1.0, 0.0]))).all()


@pytest.mark.parametrize("n", [0, 1, 2, -1, -2])
def test_matrix_power(n: int) -> None:
    a = np.array([[2.0, 1.0], [0.0, 2.0]])
    with np.errstate(all="raise"):
        jacobian = cg.jacobian(lambda x: LA.matrix_power(x, n))(a)
    for i, j in np.ndindex(2, 2):
        e = np.zeros((2, 2))
        e[i, j] = 1.0
        powers = [
            sum(
                np.linalg.matrix_power(a, k) @ e @ np.linalg.matrix_power(a, n - 1 - k)
                for k in range(n)
            )
            if n > 0
            else -sum(
                np.linalg.matrix_power(a, -1 - k) @ e @ np.linalg.matrix_power(a, n + k)
                for k in range(-n)
            )
        ]
        np.testing.assert_allclose(jacobian[..., i, j], powers[0] * np.ones((2, 2)), rtol=1e-13)
    if n < 0:
        with pytest.raises(LinAlgError, match="singular"):
            LA.matrix_power(np.zeros((2, 2)), n)
    else:
        gradient = cg.grad(lambda x: F.sum(LA.matrix_power(x, n)))(np.zeros((2, 2)))
        np.testing.assert_array_equal(gradient, 1.0 if n == 1 else 0.0)


@pytest.mark.parametrize("size", [1e-300, 1e-20, 1.0, 50.0, 700.0])
def test_expm_of_any_size(size: float) -> None:
    """Of a multiple of the unit matrix the slope is e^size times what flows in."""
    e = np.array([[1.0, 2.0], [3.0, 4.0]])
    y, slope = cg.jvp(LA.expm, (size * np.eye(2),), (e,))
    np.testing.assert_allclose(y, np.exp(size) * np.eye(2), rtol=1e-12)
    np.testing.assert_allclose(slope, np.exp(size) * e, rtol=1e-12)
    nilpotent = np.array([[0.0, size], [0.0, 0.0]])
    slope = cg.jvp(LA.expm, (nilpotent,), (e,))[1]
    expected = [[1.0 + 1.5 * size, 2.0 + 2.5 * size + 0.5 * size**2], [3.0, 4.0 + 1.5 * size]]
    np.testing.assert_allclose(slope[1, 0], 3.0, rtol=1e-12)
    np.testing.assert_allclose(slope[0, 0], expected[0][0], rtol=1e-12)
    np.testing.assert_allclose(slope[1, 1], expected[1][1], rtol=1e-12)
    np.testing.assert_allclose(slope[0, 1], expected[0][1], rtol=1e-12)


def test_expm_beyond_range() -> None:
    x = cg.Variable(np.diag([800.0, 0.0]))
    y = LA.expm(x)
    F.sum(y).backward()
    assert not np.isfinite(y.data[0, 0]) and not np.isfinite(x.grad.data).all()
