"""`p -= 0.1 * p.grad` inside no_grad changes p itself; everywhere else it makes a new Variable."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L

OPERATORS = [operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ipow]
InPlace = Callable[[Any, Any], Any]


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize(
    "other", [2.0, 3, np.float64(0.5), [2.0, 4.0], np.array([2.0, 3.0]), cg.Variable([2.0, 3.0])]
)
def test_a_leaf_is_changed_in_place(op: InPlace, other: Any) -> None:
    array = np.array([[1.0, 2.0], [3.0, 4.0]])
    p = cg.Variable(array, name="p")
    p.grad = grad = cg.ones(2, 2)
    plain = other.data if isinstance(other, cg.Variable) else other
    expected = op(array.copy(), plain)
    with cg.no_grad():
        q = op(p, other)
    assert q is p and p.name == "p" and p.grad is grad
    assert p.requires_grad and p.creator is None
    np.testing.assert_allclose(array, expected, rtol=1e-15)  # the memory that p was given
    assert np.shares_memory(p.data, array)


def test_training_as_in_pytorch() -> None:
    w, b = cg.zeros(2), cg.Variable(0.0)
    x = cg.rand(50, 2, rng=0).data
    t = x @ np.array([2.0, -3.0]) + 0.5
    for _ in range(500):
        loss = F.mean_squared_error(x @ w + b, t)
        loss.backward()
        with cg.no_grad():
            for p in (w, b):
                p -= 0.5 * p.grad
                p.cleargrad()
    np.testing.assert_allclose([*w.data, b.item()], [2.0, -3.0, 0.5], atol=1e-3)


def test_a_parameter_of_a_layer() -> None:
    layer = L.Linear(1, in_size=2, rng=0)
    w, before = layer.w, layer.w.data.copy()
    layer(cg.ones(3, 2)).sum().backward()
    with cg.no_grad():
        layer.w -= 0.1 * layer.w.grad
    assert layer.w is w and layer.params()["w"] is w
    np.testing.assert_allclose(w.data, before - 0.3)
    with pytest.raises(TypeError, match="Linear.w is a parameter, and the result of Sub is none"):
        layer.w -= 0.1 * layer.w.grad


@pytest.mark.parametrize("op", OPERATORS)
def test_results_and_constants_are_not(op: InPlace) -> None:
    x, c = cg.Variable([1.0, 2.0]), cg.Variable([1.0, 2.0], requires_grad=False)
    y = x * 3.0
    with cg.no_grad():
        for v in (y, c):
            before = v.data.copy()
            w = op(v, 2.0)
            assert w is not v and w.creator is None and not w.requires_grad
            assert np.array_equal(v.data, before)
    with pytest.raises(TypeError), cg.no_grad():
        op(x, "a")
    z = op(x, 2.0)  # with a graph
    assert z is not x and z.creator is not None and x.data.tolist() == [1.0, 2.0]


def test_another_shape_is_refused() -> None:
    x, s = cg.Variable([1.0, 2.0], name="x"), cg.Variable(1.0)
    with cg.no_grad():
        with pytest.raises(ValueError, match=r"x of shape \(2,\) \+=: .* shape \(3, 2\)"):
            x += np.ones((3, 2))
        with pytest.raises(ValueError, match=r"variable of shape \(\) \*=: .* shape \(2,\)"):
            s *= x
        with pytest.raises(ValueError, match="broadcast"):
            x -= np.ones(3)
    assert x.data.tolist() == [1.0, 2.0] and s.item() == 1.0


def test_memory_that_must_not_be_written_to() -> None:
    array = np.array([1.0, 2.0])
    array.flags.writeable = False
    x, wide = cg.Variable(array), F.broadcast_to(cg.Variable(1.0), (3,))
    wide.unchain()
    for v in (x, wide):
        with cg.no_grad(), pytest.raises(ValueError, match=r"-=: .*memory is read-only"):
            v -= 1.0
    assert array.tolist() == [1.0, 2.0] and wide.data.tolist() == [1.0, 1.0, 1.0]


def test_memory_that_is_not_contiguous_or_not_there() -> None:
    base = np.array([[1.0, 2.0], [3.0, 4.0]])
    with cg.no_grad():
        x = cg.Variable(base).T
        x.requires_grad = True
        x += [[10.0, 20.0], [30.0, 40.0]]
        x *= x
        empty = cg.zeros(0, 3)
        empty -= 1.0
    assert base.tolist() == [[11.0**2, 32.0**2], [23.0**2, 44.0**2]]
    assert empty.shape == (0, 3)


class Doubling(cg.Function):
    """Its backward writes `gx *= ...` on what may be a leaf."""

    def forward(self, x: Any) -> Any:
        return x * x

    def backward(self, gy: cg.Variable) -> Any:
        (gx,) = self.inputs
        gx *= 2.0
        gx *= gy
        return gx


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_backward_pass_is_no_no_grad(create_graph: bool) -> None:
    x = cg.Variable(3.0)
    Doubling()(x).backward(create_graph=create_graph)
    assert x.item() == 3.0 and x.grad.item() == 6.0
    y = Doubling()(x)
    x.cleargrad()
    with cg.no_grad():
        y.backward(create_graph=create_graph)
        x -= x.grad  # the block goes on as it was
    assert x.item() == -3.0


def test_no_grad_inside_no_grad_and_around_transforms() -> None:
    x = cg.Variable(3.0)
    with cg.no_grad():
        with cg.no_grad():
            x += 1.0
        assert cg.grad(lambda v: v * x)(2.0) == 4.0
        x += 1.0
    assert x.item() == 5.0 and cg.is_grad_enabled() is True


def test_what_a_transform_differentiates_by_is_no_leaf() -> None:
    """Of an array as of a Variable, and the array stays as it is."""

    def f(x: Any) -> cg.Variable:
        moved = x
        with cg.no_grad():
            moved -= 1.0
        assert moved is not x and not moved.requires_grad
        return F.sum(x * x * moved)

    array = np.array([2.0, 5.0])
    for x in (array, cg.Variable(array), cg.Variable(array, requires_grad=False)):
        np.testing.assert_allclose(np.asarray(cg.grad(f)(x)), [4.0, 40.0])
        np.testing.assert_allclose(np.asarray(cg.hessian(f)(x)), [[2.0, 0.0], [0.0, 8.0]])
        _, back = cg.vjp(f, x)
        np.testing.assert_allclose(np.asarray(back(1.0)[0]), [4.0, 40.0])
    assert cg.grad(f)(2.0) == 4.0
    assert array.tolist() == [2.0, 5.0]
    w = cg.Variable(3.0)

    def g(x: cg.Variable) -> cg.Variable:
        nonlocal w
        with cg.no_grad():
            w += 1.0  # what it closes over is one
        return x * w

    before = w
    assert cg.grad(g)(2.0) == 4.0 and w is before and w.item() == 4.0


def test_what_is_checkpointed_is_no_no_grad() -> None:
    def f(x: cg.Variable, w: cg.Variable) -> cg.Variable:
        h = x
        h *= w
        return h

    x, w = cg.Variable(3.0), cg.Variable(5.0)
    cg.checkpoint(f)(x, w).backward()
    assert (x.item(), w.item(), x.grad.item(), w.grad.item()) == (3.0, 5.0, 5.0, 3.0)


class Same(cg.Variable):
    """Operators of its own."""

    def __add__(self, other: Any) -> Any:
        return self.T

    def __sub__(self, other: Any) -> Any:
        return "difference"

    def __rmul__(self, other: Any) -> Any:
        return "product"


def test_operators_of_subclasses() -> None:
    x = Same([[1.0, 2.0], [3.0, 4.0]])
    y: Any = x
    y -= 1.0
    assert y == "difference"
    y = cg.Variable(1.0)
    y *= x
    assert y == "product"
    with cg.no_grad():
        y = x
        y -= 1.0
        assert y == "difference"
        y = x
        y += 1.0
    assert y is x and x.data.tolist() == [[1.0, 3.0], [2.0, 4.0]]
