"""checkpoint of what draws random numbers or keeps a state: the second run is like the first."""

import functools
import gc
import random
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from cygrad.models import LSTM, MLP

X = np.random.default_rng(0).normal(size=(6, 4))
RNG = np.random.default_rng(5)


class Cell(L.Layer):
    """A layer of a user's, whose state is an attribute, a list, a dict, an array and a number."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.w = cg.Variable(rng.normal(size=(4, 4)))
        self.rng = rng
        self.h: Any = None
        self.past: list[Any] = []
        self.named: dict[str, Any] = {"h": None}
        self.recent: deque[Any] = deque(maxlen=2)
        self.seen: set[int] = set()
        self.scale = np.ones(4)
        self.count = 0
        self.register_buffer("mean", np.zeros(4))

    def forward(self, x: Any) -> Any:
        a = F.matmul(x, self.w) + self.rng.normal(size=4)
        for old in (self.h, self.named["h"], *self.past[-1:], *self.recent):
            if old is not None:
                a = a + 0.3 * old
        h = F.tanh(a * self.scale - self.mean.data.copy()) * (1 + self.count)
        self.count += 1
        self.seen.add(self.count)
        self.scale = self.scale * 0.9
        self.mean.data[...] += h.data.mean(axis=0)
        self.h = h * 0.5
        self.named["h"] = h * 0.25
        self.past.append(F.sin(h))
        self.recent.append(h * 0.125)
        return h


class Lazy(L.Layer):
    """A layer of a user's that makes its parameter in its first call."""

    w: Any = None

    def forward(self, x: Any) -> Any:
        if self.w is None:
            self.w = cg.Variable(np.random.default_rng(3).normal(size=(x.shape[1], 3)))
        return x @ self.w


class Lent(L.Layer):
    """A layer that is not called by a call, and steps by another name."""

    def __init__(self) -> None:
        self.inner = L.LSTM(4, rng=0)
        self.b = cg.Variable(np.ones(4))
        self.h: Any = 0.0

    def step(self, x: Any) -> Any:
        self.h = self.inner.forward(x) * self.b + self.h
        return F.sin(self.h)


class Plain:
    """No layer, but it has some."""

    def __init__(self) -> None:
        self.lstm, self.dropout = L.LSTM(4, rng=0), L.Dropout(0.5, rng=1)

    def step(self, x: Any) -> Any:
        return self.dropout(self.lstm(x)) @ np.ones((4, 4))


def drawn_from_globals(x: Any) -> Any:
    return x * RNG.normal(size=4)


def legacy(x: Any) -> Any:
    return x * np.random.normal(size=4)


def pythons(x: Any) -> Any:
    return x * random.random()


def closed(rng: Any) -> Any:
    def noise() -> Any:
        return rng.normal(size=4)

    return lambda x: F.tanh(x * noise()) + noise()


def layer_of(make: Callable[[], Any]) -> Callable[[], tuple[Any, Any]]:
    def both() -> tuple[Any, Any]:
        layer = make()
        return layer, layer

    return both


def function_of(make: Callable[[Any], Any]) -> Callable[[], tuple[Any, Any]]:
    def both() -> tuple[Any, Any]:
        rng = np.random.default_rng(7)
        return make(rng), rng

    return both


def lent() -> tuple[Any, Any]:
    layer = Lent()
    return layer.step, layer


def lent_in_closure() -> tuple[Any, Any]:
    layer = Lent()
    return lambda x: layer.step(x) * 1.5, layer


def plain() -> tuple[Any, Any]:
    model = Plain()
    return model.step, [model.lstm, model.dropout]


def sequence() -> Any:
    return L.Sequential(
        L.Linear(5, rng=0), L.BatchNorm(), L.Dropout(0.3, rng=1), L.LSTM(4, rng=2), F.tanh,
        L.GRU(3, rng=3), L.Dropout(0.5, rng=4), L.LayerNorm(),
    )  # fmt: skip


