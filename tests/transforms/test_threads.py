"""Batches cut among threads: the same bits for any number of them, and no harm to anybody."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

XS = np.random.default_rng(0).normal(size=(1500, 3))


@pytest.fixture(autouse=True)
def one_thread_afterwards() -> Iterator[None]:
    yield
    cg.set_num_threads(1)


def f(x: Any) -> Any:
    y = x
    for _ in range(5):
        y = F.sin(y) * x[0] + F.sum(y)
    return y if y[0] > 0 else y * 2.0


def large(x: Any) -> Any:
    return F.cumsum(F.sin(F.matmul(x[:, None], x[None])))


@pytest.mark.parametrize("function", [f, large, cg.grad(lambda x: F.sum(f(x)))])
def test_the_bits_do_not_depend_on_their_number(function: Any) -> None:
    xs = XS[:200] if function is large else XS
    expected = cg.vmap(function)(xs)
    for n in (1, 2, 3, 4, 7):
        cg.set_num_threads(n)
        assert cg.get_num_threads() == n
        mapped = cg.vmap(function)
        for _ in range(3):
            assert np.array_equal(mapped(xs), expected)


def test_called_from_several_threads() -> None:
    cg.set_num_threads(3)
    mapped = cg.vmap(f)
    expected = mapped(XS)
    found: list[Any] = []
    callers = [threading.Thread(target=lambda: found.append(mapped(XS))) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(found) == 4
    assert all(np.array_equal(x, expected) for x in found)


def test_errors_come_through() -> None:
    cg.set_num_threads(2)

    def refusing(x: Any) -> Any:
        if x[0] > 2.9:
            raise ArithmeticError("too large")
        return f(x)

    with pytest.raises(ArithmeticError, match="too large"):
        cg.vmap(refusing)(np.where(np.arange(1500)[:, None] == 1400, 3.0, XS))


def test_refused() -> None:
    for n in (0, -1, 1025):
        with pytest.raises(ValueError, match="set_num_threads: from 1 to 1024"):
            cg.set_num_threads(n)
    with pytest.raises(TypeError):
        cg.set_num_threads(1.5)  # type: ignore[arg-type]
    assert cg.get_num_threads() == 1


SCRIPT = """
import os, sys
import numpy as np
import cygrad as cg, cygrad.functions as F
cg.set_num_threads(2)
def f(x):
    for _ in range(50):
        x = F.sin(x) + 0.1 * x
    return x
mapped = cg.vmap(f)
xs = np.linspace(0.0, 1.0, 3000)
expected = mapped(xs)
"""
FORK = """
child = os.fork()
if child == 0:
    os._exit(0 if np.array_equal(mapped(xs), expected) else 3)
assert os.waitpid(child, 0)[1] == 0
assert np.array_equal(mapped(xs), expected)
print("done")
"""
LONG = """
print("ready", flush=True)
many = np.linspace(0.0, 1.0, 3_000_000)
try:
    while True:
        mapped(many)
except KeyboardInterrupt:
    print("interrupted", flush=True)
assert np.array_equal(mapped(xs), expected)
"""


def started(script: str, folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", SCRIPT + script],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_after_a_fork(tmp_path: Path) -> None:
    out, err = started(FORK, tmp_path).communicate(timeout=60)
    assert out == "done\n", err


def test_at_exit(tmp_path: Path) -> None:
    process = started("print('done')", tmp_path)
    out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("done\n", "", 0)


@pytest.mark.skipif(sys.platform == "win32", reason="no signal is sent to one process there")
def test_an_interrupt_ends_it(tmp_path: Path) -> None:
    process = started(LONG, tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (out, process.returncode) == ("interrupted\n", 0), err


TWICE = """
import signal, threading, time
many = np.linspace(0.0, 1.0, 3_000_000)
print("ready", flush=True)
ended = 0
for k in range(6):
    timers = [threading.Timer(0.02 + 0.005 * j, signal.raise_signal, (signal.SIGINT,)) for j in range(3)]
    try:
        for timer in timers:
            timer.start()
        while True:
            mapped(many)
    except KeyboardInterrupt:
        ended += 1
    while any(timer.is_alive() for timer in timers):
        try:
            time.sleep(0.1)
        except KeyboardInterrupt:
            pass
assert np.array_equal(mapped(xs), expected)
print("interrupted", ended)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no signal is sent to one process there")
def test_interrupts_upon_interrupts(tmp_path: Path) -> None:
    """A second one does not let the threads write to what is gone."""
    out, err = started(TWICE, tmp_path).communicate(timeout=100)
    assert out == "ready\ninterrupted 6\n", err
