"""Programs in several threads at once, each with the result that it has alone, to the bit.

What the threads share is what they may share: constants, parameters that nobody changes (through
transforms, whose gradients are the caller's own), and leaves in whose .grad all add up. Modes belong
to a thread. A last thread may replace the .data of what others read: they may get an error, or the
numbers of before or after, and no crash.
"""

import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

import cygrad as cg
from fuzz.program import Program, random_program
from fuzz.programs import gradients, second_gradients
from fuzz.transforms import function, numbers

Array = Any
THREADS = 4
ROUNDS = 5


def failure(seed: int) -> str | None:
    rng = np.random.default_rng([seed, 5])
    programs = [random_program(rng, longest=8) for _ in range(THREADS)]
    scenario = SCENARIOS[seed % len(SCENARIOS)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        what = scenario(programs)
    finally:
        sys.setswitchinterval(interval)
    if what is None:
        return None
    texts = [f"# thread {i}\n{p.text('total.backward()')}" for i, p in enumerate(programs)]
    return f"{scenario.__name__}: {what}\n" + "\n".join(texts)


def together(works: list[Callable[[], None]]) -> BaseException | None:
    """Run them in threads that start at once; the first exception."""
    failures: list[BaseException] = []
    start = threading.Barrier(len(works))

    def guarded(work: Callable[[], None]) -> None:
        start.wait()
        try:
            work()
        except BaseException as failure:  # noqa: BLE001
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures[0] if failures else None


def described(error: BaseException | None) -> str | None:
    return None if error is None else f"{type(error).__name__}: {error}"


def equal(found: list[Array], expected: list[Array]) -> None:
    for a, b in zip(found, expected, strict=True):
        assert np.array_equal(a, b, equal_nan=True), f"{a}, alone {b}"


def apart(programs: list[Program]) -> str | None:
    """Graphs of their own, of first and second order."""

    def work(program: Program, first: list[Array], second: list[Array]) -> None:
        for _ in range(ROUNDS):
            equal(gradients(program, program.arrays()), first)
            equal(second_gradients(program, program.arrays()), second)

    alone = [(p, gradients(p, p.arrays()), second_gradients(p, p.arrays())) for p in programs]
    return described(together([lambda a=a: work(*a) for a in alone]))  # type: ignore[misc]


def shared_parameters(programs: list[Program]) -> str | None:
    """One program's Variables in the transforms of all threads; their .grad stays empty."""
    program = programs[0]
    xs = [cg.Variable(program.inputs[i].numbers) for i in program.wanted]
    slope = cg.grad(function(program), tuple(range(len(xs))))
    expected = numbers(slope(*xs))

    def work() -> None:
        for _ in range(ROUNDS):
            equal(numbers(slope(*xs)), expected)

    error = together([work] * THREADS)
    if error is None and any(x.grad is not None for x in xs):
        return "a transform has written to .grad"
    return described(error)


def shared_leaves(programs: list[Program]) -> str | None:
    """All threads use the same leaves in graphs of their own; the gradients add up."""
    program = programs[0]
    xs = [cg.Variable(np.array(x.numbers)) if x.wanted else x.numbers for x in program.inputs]

    def work() -> None:
        for _ in range(ROUNDS):
            program(*xs).backward()

    error = together([work] * THREADS)
    if error is not None:
        return described(error)
    for i, once in zip(program.wanted, gradients(program, program.arrays()), strict=True):
        total = np.zeros(once.shape) if xs[i].grad is None else xs[i].grad.data
        expected = once * (THREADS * ROUNDS)
        if not np.allclose(total, expected, rtol=1e-10, atol=1e-10):
            return f"{total} in .grad, expected {expected}"
    return None


def modes(programs: list[Program]) -> str | None:
    """no_grad and test_mode in some threads, and recording in the others."""

    def recording(program: Program, expected: list[Array]) -> None:
        for _ in range(ROUNDS):
            equal(gradients(program, program.arrays()), expected)

    def paused(program: Program) -> None:
        for _ in range(ROUNDS):
            with cg.no_grad(), cg.test_mode():
                y = program(*[cg.Variable(x) for x in program.arrays()])
                assert y.creator is None
                assert cg.is_test_mode()

    first, second, *_ = programs
    expected = gradients(first, first.arrays())
    works = [lambda: recording(first, expected), lambda: paused(second)]
    return described(together(works * 2))


def replaced(programs: list[Program]) -> str | None:
    """Another thread replaces .data all the time."""
    program = programs[0]
    xs = [cg.Variable(np.array(x.numbers)) for x in program.inputs]
    done = threading.Event()

    def work() -> None:
        try:
            for _ in range(20 * ROUNDS):
                try:
                    program(*xs).backward()
                except (ValueError, TypeError, IndexError, RuntimeError):
                    continue
                except np.linalg.LinAlgError:
                    continue
        finally:
            done.set()

    def replace() -> None:
        while not done.is_set():
            for x, original in zip(xs, program.inputs, strict=True):
                x.data = np.ones((5, *original.numbers.shape))
                x.data = np.array(original.numbers)

    return described(together([work, replace]))


SCENARIOS = [apart, shared_parameters, shared_leaves, modes, replaced]