CASES: dict[str, Callable[[], tuple[Any, Any]]] = {
    "Dropout": layer_of(lambda: L.Dropout(0.5, rng=0)),
    "RNN": layer_of(lambda: L.RNN(3, rng=0)),
    "LSTM": layer_of(lambda: L.LSTM(3, rng=0)),
    "LSTM, ready": layer_of(lambda: L.LSTM(3, in_size=4, rng=0)),
    "GRU": layer_of(lambda: L.GRU(3, rng=0)),
    "BatchNorm": layer_of(lambda: L.BatchNorm()),
    "BatchNorm, ready": layer_of(lambda: L.BatchNorm(4)),
    "Linear": layer_of(lambda: L.Linear(3, rng=0)),
    "Sequential": layer_of(sequence),
    "model": layer_of(lambda: LSTM(3, 2, rng=0)),
    "MLP": layer_of(lambda: MLP([5, 2], rng=0)),
    "a user's": layer_of(lambda: Cell(np.random.default_rng(1))),
    "lazy": layer_of(Lazy),
    "a method": lent,
    "a method in a closure": lent_in_closure,
    "an object that is no layer": plain,
    "F.dropout": function_of(lambda rng: lambda x: F.dropout(x, 0.5, rng)),
    "F.dropout_simple": function_of(lambda rng: lambda x: F.dropout_simple(x, 0.5, rng)),
    "cg.rand": function_of(lambda rng: lambda x: x * cg.rand(4, rng=rng)),
    "cg.randn": function_of(lambda rng: lambda x: x * cg.randn(4, rng=rng).data),
    "cg.normal": function_of(lambda rng: lambda x: x * cg.normal((4,), 1.0, 2.0, rng=rng)),
    "rng.normal": function_of(closed),
    "rng.normal itself": function_of(lambda rng: functools.partial(draws, rng.normal)),
    "partial": function_of(lambda rng: functools.partial(F.dropout, p=0.5, rng=rng)),
    "default": function_of(lambda rng: lambda x, rng=rng: x * rng.normal(size=4)),
    "MT19937": lambda: with_rng(np.random.Generator(np.random.MT19937(3))),
    "RandomState": lambda: with_rng(np.random.RandomState(3)),
    "nested": layer_of(lambda: cg.checkpoint(cg.checkpoint(sequence()))),
    "nested, and drawing": function_of(
        lambda rng: lambda x: cg.checkpoint(closed(rng))(x) * rng.normal() + rng.normal()
    ),
}


def with_rng(rng: Any) -> tuple[Any, Any]:
    return closed(rng), rng


def draws(normal: Any, x: Any) -> Any:
    return x * normal(size=4)


def state_of(thing: Any) -> Any:
    """All that is kept, as text: the numbers to their last digit."""
    if isinstance(thing, cg.checkpoint(len).__class__):
        return state_of(thing.function)
    if isinstance(thing, list):
        return [state_of(x) for x in thing]
    if isinstance(thing, L.Layer):
        layers = [thing, *(layer for _, layer in thing.layers())]
        return [(k, state_of(v)) for layer in layers for k, v in sorted(vars(layer).items())]
    if isinstance(thing, cg.Variable):
        return thing.tolist(), thing.requires_grad, thing.creator is None
    if isinstance(thing, np.random.Generator):
        return str(thing.bit_generator.state)
    if isinstance(thing, np.random.RandomState):
        return str(thing.get_state())
    if isinstance(thing, (deque, tuple)):
        return [state_of(x) for x in thing]
    if isinstance(thing, dict):
        return [(key, state_of(x)) for key, x in thing.items()]
    return str(thing)


def leaves_of(kept: Any) -> list[cg.Variable]:
    if isinstance(kept, cg.checkpoint(len).__class__):
        return leaves_of(kept.function)
    if isinstance(kept, list):
        return [p for x in kept for p in leaves_of(x)]
    return [p for _, p in kept.params()] if isinstance(kept, L.Layer) else []


