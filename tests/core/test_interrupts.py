"""Ctrl-C in the middle of a pass: it comes through at once, and leaves the graph usable.

A signal is made pending by a node whose backward is no Python code: so no bytecode handles it before
the pass goes on. That it came through inside the pass, and not after it, is seen in the traceback.
"""

import _thread
import functools
import operator
import signal
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad.kernels import cylinder
from cygrad.special.operation import scipys


def interrupting(x: Any) -> cg.Variable:
    """x, at whose first backward a SIGINT comes in; later its gradient is gy."""
    node = Interrupting()
    # next(calls, gy), all in C: the first time it interrupts and gives None, no gradient; then gy
    node.backward = functools.partial(next, map(_thread.interrupt_main, [signal.SIGINT]))
    return node(x)


class Interrupting(cg.Function):
    backward: Any = None

    def forward(self, x: Any) -> Any:
        return np.array(x)


def chain(x: cg.Variable, length: int = 3000) -> cg.Variable:
    for _ in range(length):
        x = F.sin(x)
    return x


def interrupted_in(function: Callable[[], Any]) -> str:
    """The file of the library where the interrupt came through; empty if after the call."""
    with pytest.raises(KeyboardInterrupt) as caught:
        function()
    frames = traceback.extract_tb(caught.value.__traceback__)
    file = frames[-1].filename
    return file.rpartition("cygrad/")[2] if file.endswith(".pyx") else ""


def after_a_pass(y: cg.Variable, x: cg.Variable) -> Any:
    """The gradient that a whole pass gives now."""
    x.cleargrad()
    y.backward()
    assert x.grad is not None
    return np.array(x.grad.data)


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_pass_is_left(create_graph: bool) -> None:
    x = cg.Variable(np.linspace(0.1, 1.0, 20))
    h = chain(x)
    y = h + interrupting(h)
    file = interrupted_in(lambda: y.backward(create_graph=create_graph))
    assert file == "core/backward.pyx"
    assert x.grad is None
    assert y.grad is None
    assert cg.is_grad_enabled()
    expected = cg.Variable(x.data.copy())
    end = chain(expected)
    (end + end).backward()
    np.testing.assert_array_equal(after_a_pass(y, x), expected.grad.data)


def test_many_short_passes_are_left() -> None:
    x = np.linspace(0.1, 1.0, 5)

    def of_short_rows(x: cg.Variable) -> cg.Variable:
        return F.concat([F.sin(x), interrupting(x)])

    def with_short_rows(x: cg.Variable) -> cg.Variable:
        return F.sum(F.sin(x)) + F.sum(interrupting(x))

    for transform in (cg.jacobian(of_short_rows), cg.hessian(with_short_rows)):
        assert interrupted_in(lambda t=transform: t(x)) == "transforms/matrices.pyx"
        assert cg.is_grad_enabled()
    np.testing.assert_array_equal(cg.jacobian(F.sin)(x), np.diag(np.cos(x)))


def test_a_slow_kernel_is_left() -> None:
    numbers = np.linspace(25.0, 30.0, 10)
    calls = [
        functools.partial(_thread.interrupt_main, signal.SIGINT),
        functools.partial(cylinder.tail, np.ones(10), numbers, 0, False),
    ]
    # map calls one after the other, with no bytecode between
    file = interrupted_in(lambda: list(map(operator.call, calls)))
    assert file == "kernels/cylinder.pyx"


def test_a_long_call_of_scipys_is_left() -> None:
    pytest.importorskip("scipy")
    numbers = np.linspace(0.1, 1.0, 10_000)
    calls = [
        functools.partial(_thread.interrupt_main, signal.SIGINT),
        functools.partial(scipys("betainc"), numbers, numbers, numbers),
    ]
    file = interrupted_in(lambda: list(map(operator.call, calls)))
    assert file == "special/operation.pyx"
