"""What linalg refuses: before anything has changed, naming the function."""

from typing import Any

import numpy as np
import pytest
from numpy.linalg import LinAlgError

import cygrad as cg
import cygrad.functions as F
import cygrad.linalg as LA

SQUARE = [LA.cholesky, LA.det, LA.eigh, LA.eigvalsh, LA.expm, LA.inv, LA.logm, LA.slogdet, LA.sqrtm]
ANY = [LA.pinv, LA.qr, LA.svd, LA.svdvals]


@pytest.mark.parametrize("f", SQUARE, ids=lambda f: f.__name__)
@pytest.mark.parametrize("shape", [(2, 3), (3,), (), (2, 2, 3)])
def test_not_square(f: Any, shape: tuple[int, ...]) -> None:
    x = cg.Variable(np.zeros(shape), name="covariance")
    name = "eigh" if f is LA.eigvalsh else f.__name__
    with pytest.raises(LinAlgError, match=rf"^{name}: .*covariance"):
        f(x)


@pytest.mark.parametrize("f", [*SQUARE, *ANY], ids=lambda f: f.__name__)
def test_no_matrix(f: Any) -> None:
    for x in (1.0, [1.0, 2.0]):
        with pytest.raises(LinAlgError):
            f(x)
    for x in ("abc", None, [[1j]], object()):
        with pytest.raises(TypeError):
            f(x)


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (LA.inv, "inv: a of shape .* singular"),
        (lambda a: LA.solve(a, [1.0, 2.0]), "solve: a of shape .* singular"),
        (lambda a: LA.solve_triangular(a, [1.0, 2.0]), "solve_triangular: a of shape .* singular"),
        (LA.cholesky, "cholesky: a of shape .* not positive definite"),
        (lambda a: LA.matrix_power(a, -1), "inv: a of shape .* singular"),
        (lambda a: LA.lstsq(a, [1.0, 2.0]), "lstsq: .*rank 1"),
    ],
)
def test_singular(f: Any, message: str) -> None:
    a = cg.Variable([[1.0, 0.0], [0.0, 0.0]], name="a")
    with pytest.raises(LinAlgError, match=message):
        f(a)
    np.testing.assert_array_equal(a.data, [[1.0, 0.0], [0.0, 0.0]])
    assert a.grad is None


def test_one_of_a_stack_is_singular() -> None:
    stack = np.stack([np.eye(2), np.zeros((2, 2))])
    for f in (LA.inv, LA.cholesky, lambda a: LA.solve(a, np.ones((2, 2, 1)))):
        with pytest.raises(LinAlgError, match="of the stack"):
            f(stack)
    with pytest.raises(LinAlgError, match="singular"):
        LA.solve_triangular(stack, np.ones((2, 2, 1)))


@pytest.mark.parametrize("f", [LA.solve, LA.solve_triangular], ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    ("a", "b"), [((2, 2), (3,)), ((2, 2), ()), ((2, 2), (3, 2)), ((2, 2, 2), (3, 2, 1))]
)
def test_shapes_that_do_not_fit(f: Any, a: tuple[int, ...], b: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=rf"^{f.__name__}: "):
        f(np.broadcast_to(np.eye(2), a), np.ones(b))


def test_arguments() -> None:
    a = np.eye(2)
    with pytest.raises(ValueError, match="solve_triangular: trans"):
        LA.solve_triangular(a, [1.0, 2.0], trans=2)
    with pytest.raises(ValueError, match="qr: mode"):
        LA.qr(a, "complete")
    with pytest.raises(ValueError, match="svd: full_matrices"):
        LA.svd(a, full_matrices=True)
    with pytest.raises(ValueError, match="eigh: UPLO"):
        LA.eigh(a, "X")
    with pytest.raises(TypeError, match="matrix_power: n"):
        LA.matrix_power(a, 1.5)
    with pytest.raises(ValueError, match="multi_dot: at least two"):
        LA.multi_dot([a])
    with pytest.raises(ValueError, match="multi_dot: shapes"):
        LA.multi_dot([a, np.ones((3, 2)), a])
    with pytest.raises(ValueError, match="multi_dot: shapes"):
        LA.multi_dot([a, np.ones(2), a])
    with pytest.raises(ValueError, match="lstsq: .* do not fit"):
        LA.lstsq(a, np.ones(3))
    with pytest.raises(LinAlgError, match="lstsq: "):
        LA.lstsq(np.ones((2, 2, 2)), np.ones(2))
    with pytest.raises(LinAlgError, match="matrix_power: "):
        LA.matrix_power(np.ones((2, 3)), 2)
    with pytest.raises(IndexError, match="norm"):
        LA.norm(np.eye(2), 2, (0, 2))
    with pytest.raises(ValueError, match="norm"):
        LA.norm(np.eye(2), 3)


CALLS = {
    "inv": LA.inv,
    "det": LA.det,
    "slogdet": lambda x: LA.slogdet(x)[1],
    "cholesky": LA.cholesky,
    "solve": lambda x: LA.solve(x, np.ones((3, 2))),
    "solve_triangular": lambda x: LA.solve_triangular(x, np.ones((3, 2))),
    "qr": lambda x: LA.qr(x)[1],
    "eigh": LA.eigvalsh,
    "svd": LA.svdvals,
    "pinv": LA.pinv,
    "expm": LA.expm,
    "sqrtm": LA.sqrtm,
    "logm": LA.logm,
    "matrix_function": lambda x: LA.matrix_function(F.exp, x),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("shape", [(2, 2), (3,), (4, 4), (), (2, 3, 3), (0, 0), (3, 4)])
def test_data_replaced_before_the_backward_pass(name: str, shape: tuple[int, ...]) -> None:
    """It raises, or gives a gradient of x's shape; it never reads beyond an array."""
    x = cg.Variable(np.eye(3))
    y = CALLS[name](x)
    x.data = np.ones(shape)
    try:
        y.backward()
    except (ValueError, RuntimeError, IndexError):
        return
    assert x.grad.shape == shape


def test_output_data_replaced() -> None:
    for f in (LA.inv, LA.cholesky, LA.det):
        x = cg.Variable(np.eye(3))
        y = f(x)
        y.data = np.ones((2, 2))
        with pytest.raises((ValueError, RuntimeError)):
            y.backward()
