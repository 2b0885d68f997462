"""matrix_function, sqrtm, logm: values and two orders of derivatives, at equal eigenvalues too."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.linalg import LinAlgError

import cygrad as cg
import cygrad.functions as F
import cygrad.linalg as LA
from cygrad.numerical import check_grads

mpmath = pytest.importorskip("mpmath")

Array = Any

# By name: for eigenvalues and in mpmath.
FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "identity": (lambda w: w, lambda w: w),
    "square": (lambda w: w * w, lambda w: w * w),
    "sqrt": (F.sqrt, mpmath.sqrt),
    "exp": (F.exp, mpmath.exp),
    "log": (F.log, mpmath.log),
    "inverse": (lambda w: 1.0 / w, lambda w: 1 / w),
    "power": (lambda w: w**-0.5, lambda w: w ** mpmath.mpf(-0.5)),
    "sin": (F.sin, mpmath.sin),
    "tanh": (F.tanh, mpmath.tanh),
}

TURN = np.linalg.qr(np.arange(1.0, 10.0).reshape(3, 3) ** 1.5)[0]
E = np.random.default_rng(1).normal(size=(3, 3))
H = np.random.default_rng(2).normal(size=(3, 3))
SPECTRA = [
    (1.0, 1.0, 1.0),
    (2.0, 2.0, 2.0),
    (2.0, 2.0, 7.0),
    (1e-3, 1.0, 1e2),
    *[(2.0, 2.0 + 10.0**-k, 7.0) for k in range(1, 16)],
    *[(0.5, 0.5 + 10.0**-k, 0.5 + 3.0 * 10.0**-k) for k in range(1, 16)],
]


def divided(f: Callable[[Any], Any], *points: Any) -> Any:
    """f[a, b, ...], of numbers of 100 digits."""
    if len(set(points)) == 1:
        order = len(points) - 1
        return mpmath.diff(f, points[0], order) / mpmath.factorial(order)
    a, *middle, b = sorted(points)
    return (divided(f, *middle, b) - divided(f, a, *middle)) / (b - a)


def exact(f: Callable[[Any], Any], values: Any, turn: Array, e: Array, h: Array) -> Any:
    """The derivative along e, and the second one along e and h."""
    with mpmath.workdps(100):
        w = [mpmath.mpf(float(x)) for x in values]
        v = mpmath.matrix(turn.tolist())
        v = v * mpmath.sqrtm(v.T * v) ** -1  # orthogonal to all the digits
        e, h = (v.T * mpmath.matrix(x.tolist()) * v for x in (e, h))
        n = len(w)
        value = mpmath.diag([f(x) for x in w])
        first, second = mpmath.zeros(n), mpmath.zeros(n)
        for i in range(n):
            for j in range(n):
                first[i, j] = divided(f, w[i], w[j]) * e[i, j]
                for k in range(n):
                    both = e[i, k] * h[k, j] + h[i, k] * e[k, j]
                    second[i, j] += divided(f, w[i], w[k], w[j]) * both
        a = v * mpmath.diag(w) * v.T
        results = [a, *(v * x * v.T for x in (value, first, second))]
    return [np.array(x.tolist(), dtype=float) for x in results]


def symmetric(x: Array) -> Array:
    return 0.5 * (x + x.T)


@pytest.mark.parametrize("values", SPECTRA, ids=str)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_two_orders(name: str, values: Any) -> None:
    """Without a turn the eigenvalues are exact; with one LAPACK rounds them."""
    f, reference = FUNCTIONS[name]
    for turn in (np.eye(3), TURN):
        a, value, first, second = exact(reference, values, turn, symmetric(E), symmetric(H))
        a = symmetric(a)
        y, slope = cg.jvp(lambda x: LA.matrix_function(f, x), (a,), (symmetric(E),))
        gradient = cg.grad(lambda x: F.sum(LA.matrix_function(f, x) * E))
        curvature = cg.jvp(gradient, (a,), (symmetric(H),))[1]
        condition = max(values) / min(values) if turn is TURN else 1.0
        for got, expected, tolerance in (
            (y, value, 1e-14),
            (slope, first, 1e-13),
            (gradient(a), first, 1e-13),
            (curvature, second, 1e-11),
        ):
            size = max(np.abs(expected).max(), 1e-3)
            assert np.abs(got - expected).max() < tolerance * condition * size


@pytest.mark.parametrize("f", [F.exp, lambda w: 1.0 / w], ids=["exp", "inverse"])
def test_against_the_functions_of_any_matrix(f: Any) -> None:
    other = LA.expm if f is F.exp else LA.inv
    for a in (np.eye(3), np.diag([2.0, 2.0, 7.0]), symmetric(E) + 4.0 * np.eye(3)):
        hessians = [
            cg.hessian(lambda x, g=g: F.sum(g(0.5 * (x + x.T)) * E))(a)
            for g in (other, lambda x: LA.matrix_function(f, x))
        ]
        np.testing.assert_allclose(*hessians, rtol=1e-10, atol=1e-12)


def test_poles_and_waves_between_the_eigenvalues() -> None:
    """Where the integrals would be wrong, differences are taken."""
    a = np.diag([-1.0, 1.0, 3.0])
    for f, g in ((lambda w: 1.0 / w, lambda w: 1.0 / w), (F.abs, abs), (F.square, np.square)):
        slope = cg.jvp(lambda x, f=f: LA.matrix_function(f, x), (a,), (symmetric(E),))[1]
        expected = (g(1.0) - g(-1.0)) / 2.0 * symmetric(E)[0, 1]
        assert slope[0, 1] == pytest.approx(expected, rel=1e-14, abs=1e-15)
    w = np.array([0.0, 100.0 * np.pi, 201.0])
    slope = cg.jvp(lambda x: LA.matrix_function(F.sin, x), (np.diag(w),), (np.ones((3, 3)),))[1]
    assert slope[0, 1] == pytest.approx(np.sin(w[1]) / w[1], abs=1e-17)
    assert slope[1, 2] == pytest.approx((np.sin(w[2]) - np.sin(w[1])) / (w[2] - w[1]), rel=1e-13)


def turned(values: Any) -> Array:
    return symmetric((TURN * np.array(values)) @ TURN.T)


@pytest.mark.parametrize("values", [(1.0, 1.0, 1.0), (2.0, 2.0, 7.0), (0.5, 3.0, 8.0)], ids=str)
@pytest.mark.parametrize(("f", "name"), [(LA.sqrtm, "sqrt"), (LA.logm, "log")])
def test_roots_of_symmetric_matrices(f: Any, name: str, values: Any) -> None:
    """By all elements: along changes that are not symmetric too."""
    for turn in (np.eye(3), TURN):
        a, value, first, second = exact(FUNCTIONS[name][1], values, turn, E, H)
        a = symmetric(a)
        y, slope = cg.jvp(f, (a,), (E,))
        np.testing.assert_allclose(y, value, rtol=1e-13, atol=1e-14)
        np.testing.assert_allclose(slope, first, rtol=1e-12, atol=1e-13)
        curvature = cg.jvp(lambda x: cg.jvp(f, (x,), (E,))[1], (a,), (H,))[1]
        np.testing.assert_allclose(curvature, second, rtol=1e-11, atol=1e-12)
        # Next to it the general way is taken.
        near = a + 1e-12 * np.triu(E)
        np.testing.assert_allclose(cg.jvp(f, (near,), (E,))[1], first, rtol=1e-10, atol=1e-10)


def test_square_roots_are_the_unit_matrix_halved() -> None:
    """What a program with eigh got as 0 off the diagonal."""
    for a in (np.eye(2), np.eye(4)):
        gradient = cg.grad(lambda x: F.sum(LA.sqrtm(x)))(a)
        np.testing.assert_allclose(gradient, np.full(a.shape, 0.5), rtol=1e-14)


@pytest.mark.parametrize("f", [LA.sqrtm, LA.logm])
def test_roots_of_any_matrix(f: Any) -> None:
    scipy_linalg = pytest.importorskip("scipy.linalg")
    reference = getattr(scipy_linalg, f.__name__)
    rng = np.random.default_rng(4)
    back = (lambda y: y @ y) if f is LA.sqrtm else LA.expm
    for k in range(20):
        a = rng.normal(size=(4, 4)) + 4.0 * np.eye(4)
        a = np.triu(a) if k % 4 == 0 else a * 10.0 ** (k % 7 - 3)
        y = f(a)
        np.testing.assert_allclose(y.data, reference(a), rtol=1e-11, atol=1e-12 * np.abs(y).max())
        np.testing.assert_allclose(back(y).data, a, rtol=1e-10, atol=1e-12 * np.abs(a).max())
        identity = cg.jacobian(lambda x: back(f(x)))(a).reshape(16, 16)
        np.testing.assert_allclose(identity, np.eye(16), atol=1e-10)
    check_grads(f, np.array([[2.0, 1.0], [-0.5, 3.0]]), order=3)
    rotation = np.array([[0.0, -1.0], [1.0, 0.0]])
    half = np.array([[1.0, -1.0], [1.0, 1.0]]) * 0.5**0.5
    expected = half if f is LA.sqrtm else 0.5 * np.pi * rotation
    np.testing.assert_allclose(f(rotation).data, expected, rtol=1e-14, atol=1e-14)


CALLS: dict[str, Callable[[Any], Any]] = {
    "matrix_function": lambda x: LA.matrix_function(F.sqrt, x),
    "sqrtm": LA.sqrtm,
    "logm": LA.logm,
}
every_call = pytest.mark.parametrize("name", CALLS)


@every_call
def test_differences(name: str) -> None:
    f = CALLS[name]
    stack = np.stack([turned((1.0, 1.0, 1.0)), turned((2.0, 2.0, 7.0)), turned((1.0, 2.0, 4.0))])
    check_grads(lambda x: f(0.5 * (x + x.swapaxes(-1, -2))), stack[:, None], order=2)
    for matrix, gradient in zip(stack, cg.grad(lambda x: F.sum(f(x) * E))(stack), strict=True):
        alone = cg.grad(lambda x: F.sum(f(x) * E))(matrix)
        np.testing.assert_allclose(gradient, alone, rtol=1e-14, atol=1e-15)


def test_gradients_by_a_symmetric_matrix_are_symmetric() -> None:
    gradient = cg.grad(lambda x: F.sum(LA.matrix_function(F.exp, x) * E))(turned((2.0, 2.0, 7.0)))
    np.testing.assert_array_equal(gradient, gradient.T)
    upper = turned((2.0, 2.0, 7.0))
    upper[0, 1] = np.nan  # which is not read, but makes the matrix one that is not finite
    assert np.isnan(LA.matrix_function(F.exp, upper).data).all()


@every_call
@pytest.mark.parametrize("shape", [(0, 0), (0, 2, 2), (2, 0, 0)])
def test_empty(name: str, shape: tuple[int, ...]) -> None:
    x = cg.Variable(np.empty(shape))
    y = CALLS[name](x)
    y.backward(create_graph=True)
    assert y.shape == shape and x.grad.shape == shape


@every_call
def test_one_number(name: str) -> None:
    value = {"matrix_function": 2.0, "sqrtm": 2.0, "logm": np.log(4.0)}[name]
    x = cg.Variable([[4.0]])
    y = CALLS[name](x)
    y.backward()
    np.testing.assert_allclose(y.data, [[value]], rtol=1e-15)
    np.testing.assert_allclose(x.grad.data, [[0.25]], rtol=1e-15)


@every_call
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_not_finite(name: str, bad: float) -> None:
    stack = np.stack([np.diag([1.0, bad]), np.diag([1.0, 4.0])])
    gradient = cg.grad(lambda x: F.sum(CALLS[name](x)))(stack)
    y = CALLS[name](stack).data
    assert np.isnan(y[0]).all() and np.isfinite(y[1]).all()
    assert np.isnan(gradient[0]).all() and np.isfinite(gradient[1]).all()


@every_call
def test_not_square(name: str) -> None:
    for shape in ((), (3,), (2, 3)):
        with pytest.raises(LinAlgError, match=rf"^{name}: .*covariance"):
            CALLS[name](cg.Variable(np.ones(shape), name="covariance"))


def test_what_is_complex_or_has_no_derivative_is_refused() -> None:
    for f in (LA.sqrtm, LA.logm):
        for a in (np.diag([1.0, -1.0]), np.array([[-1.0, 1.0], [0.0, 2.0]])):
            with pytest.raises(LinAlgError, match=rf"^{f.__name__}: .*-1.0.*complex"):
                f(a)
        with pytest.raises(LinAlgError, match=rf"^{f.__name__}: .*singular"):
            f(np.array([[0.0, 1.0], [0.0, 2.0]]))
    with pytest.raises(LinAlgError, match=r"^logm: .*not positive \(0.0\)"):
        LA.logm(np.diag([0.0, 1.0]))


def test_a_semidefinite_matrix_has_a_root_but_no_slope() -> None:
    u = np.array([[1.0], [2.0], [2.0]])
    y = LA.sqrtm(u @ u.T)
    np.testing.assert_allclose(y.data, u @ u.T / 3.0, atol=1e-7)
    assert np.isfinite(y.data).all()
    assert not np.isfinite(cg.grad(lambda x: F.sum(LA.sqrtm(x)))(np.diag([0.0, 0.0, 1.0]))).any()


def test_third_derivatives() -> None:
    """They are nan, and there for the general way."""
    third = cg.grad(cg.grad(cg.grad(lambda t: F.sum(LA.matrix_function(F.exp, t * np.eye(2))))))
    assert np.isnan(third(1.0))


def test_f_is_checked() -> None:
    x = cg.Variable(np.diag([1.0, 2.0, 3.0]))
    with pytest.raises(TypeError, match="must return a Variable"):
        LA.matrix_function(lambda w: 1.0, x)
    with pytest.raises(ValueError, match="elementwise, but gives shape"):
        LA.matrix_function(F.sum, x)
    with pytest.raises(ValueError, match="elementwise, but its value"):
        LA.matrix_function(lambda w: w / F.sum(w), x)
    p = cg.Variable(2.0)
    with pytest.raises(ValueError, match="another Variable|depends on a Variable"):
        LA.matrix_function(lambda w: w**p, x)
    with pytest.raises(ValueError, match="depends on a Variable"):
        cg.grad(lambda p: F.sum(LA.matrix_function(lambda w: F.exp(p * w), x.data)))(2.0)
    y = LA.matrix_function(lambda w: w ** p.item(), x)
    y.backward()
    assert p.grad is None
    with cg.no_grad():
        constant = LA.matrix_function(lambda w: w * w, x)
    assert constant.creator is None and not constant.requires_grad
