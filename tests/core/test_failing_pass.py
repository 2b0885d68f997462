"""A pass that fails leaves the gradients of all leaves as they were before it."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F


class Failing(cg.Function):
    """The identity, whose backward fails as long as it is told to."""

    fails = True

    def forward(self, x: Any) -> Any:
        return np.array(x)

    def backward(self, gy: cg.Variable) -> cg.Variable:
        if self.fails:
            raise ZeroDivisionError("as told")
        return gy


def graph(leaves: list[cg.Variable], late: cg.Variable) -> tuple[cg.Variable, Failing]:
    """A sum of which the leaves get their gradients first, twice each; then it fails at `late`."""
    failing = Failing()
    y = F.sum(failing(F.sin(late)))
    for x in leaves:
        y = y + F.sum(x * x) + F.sum(x)
    return y, failing


def fail(y: cg.Variable, **options: bool) -> None:
    with pytest.raises(ZeroDivisionError):
        y.backward(**options)


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("number", [1, 3, 40])
def test_none_has_landed(number: int, create_graph: bool) -> None:
    leaves = [cg.Variable([1.0, i]) for i in range(number)]
    late = cg.Variable([0.5])
    y, failing = graph(leaves, late)
    fail(y, create_graph=create_graph)
    assert all(x.grad is None for x in [*leaves, late, y])
    failing.fails = False
    y.backward()
    for i, x in enumerate(leaves):
        np.testing.assert_array_equal(x.grad.data, [3.0, 2.0 * i + 1.0])
    np.testing.assert_array_equal(late.grad.data, np.cos([0.5]))


@pytest.mark.parametrize("size", [2, 10_000])
def test_earlier_gradients_are_the_same_objects(size: int) -> None:
    leaves = [cg.Variable(np.full(size, float(i))) for i in range(12)]
    late = cg.Variable([0.5])
    y, failing = graph(leaves, late)
    failing.fails = False
    y.backward()
    before = [x.grad for x in leaves]
    numbers = [np.array(g.data) for g in before if g is not None]
    failing.fails = True
    fail(y)
    assert all(x.grad is g for x, g in zip(leaves, before, strict=True))
    for x, n in zip(leaves, numbers, strict=True):
        np.testing.assert_array_equal(x.grad.data, n)
    failing.fails = False
    y.backward()
    for x, n in zip(leaves, numbers, strict=True):
        np.testing.assert_array_equal(x.grad.data, 2.0 * n)


def test_retained_gradients_go_too() -> None:
    x, late = cg.Variable([1.0, 2.0]), cg.Variable([0.5])
    h = F.exp(x)
    failing = Failing()
    y = F.sum(failing(F.sin(late))) + F.sum(F.exp(h)) + F.sum(h)
    fail(y, retain_grad=True)
    assert (h.grad, x.grad, y.grad, late.grad) == (None, None, None, None)


def test_a_gradient_without_a_pass_of_its_own_survives() -> None:
    """A leaf that the pass has not reached keeps its own, and a seed stays."""
    x, late = cg.Variable([1.0]), cg.Variable([0.5], name="late")
    y, _ = graph([x], late)
    given, seed = cg.Variable([7.0]), cg.Variable(2.0)
    late.grad, y.grad = given, seed
    fail(y)
    assert late.grad is given
    assert y.grad is seed
    assert x.grad is None
