"""Singular matrices, equal eigenvalues, empty stacks: what is right there, and what is refused."""

from typing import Any

import numpy as np
import pytest
from numpy.linalg import LinAlgError

import cygrad as cg
import cygrad.functions as F
import cygrad.linalg as LA
from cygrad.numerical import check_grads


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_det_of_singular_matrices(rank: int) -> None:
    """The gradient is the cofactors, which is not 0 where one row depends on the others."""
    a = np.diag([3.0, 2.0, 5.0])
    a[rank:] = 0.0
    check_grads(LA.det, a, order=2)


def test_det_in_a_stack_of_regular_and_singular_ones() -> None:
    a = np.stack([np.eye(3), np.diag([1.0, 1.0, 0.0])])
    check_grads(LA.det, a, order=2)


def test_det_of_large_singular_matrices_is_refused() -> None:
    x = cg.zeros(31, 31)
    y = LA.det(x)
    assert y.item() == 0.0
    with pytest.raises(LinAlgError, match="det.*singular"):
        y.backward()
    assert x.grad is None


def test_slogdet_of_a_singular_matrix() -> None:
    x = cg.zeros(2, 2)
    sign, y = LA.slogdet(x)
    assert sign.item() == 0.0 and y.item() == -np.inf
    assert sign.creator is None
    with pytest.raises(LinAlgError, match="slogdet"):
        y.backward()


DOUBLE = np.diag([2.0, 2.0, 5.0])


@pytest.mark.parametrize("f", [lambda x: LA.eigh(x)[1], lambda x: LA.svd(x)[0]])
def test_equal_values_have_no_vectors(f: Any) -> None:
    x = cg.Variable(DOUBLE)
    y = f(x)
    y.grad = cg.Variable(np.arange(9.0).reshape(3, 3))
    with pytest.raises(LinAlgError, match="equal"):
        y.backward()
    assert x.grad is None


@pytest.mark.parametrize("f", [LA.eigvalsh, LA.svdvals])
def test_second_derivatives_at_equal_values_are_refused(f: Any) -> None:
    """They would depend on the derivatives of the vectors, which are not there."""
    x = cg.Variable(DOUBLE)
    F.sum(f(x) ** 2).backward(create_graph=True)
    np.testing.assert_allclose(x.grad.data, 2.0 * DOUBLE, rtol=1e-14)
    g = x.grad
    x.cleargrad()
    with pytest.raises(LinAlgError, match="first derivatives only"):
        F.sum(g * np.arange(9.0).reshape(3, 3)).backward()


def test_singular_values_that_are_zero() -> None:
    a = np.array([[2.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    x = cg.Variable(a)
    F.sum(LA.svdvals(x) ** 2).backward(create_graph=True)
    np.testing.assert_array_equal(x.grad.data, 2.0 * a)
    with pytest.raises(LinAlgError, match="first derivatives only"):
        F.sum(x.grad).backward()
    u = LA.svd(cg.Variable(a)).U
    u.grad = cg.Variable(np.arange(6.0).reshape(3, 2))
    with pytest.raises(LinAlgError, match="singular value"):
        u.backward()


def test_pinv_keeps_the_rank() -> None:
    """A matrix of rank 1 that depends on vectors."""
    check_grads(lambda u, v: LA.pinv(u[:, None] * v, 1e-10), [1.0, 2.0, 0.5], [0.3, -1.0], order=2)


def test_qr_of_dependent_columns() -> None:
    x = cg.Variable(np.zeros((3, 2)))
    r = LA.qr(x).R
    with pytest.raises(LinAlgError, match="qr.*dependent"):
        F.sum(r).backward()


@pytest.mark.parametrize("shape", [(0, 0), (0, 2, 2), (2, 0, 0)])
def test_empty(shape: tuple[int, ...]) -> None:
    x = cg.Variable(np.empty(shape))
    for f, reference in (
        (LA.inv, np.linalg.inv),
        (LA.det, np.linalg.det),
        (LA.cholesky, np.linalg.cholesky),
        (LA.eigvalsh, np.linalg.eigvalsh),
        (LA.expm, np.array),
    ):
        y = f(x)
        np.testing.assert_array_equal(y.data, reference(x.data), strict=True)
        x.cleargrad()
        y.backward()
        assert x.grad.shape == shape
    assert LA.slogdet(x)[1].shape == shape[:-2]
    b = cg.Variable(np.empty((*shape[:-1], 3)))
    assert LA.solve(x, b).shape == b.shape
    assert LA.solve_triangular(x, b).shape == b.shape


def test_matrix_power_zero_is_a_constant() -> None:
    x = cg.Variable(np.full((2, 2, 2), 3.0))
    y = LA.matrix_power(x, 0)
    assert not y.requires_grad
    np.testing.assert_array_equal(y.data, np.broadcast_to(np.eye(2), (2, 2, 2)))


def test_matrix_power_one_has_memory_of_its_own() -> None:
    x = cg.ones(2, 2)
    assert not np.shares_memory(LA.matrix_power(x, 1).data, x.data)


def test_not_finite() -> None:
    nan = np.full((2, 2), np.nan)
    assert np.isnan(LA.det(nan).item())
    assert np.isnan(LA.inv(nan).data).all()
    assert np.isnan(LA.expm([[np.inf, 0.0], [0.0, 0.0]]).data).all()
    assert np.isnan(LA.cholesky(nan).data[1]).all()