def run(case: str, wrap: Callable[[Any], Any], steps: int, order: int = 1) -> Any:
    f, kept = CASES[case]()
    f = wrap(f)
    x = cg.Variable(X)
    loss = cg.Variable(0.0)
    results = []
    for k in range(steps):
        y = f(x * (1.0 + k))
        results.append(y.data.copy())
        loss = loss + F.sum(y * y) * (k + 1.0)
    before = state_of(kept)
    loss.backward(create_graph=order > 1)
    if order > 1:
        g = x.grad
        x.cleargrad()
        F.sum(g * g).backward()
    assert state_of(kept) == before
    grads = [p.grad for p in leaves_of(kept)]
    return results, x.grad.data, [g if g is None else g.data for g in grads], before


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("case", CASES)
def test_as_without(case: str, steps: int, order: int) -> None:
    expected = run(case, lambda f: f, steps, order)
    found = run(case, cg.checkpoint, steps, order)
    for a, b in zip(found[0], expected[0], strict=True):
        np.testing.assert_array_equal(a, b)
    scale = max(np.abs(g).max() for g in [expected[1], *expected[2]] if g is not None)
    for a, b in zip([found[1], *found[2]], [expected[1], *expected[2]], strict=True):
        assert (a is None) == (b is None)
        if b is not None:  # sums are of another order
            np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12 * scale)
    assert str(found[3]) == str(expected[3])


@pytest.mark.parametrize("f", [drawn_from_globals, legacy, pythons])
def test_generators_of_modules(f: Any) -> None:
    x = cg.Variable(X)
    y = cg.checkpoint(f)(x)
    np.random.normal(size=3), random.random(), RNG.normal()
    state = np.random.get_state()[2], random.getstate(), RNG.bit_generator.state
    y.backward()
    np.testing.assert_allclose(x.grad.data * X, y.data, rtol=1e-15)
    assert (np.random.get_state()[2], random.getstate(), RNG.bit_generator.state) == state


def test_dropped_numbers_are_the_same_also_where_the_results_do_not_tell() -> None:
    layer = L.Dropout(0.5, rng=0)
    other = L.Dropout(0.5, rng=0)
    zeros = cg.Variable(np.zeros(64))
    y = cg.checkpoint(layer)(zeros)
    layer(zeros)
    y.backward()
    np.testing.assert_array_equal(zeros.grad.data, other(cg.ones(64)).data)


def test_without_a_generator_the_numbers_repeat_too() -> None:
    def f(x: Any) -> Any:
        return x * cg.randn(4) * cg.rand(4).data + cg.normal(4) + L.Dropout(0.3)(x)

    x = cg.Variable(np.ones((6, 4)))
    y = cg.checkpoint(f)(x)
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(y.data, cg.checkpoint(f)(x).data)
    y.backward()  # which compares
    assert x.grad is not None


def test_batch_norm_reads_what_it_read_then() -> None:
    layer = L.BatchNorm(4)
    layer(X)
    x = cg.Variable(X)
    with cg.test_mode():
        y = cg.checkpoint(layer)(x)
    expected = 1.0 / np.sqrt(layer.running_var.data + layer.eps)
    layer(3.0 * X)
    now = layer.running_var.data.copy()
    F.sum(y).backward()
    np.testing.assert_allclose(x.grad.data[0], expected, rtol=1e-14)
    np.testing.assert_array_equal(layer.running_var.data, now)


def test_running_statistics_in_arrays() -> None:
    mean, variance = np.zeros(4), np.ones(4)
    x = cg.Variable(X)
    y = cg.checkpoint(lambda x: F.batch_norm(x, running_mean=mean, running_var=variance))(x)
    once = mean.copy(), variance.copy()
    F.sum(y * X).backward()
    np.testing.assert_array_equal((mean, variance), once)


def test_a_leaf_updated_inside_is_as_after_one_run() -> None:
    w, count = cg.Variable(np.ones(4)), cg.Variable(0.0)

    def f(x: Any) -> Any:
        nonlocal count
        with cg.no_grad():
            count += 1.0
        return F.sin(x * w)

    x = cg.Variable(X)
    F.sum(cg.checkpoint(f)(x)).backward()
    assert count.item() == 1.0


@pytest.mark.parametrize("layer", [L.RNN, L.LSTM, L.GRU])
def test_history_is_cut_where_it_is_cut_without(layer: Any) -> None:
    """The state before counts as an input, and the state after as a result."""
    found = []
    for wrap in (lambda f: f, cg.checkpoint):
        cell = layer(4, in_size=4, rng=0)
        f, grads = wrap(cell), []
        for window in range(3):
            loss = cg.Variable(0.0)
            for step in range(2):
                loss = loss + F.sum(f(X * (1.0 + step + window)) ** 2)
            cell.cleargrads()
            loss.backward()
            loss.unchain_backward()
            grads.append([p.grad.data for _, p in cell.params()])
        found.append(grads)
    for a, b in zip(*found, strict=True):
        for p, q in zip(a, b, strict=True):
            np.testing.assert_allclose(p, q, rtol=1e-12, atol=1e-13)


