"""Signals at any time in passes and transforms: they come through, and nothing is half done.

An exception out of a timer's signal stands for Ctrl-C's. Wherever it comes, the gradients are those of
before the pass or those of after it, modes are as they were, and the same pass gives the right gradient
afterwards. (The case is by seed; where the signal hits, is not.)
"""

import signal
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import cygrad as cg
from fuzz.program import random_program
from fuzz.programs import grads, inputs_of
from fuzz.transforms import function, numbers

Array = Any
REPEATED = 40  # times the program in a graph, so that a pass takes some hundred microseconds


class Stop(Exception):
    """What the signal raises."""


def interrupted(call: Callable[[], object], seconds: float) -> None:
    """Call it, and stop it after this time, if it has not ended before."""

    armed = [True]

    def stop(*_: Any) -> None:
        if armed:
            raise Stop

    before = signal.signal(signal.SIGALRM, stop)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-6))
            call()
        finally:
            armed.clear()  # a signal that is handled later than here raises nothing
    except Stop:
        pass
    signal.setitimer(signal.ITIMER_REAL, 0.0)
    signal.signal(signal.SIGALRM, before)


def failure(seed: int) -> str | None:
    rng = np.random.default_rng([seed, 6])
    program = random_program(rng, longest=8)
    xs = inputs_of(program, program.arrays())
    total = sum((program(*xs) for _ in range(REPEATED)), cg.Variable(0.0))
    start = time.perf_counter()
    total.backward()
    took = time.perf_counter() - start
    once = grads(xs)
    text = program.text(f"# {REPEATED} times that, as a sum; and a signal in between")
    for _ in range(10):
        wanted = [x for x in xs if isinstance(x, cg.Variable)]
        before = [np.array(x.grad.data) for x in wanted if x.grad is not None]
        states = [before, [b + o for b, o in zip(before, once, strict=False)]]
        interrupted(total.backward, float(rng.uniform(0.0, 1.2 * took)))
        found = grads(xs)
        if len(before) == len(once) and not any(
            all(np.allclose(f, s) for f, s in zip(found, state, strict=True)) for state in states
        ):
            return f"half a pass: {found}, before {before}, a pass {once}\n{text}"
        if not cg.is_grad_enabled() or cg.is_test_mode():
            return f"left in another mode\n{text}"
    for x in wanted:
        x.cleargrad()
    total.backward()
    if any(not np.allclose(f, o) for f, o in zip(grads(xs), once, strict=True)):
        return f"a wrong gradient after an interrupt: {grads(xs)}, expected {once}\n{text}"
    return through_transform(program, rng, took)


def through_transform(program: Any, rng: np.random.Generator, took: float) -> str | None:
    ends = tuple(range(len(program.wanted)))
    xs = [program.inputs[i].numbers for i in program.wanted]
    jacobian = cg.jacobian(function(program, output=True), ends)
    expected = numbers(jacobian(*xs))
    for _ in range(10):
        interrupted(lambda: jacobian(*xs), float(rng.uniform(0.0, 2.0 * took)))
        if not cg.is_grad_enabled():
            return f"left in another mode by jacobian\n{program.text()}"
    for a, b in zip(numbers(jacobian(*xs)), expected, strict=True):
        if not np.array_equal(a, b, equal_nan=True):
            return f"another jacobian after an interrupt: {a}, expected {b}\n{program.text()}"
    return None
