"""jacobian and hessian: by rows and by columns, shapes, and how many passes they take."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad import special
from cygrad.special.operation import SpecialFunction

X = np.array([0.5, -1.2, 2.0])


class Counted(cg.Function):
    """The sum of squares, which counts its backward passes."""

    passes = 0

    def forward(self, x: Any) -> Any:
        return (x * x).sum()

    def backward(self, gy: Any) -> Any:
        Counted.passes += 1
        return gy * 2.0 * self.inputs[0]


SAMPLES: dict[str, tuple[Callable[..., Any], Any]] = {
    "square": (lambda x: x * x[::-1], X),
    "wide": (lambda x: F.sum(x * x) * F.sin(x[0]), X),
    "tall": (lambda x: F.stack([x, x**2, F.exp(x)]), X),
    "matrix": (lambda x: x @ x.T, np.arange(6.0).reshape(2, 3)),
    "tall matrix": (lambda x: F.stack([x @ x.T, x @ x.T * 2.0]), np.arange(6.0).reshape(2, 3)),
    "one element": (lambda x: x**3, np.array([2.0])),
    "no axes": (lambda x: x**3, np.array(2.0)),
    "view": (lambda x: F.reshape(x, (3, 1)), X),
    "the argument": (lambda x: x, X),
    "constant": (lambda x: cg.ones(4), X),
    "partly constant": (lambda x: F.concat([x[:1], cg.ones(3)]), X),
    "no elements": (lambda x: x[:0], X),
}
every_sample = pytest.mark.parametrize(("f", "x"), SAMPLES.values(), ids=SAMPLES.keys())


@every_sample
def test_columns_are_differences(f: Callable[..., Any], x: np.ndarray) -> None:
    h = 1e-6
    y = f(cg.Variable(x))
    j = cg.jacobian(f)(x)
    assert type(j) is np.ndarray and j.shape == y.shape + x.shape
    for i in np.ndindex(*x.shape):
        moved = np.zeros(x.shape)
        moved[i] = h
        difference = (f(cg.Variable(x + moved)).data - f(cg.Variable(x - moved)).data) / (2 * h)
        np.testing.assert_allclose(j[(..., *i)], difference, rtol=1e-8, atol=1e-8)


@every_sample
def test_rows_and_columns_agree(f: Callable[..., Any], x: np.ndarray) -> None:
    """The same function with a long constant beside its output goes the other way."""

    def longer(x: Any) -> Any:
        return f(x), cg.zeros(1 + 2 * x.size)

    def wider(x: Any, extra: Any) -> Any:
        return f(x) + F.sum(extra) * 0.0

    by_columns = cg.jacobian(longer)(x)[0]
    by_rows = cg.jacobian(wider, argnums=(0, 1))(x, np.zeros(50))[0]
    np.testing.assert_allclose(by_columns, by_rows, rtol=1e-14, atol=1e-300)


@every_sample
def test_differentiable(f: Callable[..., Any], x: np.ndarray) -> None:
    v = cg.Variable(x)
    j = cg.jacobian(f)(v)
    assert isinstance(j, cg.Variable)
    np.testing.assert_allclose(j.data, cg.jacobian(f)(x), rtol=1e-15)
    second = cg.jacobian(cg.jacobian(f))(x)
    assert second.shape == j.shape + x.shape
    if j.requires_grad:
        F.sum(j).backward()
        axes = tuple(range(j.ndim))
        expected = second.sum(axis=axes)
        g = np.zeros(x.shape) if v.grad is None else v.grad.data
        np.testing.assert_allclose(g, expected, rtol=1e-13, atol=1e-13)


def test_floats() -> None:
    assert cg.jacobian(lambda x: x**3)(2.0) == 12.0
    assert type(cg.jacobian(lambda x: x**3)(2.0)) is float
    np.testing.assert_array_equal(cg.jacobian(lambda x: x * X)(2.0), X)
    assert cg.hessian(lambda x: x**3)(2.0) == 12.0
    assert type(cg.hessian(lambda x: x**3)(2.0)) is float
    assert type(cg.hessian(lambda x: x**3)(np.array(2.0))) is np.ndarray


def test_argnums_and_aux() -> None:
    a, b = X, np.array([1.0, 2.0])

    def f(a: Any, b: Any) -> Any:
        return F.sum(a) * b**2, {"sum": F.sum(a)}

    (ja, jb), aux = cg.jacobian(f, argnums=(0, 1), has_aux=True)(a, b)
    np.testing.assert_array_equal(ja, np.outer(b**2, np.ones(3)))
    np.testing.assert_array_equal(jb, np.diag(2 * b * a.sum()))
    assert aux == {"sum": a.sum()}
    np.testing.assert_array_equal(cg.jacobian(lambda *x: f(*x)[0], argnums=1)(a, b), jb)

    def g(a: Any, b: Any) -> Any:
        return F.sum(a**2) * F.sum(b), None

    (haa, hab), (hba, hbb) = cg.hessian(lambda *x: g(*x)[0], argnums=(0, 1))(a, b)
    np.testing.assert_array_equal(haa, 2 * b.sum() * np.eye(3))
    np.testing.assert_array_equal(hab, np.outer(2 * a, np.ones(2)))
    np.testing.assert_array_equal(hba, hab.T)
    np.testing.assert_array_equal(hbb, np.zeros((2, 2)))
    h, aux = cg.hessian(g, has_aux=True)(a, b)
    np.testing.assert_array_equal(h, haa)
    assert aux is None


def test_hessian_is_the_jacobian_of_the_gradient() -> None:
    def f(x: Any) -> Any:
        return F.sum(F.exp(x) * x[0]) + F.prod(x)

    h = cg.hessian(f)(X)
    np.testing.assert_allclose(h, cg.jacobian(cg.grad(f))(X), rtol=1e-14)
    np.testing.assert_allclose(h, h.T, rtol=1e-14)


def test_shape_of_the_hessian_of_a_matrix() -> None:
    x = np.arange(6.0).reshape(2, 3)
    h = cg.hessian(lambda x: F.sum(x**3))(x)
    assert h.shape == (2, 3, 2, 3)
    np.testing.assert_array_equal(h.reshape(6, 6), np.diag(6 * x.ravel()))


def test_passes() -> None:
    """n Hessian-vector products; as many passes as rows or columns, whichever are fewer."""
    n = 7
    x = np.ones(n)
    Counted.passes = 0
    cg.hessian(lambda x: Counted()(x) ** 2)(x)
    assert Counted.passes <= n + 1
    Counted.passes = 0
    cg.jacobian(lambda x: F.stack([Counted()(x), F.sum(x)]))(x)
    assert Counted.passes == 2
    Counted.passes = 0
    cg.jacobian(lambda x: Counted()(x) * cg.ones(n + 1))(x)
    assert Counted.passes == 1


@pytest.mark.parametrize(
    ("attempt", "error", "words"),
    [
        (lambda: cg.hessian(F.sin)(X), ValueError, "hessian: sin must return one number"),
        (lambda: cg.jacobian(lambda x: None)(X), TypeError, "must return Variables"),
        (lambda: cg.jacobian(lambda x: [x, "a"])(X), TypeError, "real numbers"),
        (lambda: cg.jacobian(3.0), TypeError, "a function is needed"),
        (
            lambda: cg.jacobian(lambda x: F.reshape(x, (1,) * 40))(np.ones((1,) * 40)),
            ValueError,
            "dim",
        ),
    ],
)
def test_refusals(attempt: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        attempt()


def test_the_rows_of_a_hessian_share_their_slopes() -> None:
    """A rule in Python is called once for each order, not once for each row; and no value is kept."""
    calls = []

    def slope(y: Any, x: Any) -> Any:
        calls.append(x.shape)
        return F.cos(x)

    sine = SpecialFunction("sine", np.sin, slope)
    t = np.linspace(0.1, 2.0, 40)

    def f(p: Any) -> Any:
        return F.sum(sine(p[0] * t + p[1]) * p[2])

    def plain(p: Any) -> Any:
        return F.sum(F.sin(p[0] * t + p[1]) * p[2])

    p = np.array([0.7, 0.2, 1.3])
    found = cg.hessian(f)(p)
    assert len(calls) == 2
    np.testing.assert_allclose(found, cg.hessian(plain)(p), rtol=1e-14)
    q = p * 1.5
    np.testing.assert_allclose(cg.hessian(f)(q), cg.hessian(plain)(q), rtol=1e-14)
    # the rows as they are without a session
    rows = [cg.grad(lambda v, i=i: cg.grad(plain)(v)[i])(q) for i in range(3)]
    np.testing.assert_array_equal(cg.hessian(plain)(q), np.array(rows))
    # and inside another transform
    third = cg.jacobian(cg.hessian(f))(p)
    np.testing.assert_allclose(third, cg.jacobian(cg.hessian(plain))(p), rtol=1e-13)


@pytest.mark.parametrize(
    "f",
    [F.sin, F.cosh, F.softplus, F.gelu, F.erf, F.silu, special.gammaln, special.digamma,
     special.gamma, lambda x: x**2.5, lambda x: special.polygamma(2, x)],
)  # fmt: skip
def test_shared_slopes_are_those_of_a_pass_of_its_own(f: Any) -> None:
    t = np.linspace(0.3, 3.0, 64)

    def total(p: Any) -> Any:
        return F.sum(f(p[0] * t + p[1]) * t)

    p = np.array([0.8, 0.4])
    rows = [cg.grad(lambda v, i=i: cg.grad(total)(v)[i])(p) for i in range(2)]
    np.testing.assert_array_equal(cg.hessian(total)(p), np.array(rows))