class Marked(cg.Variable):
    """A Variable that weak references can point to."""


def test_a_state_keeps_no_graph_of_the_first_run(no_collector: None) -> None:
    marks: list[Any] = []

    class Step(L.Layer):
        h: Any = None

        def forward(self, x: Any) -> Any:
            inner = Marked(np.ones(4))
            marks.append(weakref.ref(inner))
            h = F.tanh(x * inner)
            self.h = h if self.h is None else h * self.h
            return self.h * 2.0

    layer = Step()
    step = cg.checkpoint(layer)
    x = cg.Variable(X)
    y = step(step(x))
    assert [mark() for mark in marks] == [None, None]
    assert layer.h.creator is y.creator
    F.sum(y).backward()
    assert x.grad is not None
    layer.h = None


def test_a_long_sequence(in_small_stack: Any) -> None:
    def work() -> None:
        cell = L.RNN(1, in_size=1, rng=0)
        step = cg.checkpoint(cell)
        x = cg.Variable([[0.1]])
        for _ in range(5_000):
            y = step(x)
        y.backward()
        assert x.grad is not None
        cell.reset_state()
        del y

    in_small_stack(work)
    gc.collect()


def test_what_cannot_be_repeated_is_an_error() -> None:
    x = cg.Variable(X)
    calls: list[int] = []

    def counting(x: Any) -> Any:
        calls.append(1)
        return x * len(calls)

    y = cg.checkpoint(counting)(x)
    with pytest.raises(RuntimeError, match="returned other numbers when it was called again"):
        y.backward()
    w = cg.Variable(np.ones(4))
    y = cg.checkpoint(lambda x: F.sin(x * w))(x)
    w.data *= 2.0
    with pytest.raises(RuntimeError, match="nothing that it reads may change"):
        y.backward()
    assert x.grad is None

    class Flag(L.Layer):
        ready = False

        def forward(self, x: Any) -> Any:
            if not self.ready:
                self.w = cg.Variable(np.ones(4))
                self.ready = True
            return x * self.w

    layer = Flag()
    y = cg.checkpoint(layer)(x)
    made = layer.w
    with pytest.raises(RuntimeError, match="Flag made its parameter 'w' in the call, and again"):
        y.backward()
    assert layer.w is made and layer.ready
    x.cleargrad()
    y = cg.checkpoint(layer)(x)
    y.backward()
    np.testing.assert_array_equal(x.grad.data, np.ones(X.shape))


def test_an_exception_the_second_time_puts_the_state_back() -> None:
    class Failing(L.Layer):
        def __init__(self) -> None:
            self.cell = L.LSTM(3, rng=0)
            self.fails = False

        def forward(self, x: Any) -> Any:
            h = self.cell(x)
            if failing:
                raise ValueError("second")
            return h

    failing: list[int] = []
    layer = Failing()
    x = cg.Variable(X)
    y = cg.checkpoint(layer)(x)
    before = state_of(layer)
    failing.append(1)
    with pytest.raises(ValueError, match="second"):
        y.backward()
    assert state_of(layer) == before
    failing.clear()
    y.backward()
    assert x.grad is not None


def test_a_backward_pass_inside_a_repeated_call() -> None:
    layer = L.LSTM(4, in_size=4, rng=0)
    x = cg.Variable(X)
    inner = cg.checkpoint(layer)(x)

    def outer(v: Any) -> Any:
        F.sum(inner).backward()
        x.cleargrad()
        return F.sum(layer(v)) * 2.0

    expected = L.LSTM(4, in_size=4, rng=0)
    expected(x)
    v, u = cg.Variable(X * 0.5), cg.Variable(X * 0.5)
    cg.checkpoint(outer)(v).backward()
    (F.sum(expected(u)) * 2.0).backward()
    np.testing.assert_allclose(v.grad.data, u.grad.data, rtol=1e-13)
