"""vjp, jvp and hvp, over all operations and by themselves."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from differences import central, weights
from operations import OPERATIONS, Operation

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


def tangents_for(operation: Operation) -> tuple[np.ndarray, ...]:
    return tuple(weights(np.shape(x), 3 + k) for k, x in enumerate(operation.inputs))


@every_operation
def test_jvp_is_vjp_transposed(operation: Operation) -> None:
    """u (J v) = (u J) v, here for one u and one v of no particular directions."""
    v = tangents_for(operation)
    value, tangent = cg.jvp(operation.call, operation.inputs, v)
    again, pull = cg.vjp(operation.call, *operation.inputs)
    np.testing.assert_array_equal(value, again)
    u = weights(np.shape(value))
    g = pull(u)
    assert np.shape(tangent) == np.shape(value)
    assert [np.shape(x) for x in g] == [np.shape(x) for x in operation.inputs]
    left, right = np.sum(u * tangent), sum(np.sum(a * b) for a, b in zip(g, v, strict=True))
    scale = sum(np.sum(np.abs(a * b)) for a, b in zip(g, v, strict=True))
    # batch_norm's derivatives are small differences of numbers of the size of 1.
    assert abs(left - right) <= 1e-12 * (scale + np.sum(np.abs(u * tangent))) + 1e-15


@every_operation
def test_jvp_is_the_difference_along_the_tangent(operation: Operation) -> None:
    v, h = tangents_for(operation), 1e-6
    _, tangent = cg.jvp(operation.call, operation.inputs, v)
    ends = [
        operation.reference(*[x + s * t for x, t in zip(operation.inputs, v, strict=True)])
        for s in (h, -h)
    ]
    np.testing.assert_allclose(tangent, (ends[0] - ends[1]) / (2 * h), rtol=1e-6, atol=1e-7)


@every_operation
def test_hvp_is_the_difference_of_gradients(operation: Operation) -> None:
    argnums = tuple(range(len(operation.inputs)))

    def projected(*xs: Any) -> Any:
        y = operation.call(*xs)
        return F.sum(y * weights(y.shape))

    v, h = tangents_for(operation), 1e-5
    products = cg.hvp(projected, operation.inputs, v, argnums=argnums)
    slopes = cg.grad(projected, argnums=argnums)
    ends = [slopes(*[x + s * t for x, t in zip(operation.inputs, v, strict=True)]) for s in (h, -h)]
    for product, above, below in zip(products, *ends, strict=True):
        np.testing.assert_allclose(product, (above - below) / (2 * h), rtol=1e-5, atol=1e-6)


def test_vjp_may_be_called_again() -> None:
    x = np.array([1.0, 2.0])
    value, pull = cg.vjp(lambda x: x * x, x)
    x[:] = 100.0  # the primals have been copied
    for seed in ([1.0, 0.0], [0.0, 1.0], [1.0, 0.0]):
        np.testing.assert_array_equal(pull(seed)[0], 2 * np.array([1.0, 2.0]) * seed)
    value[:] = 0.0  # and so has the value been
    np.testing.assert_array_equal(pull([1.0, 1.0])[0], [2.0, 4.0])


def test_argnums() -> None:
    value, pull = cg.vjp(lambda a, b: a * b, 2.0, 3.0, argnums=1)
    assert (value, pull(10.0)) == (6.0, 20.0)
    value, pull = cg.vjp(lambda a, b: a * b, 2.0, 3.0, argnums=(1,))
    assert pull(10.0) == (20.0,)
    assert cg.jvp(lambda a, b: a * b, (2.0, 3.0), 10.0, argnums=1) == (6.0, 20.0)
    assert cg.jvp(lambda a, b: a * b, (2.0, 3.0), (10.0, 100.0), argnums=(1, 0)) == (6.0, 320.0)
    assert cg.hvp(lambda a, b: a * b * b, (2.0, 3.0), 10.0, argnums=1) == 40.0
    assert cg.hvp(lambda a, b: a * b * b, (2.0, 3.0), (1.0, 0.0), argnums=(0, 1)) == (0.0, 6.0)


def test_aux() -> None:
    def f(x: Any) -> Any:
        return x * x, {"x": x}

    value, pull, aux = cg.vjp(f, 3.0, has_aux=True)
    assert (value, pull(1.0), aux) == (9.0, (6.0,), {"x": 3.0})
    assert cg.jvp(f, (3.0,), (1.0,), has_aux=True) == (9.0, 6.0, {"x": 3.0})
    assert cg.hvp(f, 3.0, 1.0, has_aux=True) == (2.0, {"x": 3.0})


def test_results_that_do_not_depend_on_the_arguments() -> None:
    w = cg.Variable([1.0, 2.0])
    _, pull = cg.vjp(lambda x: w * 2.0, 3.0)
    assert pull(np.ones(2)) == (0.0,)
    _, tangent = cg.jvp(lambda x: (w * 2.0, x, 5.0), (3.0,), (1.0,))
    np.testing.assert_array_equal(tangent[0], np.zeros(2))
    assert tangent[1:] == (1.0, 0.0)
    assert cg.hvp(lambda x: x * 2.0, 3.0, 1.0) == 0.0
    assert cg.hvp(lambda x: 2.0, 3.0, 1.0) == 0.0
    assert w.grad is None


def test_differentiable_in_primals_and_tangents() -> None:
    x, v = cg.Variable(2.0), cg.Variable(3.0)
    _, tangent = cg.jvp(lambda x: x**3, (x,), (v,))
    tangent.backward()
    assert (x.grad.item(), v.grad.item()) == (36.0, 12.0)
    x.cleargrad(), v.cleargrad()
    _, pull = cg.vjp(lambda x: x**3, x)
    pull(v)[0].backward()
    assert (x.grad.item(), v.grad.item()) == (36.0, 12.0)
    x.cleargrad(), v.cleargrad()
    cg.hvp(lambda x: x**4, x, v).backward()
    assert (x.grad.item(), v.grad.item()) == (144.0, 48.0)


def test_a_variable_as_the_cotangent_of_an_array() -> None:
    u = cg.Variable([1.0, 2.0])
    _, pull = cg.vjp(lambda x: x**2, np.array([3.0, 4.0]))
    (g,) = pull(u)
    assert isinstance(g, cg.Variable)
    F.sum(g).backward()
    np.testing.assert_array_equal(u.grad.data, [6.0, 8.0])


def test_infinite_derivatives_elsewhere_do_not_spread() -> None:
    """Only the entry that the tangent has may be infinite."""
    _, tangent = cg.jvp(F.sqrt, (np.array([0.0, 4.0]),), (np.array([1.0, 1.0]),))
    np.testing.assert_array_equal(tangent, [np.inf, 0.25])


@pytest.mark.parametrize(
    ("attempt", "error", "words"),
    [
        (lambda: cg.jvp(F.sin, 1.0, 1.0), TypeError, r"write jvp\(f, \(x,\), \(v,\)\)"),
        (lambda: cg.jvp(F.sin, (1.0,), (1.0, 2.0)), ValueError, "a tuple of 1 is needed"),
        (lambda: cg.jvp(F.sin, (1.0,), ([1.0],)), ValueError, r"tangent of shape \(1,\)"),
        (lambda: cg.jvp(F.sin, (1.0,), ("a",)), TypeError, "jvp: a tangent"),
        (lambda: cg.vjp(F.sin, 1.0)[1]([1.0]), ValueError, r"cotangent of shape \(1,\)"),
        (lambda: cg.vjp(F.sin), ValueError, "no arrays"),
        (lambda: cg.hvp(F.sin, np.ones(2), np.ones(2)), ValueError, "hvp: sin must return one"),
        (lambda: cg.hvp(F.sin, 1.0, np.ones(2)), ValueError, r"vector of shape \(2,\)"),
        (lambda: cg.hvp(F.mul, 1.0, 1.0, argnums=0), TypeError, "tuple of f's arguments"),
    ],
)
def test_refusals(attempt: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        attempt()


def test_hvp_against_the_hessian() -> None:
    x, v = np.array([0.3, 1.2, -0.7]), np.array([1.0, -2.0, 0.5])

    def f(x: Any) -> Any:
        return F.sum(F.exp(x[:2]) * x[1:]) * F.sin(x[0])

    (column,) = central(lambda t: float(cg.grad(f)(x + t * v) @ np.ones(3)), [np.array(0.0)])
    product = cg.hvp(f, x, v)
    np.testing.assert_allclose(product, cg.hessian(f)(x) @ v, rtol=1e-13)
    np.testing.assert_allclose(product.sum(), column, rtol=1e-8)
