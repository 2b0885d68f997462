"""A pass that fails leaves the gradients of all leaves as they were before it."""

import contextlib
import threading
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


class Gate(cg.Function):
    """The identity, whose backward lets another thread go, waits for it, and may fail then."""

    def __init__(self, fails: bool) -> None:
        self.fails = fails
        self.reached, self.released = threading.Event(), threading.Event()

    def forward(self, x: Any) -> Any:
        return np.array(x)

    def backward(self, gy: cg.Variable) -> cg.Variable:
        self.reached.set()
        assert self.released.wait(30.0)
        if self.fails:
            raise ZeroDivisionError("as told")
        return gy


def behind_a_gate(w: cg.Variable, fails: bool) -> tuple[cg.Variable, Gate]:
    """A loss whose pass first lands 2 twice on each of w's elements, and then comes to the gate."""
    gate, late = Gate(fails), cg.Variable(0.0)
    high = F.cos(F.sin(F.sin(late)))  # so that the products come first
    return F.sum(gate(late)) + F.sum(2.0 * high * w) + F.sum(w * (2.0 * high)), gate


def quietly(y: cg.Variable) -> None:
    with contextlib.suppress(ZeroDivisionError):
        y.backward()


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("size", [1, 5000])
@pytest.mark.parametrize("before", [None, 10.0])
@pytest.mark.parametrize("first_fails", [False, True])
@pytest.mark.parametrize("second_fails", [False, True])
def test_the_gradient_of_another_thread_stays(
    first_fails: bool, second_fails: bool, before: float | None, size: int, create_graph: bool
) -> None:
    w = cg.Variable(np.ones(size))
    if before is not None:
        w.grad = cg.Variable(np.full(size, before))
    y, gate = behind_a_gate(w, first_fails)
    other = threading.Thread(target=quietly, args=(y,))
    other.start()
    assert gate.reached.wait(30.0)
    failing = Failing()
    failing.fails = second_fails
    quiet = contextlib.suppress(ZeroDivisionError)
    with quiet:
        # w's gradient first, as it is of the newer Functions; and twice
        late = failing(cg.Variable(0.0))
        high = F.cos(F.sin(late))
        (F.sum(3.0 * high * w) + F.sum(w * (4.0 * high))).backward(create_graph=create_graph)
    gate.released.set()
    other.join()
    expected = (before or 0.0) + 4.0 * (not first_fails) + 7.0 * (not second_fails)
    found = 0.0 if w.grad is None else w.grad.data
    np.testing.assert_array_equal(found, expected)
    quietly(F.sum(w))  # and nothing is left behind
    np.testing.assert_array_equal(w.grad.data, expected + 1.0)


def test_two_threads_fail_over_each_other_s_leaves() -> None:
    a, b = cg.Variable([1.0]), cg.Variable([1.0])
    y, gate = behind_a_gate(a, True)
    z, other_gate = behind_a_gate(b, False)
    threads = [
        threading.Thread(target=quietly, args=(end + F.sum(5.0 * (a + b)),)) for end in (y, z)
    ]
    for thread in threads:
        thread.start()
    for waiting in (gate, other_gate):
        assert waiting.reached.wait(30.0)
    for waiting in (gate, other_gate):
        waiting.released.set()
    for thread in threads:
        thread.join()
    assert (a.grad.item(), b.grad.item()) == (5.0, 9.0)
