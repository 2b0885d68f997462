"""Letting go: graphs are freed at once without the collector, and cycles when it runs."""

import gc
import os
import subprocess
import sys
import weakref
from collections.abc import Callable

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

BUILDERS: dict[str, Callable[[cg.Variable], cg.Variable]] = {
    "unary": lambda x: F.sin(x),
    "binary": lambda x: x * (x + 1.0),
    "view": lambda x: F.reshape(x.T, -1)[1:],
    "many inputs": lambda x: F.stack([x, x + 1.0, x * 2.0]),
    "array index": lambda x: x[np.array([0, 0])],
    "reduction": lambda x: F.std(F.max(x, axis=0)),
    "matmul": lambda x: x @ x,
    "where": lambda x: F.where(x.data > 0, x, x * 2.0),
    "in-place reshape": lambda x: (x * 2.0).reshape(4),
}
every_graph = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS.keys())


class Marked(cg.Variable):
    """A Variable of a subclass, which weak references can point to whatever the base allows."""


def leaf() -> Marked:
    return Marked([[1.0, 2.0], [3.0, 4.5]])


@every_graph
@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
def test_the_last_reference_frees_the_graph(
    build: Callable[[cg.Variable], cg.Variable], backward: bool, no_collector: None
) -> None:
    x = leaf()
    y = build(x)
    if backward:
        y.backward(retain_grad=True)
    seen = weakref.ref(x)
    x.cleargrad()
    del x
    assert seen() is not None  # the graph holds it
    del y
    assert seen() is None


@every_graph
def test_a_gradient_holds_no_graph(
    build: Callable[[cg.Variable], cg.Variable], no_collector: None
) -> None:
    x = leaf()
    seen = weakref.ref(x)
    y = build(x)
    y.backward()
    g = x.grad
    del x, y
    assert seen() is None
    assert g.creator is None and g.size == 4


def test_functions_do_not_hold_their_outputs(no_collector: None) -> None:
    x = leaf()
    y = x * 2.0
    f = y.creator
    assert f.outputs == (y,)
    del y
    assert f.outputs == (None,)
    assert f.inputs == (x,)


def test_creator_alone_holds_the_graph_behind_it(no_collector: None) -> None:
    x = leaf()
    seen = weakref.ref(x)
    f = F.sin(x * 2.0).creator
    del x
    assert seen() is not None
    del f
    assert seen() is None


def test_unchain_frees_what_is_behind(no_collector: None) -> None:
    x = leaf()
    seen = weakref.ref(x)
    y = F.sin(x * 2.0)
    del x
    y.unchain()
    assert seen() is None
    assert y.creator is None


def test_a_user_function_is_freed(no_collector: None) -> None:
    class Both(cg.Function):
        def forward(self, x):
            return x, x + 1

        def backward(self, gx, gy):
            return gx + gy

    x = leaf()
    seen = weakref.ref(x)
    f = Both()
    function_seen = weakref.ref(f)
    a, b = f(x)
    (a + b).backward()
    x.cleargrad()
    del f, x, a
    assert seen() is not None
    del b
    assert seen() is None and function_seen() is None


# ---- With the collector -----------------------------------------------------------------------


@every_graph
def test_create_graph_is_collected(build: Callable[[cg.Variable], cg.Variable]) -> None:
    x = leaf()
    y = build(x)
    y.backward(create_graph=True)
    seen = weakref.ref(x)
    del x, y
    gc.collect()
    assert seen() is None


@every_graph
def test_second_derivatives_are_collected(build: Callable[[cg.Variable], cg.Variable]) -> None:
    x = leaf()
    y = F.sum(build(x) ** 3)
    y.backward(create_graph=True, retain_grad=True)
    g = F.sum(x.grad * x)
    g.backward(create_graph=True, retain_grad=True)
    seen = weakref.ref(x)
    del x, y, g
    gc.collect()
    assert seen() is None


def test_a_higher_gradient_kept_alone() -> None:
    """What is still needed survives the collection, and works."""
    x = leaf()
    seen = weakref.ref(x)
    y = x**3
    y.backward(create_graph=True)
    g = x.grad
    del x, y
    gc.collect()
    x = seen()
    assert x is not None
    x.cleargrad()
    g.backward()
    np.testing.assert_array_equal(x.grad.data, 6 * x.data)
    del g, x
    gc.collect()
    assert seen() is None


def test_graph_built_after_a_cycle_was_made() -> None:
    x = leaf()
    (x * x).backward(create_graph=True)
    x.grad = F.sin(x.grad) + x  # computed from tracked Variables
    y = F.exp(x) * x.grad
    x.grad = y
    seen = weakref.ref(x)
    del x, y
    gc.collect()
    assert seen() is None


def test_a_gradient_assigned_by_hand() -> None:
    x = leaf()
    y = F.exp(x * 2.0)
    x.grad = y
    seen = weakref.ref(x)
    del x, y
    gc.collect()
    assert seen() is None


