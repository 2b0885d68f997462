"""Equal eigenvalues and singular values: the gradient is right, or refused."""

from typing import Any

import numpy as np
import pytest
from numpy.linalg import LinAlgError

import cygrad as cg
import cygrad.functions as F
import cygrad.linalg as LA

WEIGHTS = np.arange(1.0, 10.0).reshape(3, 3) ** 1.5

FUNCTIONS = {
    "identity": lambda w: w,
    "sqrt": F.sqrt,
    "exp": F.exp,
    "log": F.log,
    "inverse": lambda w: 1.0 / w,
    "zero": lambda w: (w - 2.0) * w,  # 0 at 2, with a slope
}


def rebuilt(f: Any) -> Any:
    def call(x: Any) -> Any:
        w, v = LA.eigh(x)
        return (v * F.unsqueeze(f(w), -2)) @ v.swapaxes(-1, -2)

    return call


def of_singular_values(f: Any) -> Any:
    def call(x: Any) -> Any:
        u, s, vh = LA.svd(x)
        return (u * F.unsqueeze(f(s), -2)) @ vh

    return call


def weighted(y: Any) -> Any:
    return F.sum(y * WEIGHTS[: y.shape[-2], : y.shape[-1]])


MODES = {
    "grad": lambda f, a: cg.grad(lambda x: weighted(f(x)))(a),
    "sum": lambda f, a: cg.grad(lambda x: F.sum(f(x)))(a),
    "one element": lambda f, a: cg.grad(lambda x: f(x)[0, 1])(a),
    "trace": lambda f, a: cg.grad(lambda x: F.trace(f(x)))(a),
    "jacobian": lambda f, a: cg.jacobian(f)(a),
    "jvp": lambda f, a: cg.jvp(f, (a,), (WEIGHTS[: a.shape[0], : a.shape[1]],)),
    "hessian": lambda f, a: cg.hessian(lambda x: weighted(f(x)))(a),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    "values", [(2.0, 2.0), (2.0, 2.0, 2.0), (2.0, 2.0, 7.0), (2.0, 2.0 + 1e-15, 7.0)], ids=str
)
def test_functions_of_the_matrix_are_refused(values: Any, name: str, mode: str) -> None:
    a, f = np.diag(values), FUNCTIONS[name]
    with pytest.raises(LinAlgError, match=r"eigh: eigenvalues 0 and 1 are equal.*matrix_function"):
        MODES[mode](rebuilt(f), a)
    with pytest.raises(LinAlgError, match=r"svd: singular values . and . are equal.*svdvals"):
        MODES[mode](of_singular_values(f), a)
    if len(values) == 3:
        tall = np.vstack([a, np.zeros((1, 3))])[:, :3]
        with pytest.raises(LinAlgError, match=r"svd: singular values . and . are equal"):
            cg.grad(lambda x: F.sum(of_singular_values(f)(x)))(tall)


@pytest.mark.parametrize("gap", 10.0 ** np.arange(-15.0, -2.0))
@pytest.mark.parametrize("name", FUNCTIONS)
def test_nearly_equal(gap: float, name: str) -> None:
    """Half the digits are there, or it is refused; with a rotation, and without one."""
    for turn in (np.eye(3), np.linalg.qr(WEIGHTS)[0]):
        values = np.array([2.0, 2.0 + gap, 7.0])
        a = (turn * values) @ turn.T
        try:
            gradient = cg.grad(lambda x: weighted(rebuilt(FUNCTIONS[name])(x)))(a)
        except LinAlgError as error:
            assert gap < 1e-6, gap
            assert "equal (" in str(error)
            continue
        slopes = np.empty((3, 3))
        for i, b in enumerate(values):
            for j, c in enumerate(values):
                near, middle = abs(b - c) < 0.5, 0.5 * (b + c)
                slope = cg.grad(FUNCTIONS[name])(middle)
                ends = [FUNCTIONS[name](cg.Variable(x)).item() for x in (b, c)]
                slopes[i, j] = slope if near else (ends[0] - ends[1]) / (b - c)
        weights = turn.T @ (0.5 * (WEIGHTS + WEIGHTS.T)) @ turn
        expected = turn @ (weights * slopes) @ turn.T
        assert np.abs(gradient - expected).max() < 1e-7 * np.abs(expected).max()


@pytest.mark.parametrize("values", [(1e-15, 2e-15), (0.0, 1e-15), (1e-12, 3e-12)], ids=str)
def test_far_apart_for_their_size_alone(values: Any) -> None:
    """exp of them is 1 but for rounding."""
    for mode in ("grad", "sum", "one element"):
        with pytest.raises(LinAlgError, match="cancels"):
            MODES[mode](rebuilt(F.exp), np.diag(values))


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e200, 1e300])
def test_gradients_of_any_size(scale: float) -> None:
    for f in (rebuilt(F.exp), of_singular_values(F.exp)):
        with pytest.raises(LinAlgError, match="are equal"):
            cg.grad(lambda x, f=f: F.sum(f(x)) * scale)(np.eye(3))
    apart = np.diag([1.0, 2.0, 4.0])
    gradient = cg.grad(lambda x: weighted(rebuilt(F.sqrt)(x)) * scale)(apart)
    expected = cg.grad(lambda x: weighted(rebuilt(F.sqrt)(x)))(apart)
    np.testing.assert_allclose(gradient, expected * scale, rtol=1e-14)


