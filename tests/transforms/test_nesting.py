"""Transforms inside the functions of others, closures, Variables in and out, and no_grad."""

import math
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

X = np.array([0.5, -1.2, 2.0])


def nested(f: Any, order: int) -> Any:
    for _ in range(order):
        f = cg.grad(f)
    return f


@pytest.mark.parametrize("order", range(9))
def test_derivatives_of_sine(order: int) -> None:
    y = nested(F.sin, order)(0.7)
    expected = [math.sin, math.cos, lambda x: -math.sin(x), lambda x: -math.cos(x)][order % 4](0.7)
    assert math.isclose(float(y), expected, rel_tol=1e-13)
    assert type(y) is float or order == 0


def test_more_levels_than_have_generations_of_their_own() -> None:
    assert nested(lambda x: x**2, 300)(1.0) == 0.0


def test_perturbations_are_not_confused() -> None:
    """d/dx x d/dy (x + y) = 1 at any x, and not 2 (Siskind and Pearlmutter 2005)."""
    f = cg.grad(lambda x: x * cg.grad(lambda y: x + y)(1.0))
    assert f(1.0) == 1.0
    g = cg.grad(lambda x: cg.grad(lambda y: x * y**2)(3.0) * x)
    assert g(2.0) == 2 * 6.0 * 2.0


def test_a_closure_over_what_the_outer_one_differentiates_by() -> None:
    assert cg.grad(lambda a: cg.grad(lambda x: a**2 * x**3)(2.0))(3.0) == 72.0
    assert cg.hessian(lambda a: cg.jacobian(lambda x: a**3 * x)(2.0))(3.0) == 18.0
    _, tangent = cg.jvp(lambda a: cg.hvp(lambda x: a * x**3, 2.0, 1.0), (3.0,), (1.0,))
    assert tangent == 12.0
    assert cg.grad(lambda a: cg.vjp(lambda x: a * x, 1.0)[1](1.0)[0])(3.0) == 1.0
    assert cg.grad(lambda a: cg.jvp(lambda x: a * x, (1.0,), (1.0,))[1])(3.0) == 1.0


def test_each_transform_of_each() -> None:
    """The second derivative of x^3 y by all pairs of transforms."""
    firsts = {
        "grad": cg.grad,
        "value_and_grad": lambda f: lambda x: cg.value_and_grad(f)(x)[1],
        "elementwise_grad": cg.elementwise_grad,
        "jacobian": cg.jacobian,
        "vjp": lambda f: lambda x: cg.vjp(f, x)[1](1.0)[0],
        "jvp": lambda f: lambda x: cg.jvp(f, (x,), (1.0,))[1],
        "checkpoint": lambda f: cg.grad(cg.checkpoint(f)),
    }
    for outer in firsts.values():
        for inner in firsts.values():
            assert outer(inner(lambda x: x**3))(2.0) == 12.0
            assert outer(outer(inner(lambda x: x**4)))(2.0) == 48.0
            assert outer(cg.hessian(inner(lambda x: x**4)))(2.0) == 24.0


def test_hessian_norm_penalty() -> None:
    """A gradient through a gradient's norm, against the formula."""
    a = np.array([[2.0, 1.0], [0.0, 3.0]])

    def f(x: Any) -> Any:
        return F.sum((a @ x) ** 2) / 2

    g = cg.grad(lambda x: F.sum(cg.grad(f)(x) ** 2) / 2)
    x = np.array([1.0, -2.0])
    h = a.T @ a
    np.testing.assert_allclose(g(x), h @ h @ x, rtol=1e-14)


def test_one_that_differentiates_by_something_else() -> None:
    """The inner result does not depend on x, and its ends are not the outer one's."""
    w = cg.Variable(3.0)
    g = cg.grad(lambda x: x * cg.grad(lambda v: v**2)(w))(2.0)
    assert g == 6.0 and w.grad is None
    assert cg.grad(lambda x: x * cg.grad(lambda v: v**2)(5.0))(2.0) == 10.0


# ---- Variables in, Variables out --------------------------------------------------------------