def test_a_gradient_of_itself() -> None:
    x = leaf()
    x.grad = x
    seen = weakref.ref(x)
    del x
    gc.collect()
    assert seen() is None


def test_a_function_that_holds_its_own_output() -> None:
    class Keep(cg.Function):
        def forward(self, x):
            return x * 2

        def backward(self, gy):
            return gy * 2.0

    x = leaf()
    f = Keep()
    f.kept = f(x)
    seen = weakref.ref(x)
    del x
    gc.collect()
    assert seen() is not None
    del f
    gc.collect()
    assert seen() is None


def test_a_function_that_holds_something_built_on_its_output() -> None:
    class Keep(cg.Function):
        def forward(self, x):
            return x * 2

    x = leaf()
    seen = weakref.ref(x)
    f = Keep()
    y = f(x)
    f.kept = F.stack([F.sin(y), y, y])[0] + 1.0
    del f, x, y
    gc.collect()
    assert seen() is None


def test_a_subclass_with_attributes() -> None:
    x = leaf()
    x.later = F.sin(x * 2.0) @ x
    seen = weakref.ref(x)
    del x
    gc.collect()
    assert seen() is None


def test_set_creator_with_a_cycle_through_attributes() -> None:
    class Keep(cg.Function):
        def forward(self, x):
            return x * 2

    x = leaf()
    f = Keep()
    f(x)
    y = cg.Variable([[0.0, 0.0], [0.0, 0.0]])
    y.set_creator(f)
    f.kept = [y * 3.0]
    seen = weakref.ref(x)
    del f, x, y
    gc.collect()
    assert seen() is None


def test_collecting_while_a_graph_is_being_built() -> None:
    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for _ in range(30):
            x = leaf()
            y = F.sum(F.tanh(x @ x) ** 2)
            y.backward(create_graph=True)
            g = x.grad
            x.cleargrad()
            g.backward(create_graph=True)
        assert np.isfinite(x.grad.data).all()
    finally:
        gc.set_threshold(*before)


# ---- Growth -----------------------------------------------------------------------------------


def resident_bytes() -> int:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


NODES = """
import os
import cygrad as cg

def resident_bytes():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

y = cg.Variable(1.0)
before = resident_bytes()
for _ in range(300_000):
    y = y * 1.0
print((resident_bytes() - before) / 300_000)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs Linux's /proc")
def test_a_scalar_node_takes_at_most_300_bytes() -> None:
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(p for p in sys.path if p))
    finished = subprocess.run(
        [sys.executable, "-P", "-c", NODES],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert 50 < float(finished.stdout) <= 300


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs Linux's /proc")
def test_training_steps_do_not_grow_memory(no_collector: None) -> None:
    w, b = cg.randn(4, 3, rng=1), cg.zeros(3)
    x = cg.Variable(np.random.default_rng(2).normal(size=(5, 4)), requires_grad=False)
    t = np.zeros((5, 3))

    def steps(n: int) -> None:
        for _ in range(n):
            w.cleargrad()
            b.cleargrad()
            loss = F.mean(F.square(F.tanh(x @ w + b) - t))
            loss.backward()
            for p in (w, b):
                p.data[...] -= 0.01 * p.grad.data

    steps(5_000)
    before = resident_bytes()
    steps(100_000)
    assert resident_bytes() - before < 2 << 20


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs Linux's /proc")
def test_steps_with_create_graph_do_not_grow_memory() -> None:
    x = cg.Variable([1.0, 2.0])

    def steps(n: int) -> None:
        for _ in range(n):
            x.cleargrad()
            y = F.sum(F.sin(x) * x)
            y.backward(create_graph=True)
            g = x.grad
            x.cleargrad()
            g.backward()

    steps(3_000)
    gc.collect()
    before = resident_bytes()
    steps(20_000)
    gc.collect()
    assert resident_bytes() - before < 4 << 20


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs Linux's /proc")
@pytest.mark.parametrize("error", ["shapes", "type", "backward"])
def test_errors_do_not_leak(error: str, no_collector: None) -> None:
    class Wrong(cg.Function):
        def forward(self, x):
            return x

        def backward(self, gy):
            return gy[0]

    x, y = cg.zeros(2000), cg.zeros(1999)
    table: dict[str, Callable[[], object]] = {
        "shapes": lambda: F.exp(x) + F.exp(y),
        "type": lambda: F.exp(x) + F.stack([F.exp(y), 1j]),
        "backward": lambda: (F.exp(Wrong()(F.exp(x))) * 2.0).backward(),
    }

    def attempts(n: int) -> None:
        for _ in range(n):
            with pytest.raises((ValueError, TypeError)):
                table[error]()

    attempts(300)
    before = resident_bytes()
    attempts(3_000)
    assert resident_bytes() - before < 4 << 20