@pytest.mark.parametrize("gap", 10.0 ** np.arange(-14.0, -9.0))
def test_second_derivatives_next_to_equal_values(gap: float) -> None:
    a = np.diag([2.0, 2.0 + gap, 7.0])
    for f in (LA.eigvalsh, LA.svdvals):
        with pytest.raises(LinAlgError, match="equal"):
            cg.hessian(lambda x, f=f: F.sum(f(x) ** 3))(a)
    hessian = cg.hessian(lambda x: F.trace(LA.matrix_function(lambda w: w**3, x)))(a)
    assert hessian[0, 1, 0, 1] == pytest.approx(1.5 * (4.0 + gap), rel=1e-13)


def test_the_matrix_of_a_stack_is_named() -> None:
    stack = np.stack([np.diag([1.0, 2.0, 3.0]), np.diag([5.0, 5.0, 6.0])])
    with pytest.raises(LinAlgError, match=r"eigenvalues 0 and 1 of matrix 1 are equal \(5.0 and 5"):
        cg.grad(lambda x: F.sum(rebuilt(F.exp)(x)))(stack)
    with pytest.raises(LinAlgError, match=r"singular values 1 and 2 of matrix \(0, 1\) are equal"):
        cg.grad(lambda x: F.sum(of_singular_values(F.exp)(x)))(stack[None])


def test_other_matrices_of_a_stack_are_free() -> None:
    stack = np.stack([np.diag([1.0, 2.0, 4.0]), np.diag([5.0, 5.0, 6.0])])
    gradient = cg.grad(lambda x: weighted(rebuilt(F.exp)(x)[0]))(stack)
    alone = cg.grad(lambda x: weighted(rebuilt(F.exp)(x)))(stack[0])
    np.testing.assert_allclose(gradient[0], alone, rtol=1e-14)
    np.testing.assert_array_equal(gradient[1], 0.0)


def test_values_alone() -> None:
    """Functions that are symmetric in them, by whichever function they came, vectors unused."""
    double = np.diag([2.0, 2.0, 7.0])
    for values in (LA.eigvalsh, lambda x: LA.eigh(x)[0], LA.svdvals, lambda x: LA.svd(x).S):
        gradient = cg.grad(lambda x, f=values: F.sum(F.log(f(x))))(double)
        np.testing.assert_allclose(gradient, np.linalg.inv(double), rtol=1e-14)
        tangent = cg.jvp(lambda x, f=values: F.sum(F.log(f(x))), (double,), (np.eye(3),))[1]
        assert tangent == pytest.approx(1.0 + 1.0 / 7.0, rel=1e-14)


def test_vectors_of_other_values() -> None:
    """Those of a value that stands alone have a derivative: dv_2 = da_i2 / (7 - 2)."""
    double = np.diag([2.0, 2.0, 7.0])
    gradient = cg.grad(lambda x: LA.eigh(x)[1][0, 2])(double)
    expected = np.zeros((3, 3))
    expected[0, 2] = expected[2, 0] = 0.1
    np.testing.assert_allclose(gradient, expected, rtol=1e-14)
    u = cg.grad(lambda x: LA.svd(x)[0][0, 0])(double)
    np.testing.assert_allclose(np.abs(u[0, 2]), 7.0 / 45.0, rtol=1e-14)
    np.testing.assert_allclose(np.abs(u[2, 0]), 2.0 / 45.0, rtol=1e-14)


def test_vectors_of_singular_values_that_are_zero() -> None:
    a = np.array([[2.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    for matrix in (a, a.T):
        with pytest.raises(LinAlgError, match="singular value 1 is 0"):
            cg.grad(lambda x: F.sum(of_singular_values(lambda s: s)(x)))(matrix)
    square = np.diag([2.0, 1.0, 0.0])
    gradient = cg.grad(lambda x: weighted(of_singular_values(lambda s: s)(x)))(square)
    np.testing.assert_allclose(gradient, WEIGHTS, rtol=1e-13)


def test_projectors_with_small_gaps_elsewhere() -> None:
    """Values of any size: 1e-12 and 3e-12 are as far apart as 1 and 3."""
    a = np.diag([1.0, 3.0, 7.0])
    for scale in (1.0, 1e-12):
        gradient = cg.grad(lambda x: weighted(LA.eigh(x)[1][:, :2] @ LA.eigh(x)[1][:, :2].T))(
            a * scale
        )
        once = 0.5 * (WEIGHTS + WEIGHTS.T)
        np.testing.assert_allclose(gradient[0, 2] * scale, -once[0, 2] / 6.0, rtol=1e-12)
        np.testing.assert_allclose(gradient[0, 1] * scale, 0.0, atol=1e-14)


def test_nothing_is_left_behind() -> None:
    x = cg.eye(2)
    y = rebuilt(F.sqrt)(x)
    for _ in range(2):
        with pytest.raises(LinAlgError):
            y.backward()
        assert x.grad is None and y.grad is None