def test_variables() -> None:
    x = cg.Variable(X)
    value, g = cg.value_and_grad(lambda x: F.sum(x**3))(x)
    assert isinstance(value, cg.Variable) and isinstance(g, cg.Variable) and x.grad is None
    value.backward()
    np.testing.assert_array_equal(x.grad.data, 3 * X**2)
    x.cleargrad()
    g.backward()
    np.testing.assert_array_equal(x.grad.data, 6 * X)
    assert isinstance(cg.hessian(lambda x: F.sum(x**3))(x), cg.Variable)


def test_other_arguments_that_are_variables() -> None:
    w = cg.Variable(3.0)
    g = cg.grad(lambda x, w: F.sum(w * x * x))(X, w)
    F.sum(g).backward()
    assert w.grad.item() == 2 * X.sum()
    w.cleargrad()
    g = cg.grad(lambda x, p: p["w"] * x)(2.0, p={"w": w})
    g.backward()
    assert w.grad.item() == 1.0


def test_variables_that_require_no_gradient() -> None:
    x = cg.Variable(X, requires_grad=False)
    value, g = cg.value_and_grad(lambda x: F.sum(x**3))(x)
    assert isinstance(g, cg.Variable) and not g.requires_grad
    assert value.creator is None and not value.requires_grad and not x.requires_grad
    np.testing.assert_array_equal(g.data, 3 * X**2)


def test_the_name_is_known_inside() -> None:
    x = cg.Variable(2.0, name="theta")
    seen = []
    cg.grad(lambda x: seen.append(repr(x)) or x * 2.0)(x)
    assert seen == ["theta(2.0)"]


def test_a_gradient_step_of_gradient_steps() -> None:
    """The derivative of what descent reaches by its rate."""

    def reached(rate: Any) -> Any:
        x = 1.0
        for _ in range(3):
            x = x - rate * cg.grad(lambda x: x**2)(x)
        return x

    assert math.isclose(cg.grad(reached)(0.1), -6 * (1 - 0.2) ** 2, rel_tol=1e-14)


# ---- no_grad and test_mode --------------------------------------------------------------------


def test_no_grad_outside() -> None:
    with cg.no_grad():
        assert cg.grad(lambda x: x**3)(2.0) == 12.0
        assert cg.grad(cg.grad(lambda x: x**3))(2.0) == 12.0
        assert cg.hessian(lambda x: x**3)(2.0) == 12.0
        x = cg.Variable(2.0)
        value, g = cg.value_and_grad(lambda x: x**3)(x)
        assert not cg.is_grad_enabled()
    assert isinstance(g, cg.Variable) and not g.requires_grad and value.creator is None
    assert g.item() == 12.0
    assert cg.is_grad_enabled()


def test_no_grad_inside() -> None:
    def f(x: Any) -> Any:
        assert cg.is_grad_enabled()
        with cg.no_grad():
            scale = x * 10.0
            slope = cg.grad(lambda t: t**2)(3.0)
        assert type(slope) is float
        return scale * x

    with cg.no_grad():
        assert cg.grad(f)(2.0) == 20.0


def test_in_a_function_of_ones_own_they_take_and_give_arrays() -> None:
    class Root(cg.Function):
        """The square root, by Newton's method with the library's own derivative."""

        def forward(self, a: Any) -> Any:
            x = 1.0
            for _ in range(30):
                value, slope = cg.value_and_grad(lambda x: x * x - float(a))(x)
                assert type(slope) is float
                x -= value / slope
            return x

        def backward(self, gy: Any) -> Any:
            return gy / (2.0 * Root()(self.inputs[0]))

    assert math.isclose(cg.grad(lambda a: Root()(a))(2.0), 0.5 / math.sqrt(2.0), rel_tol=1e-14)
    second = cg.grad(cg.grad(lambda a: Root()(a)))(2.0)
    assert math.isclose(second, -0.25 * 2.0**-1.5, rel_tol=1e-13)


def test_a_backward_that_uses_a_transform() -> None:
    class Applied(cg.Function):
        def forward(self, x: Any) -> Any:
            return np.sin(x)

        def backward(self, gy: Any) -> Any:
            (x,) = self.inputs
            return gy * cg.grad(lambda t: F.sin(x * t) / x)(1.0)

    assert math.isclose(cg.grad(lambda x: Applied()(x))(0.7), math.cos(0.7), rel_tol=1e-14)
    second = cg.grad(cg.grad(lambda x: Applied()(x)))(0.7)
    assert math.isclose(second, -math.sin(0.7), rel_tol=1e-13)
