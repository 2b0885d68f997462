"""checkpoint: the same values and gradients, to every order, with less in memory."""

import gc
import weakref
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

X = np.array([0.5, -1.2, 2.0])


class Marked(cg.Variable):
    """A Variable that weak references can point to."""


def both(f: Any) -> list[Any]:
    return [f, cg.checkpoint(f)]


def test_values_and_gradients() -> None:
    w = cg.Variable(0.7)
    found = []
    for step in both(lambda h: F.tanh(h * w) + h):
        x = cg.Variable(X)
        h = x
        for _ in range(5):
            h = step(h)
        y = F.sum(h * h)
        w.cleargrad()
        y.backward()
        found.append((y.data, x.grad.data, w.grad.data))
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)


def test_twice_and_to_any_order() -> None:
    w = cg.Variable(0.7)
    found = []
    for f in both(lambda x: F.sin(x * w) * x):
        row = [cg.grad(f)(0.3), cg.grad(cg.grad(f))(0.3), cg.grad(cg.grad(cg.grad(f)))(0.3)]
        row += [cg.hessian(f)(0.3), cg.jvp(f, (0.3,), (1.0,))[1], cg.hvp(f, 0.3, 1.0)]
        x = cg.Variable(0.3)
        y = f(x)
        y.backward(create_graph=True)
        y.backward(create_graph=True)
        g = x.grad
        w.cleargrad(), x.cleargrad()
        g.backward()
        row += [x.grad.item(), w.grad.item()]
        w.cleargrad()
        found.append(row)
    assert found[0] == found[1]


def test_what_it_closes_over() -> None:
    """By an argument of an outer transform, by a result with a graph of its own, by leaves."""

    def outer(v: Any, use: Any) -> Any:
        h = F.exp(v * 0.1)
        for _ in range(20):
            h = h * 1.01  # of a greater generation than the checkpoint's argument
        return use(lambda x: F.sum(x * h) * v)(cg.Variable(X)) * h

    plain = cg.grad(lambda v: outer(v, lambda f: f))(0.7)
    assert cg.grad(lambda v: outer(v, cg.checkpoint))(0.7) == plain
    assert cg.grad(cg.grad(lambda v: outer(v, cg.checkpoint)))(0.7) == pytest.approx(
        cg.grad(cg.grad(lambda v: outer(v, lambda f: f)))(0.7), rel=1e-14
    )
    v = cg.Variable(0.7)
    outer(v, cg.checkpoint).backward()
    assert v.grad.item() == plain


def test_nested() -> None:
    def f(x: Any) -> Any:
        return F.sin(x) * x

    inner = cg.checkpoint(f)
    whole = cg.checkpoint(lambda x: inner(inner(x)) + x)
    plain = cg.grad(lambda x: f(f(x)) + x)(0.3)
    assert cg.grad(whole)(0.3) == plain
    assert cg.grad(cg.checkpoint(cg.grad(f)))(0.3) == cg.grad(cg.grad(f))(0.3)


def test_several_results() -> None:
    def f(p: Any, scale: Any) -> Any:
        return {"a": p["x"] * scale, "b": [F.sin(p["x"]) * p["y"], 5.0], "c": p["y"], "n": None}

    found = []
    for g in both(f):
        x, y = cg.Variable(2.0), cg.Variable(3.0)
        r = g({"x": x, "y": y}, scale=4.0)
        assert list(r) == ["a", "b", "c", "n"] and r["b"][1] == 5.0 and r["n"] is None
        z = r["b"][0] * r["c"] * r["a"]
        z.backward(retain_grad=True)
        found.append((z.item(), x.grad.item(), y.grad.item(), r["a"].grad.item()))
    assert found[0] == found[1]


def test_a_result_that_nothing_depends_on_brings_no_nan() -> None:
    f = cg.checkpoint(lambda x: (x * 2.0, F.log(x * 0.0)))
    assert cg.grad(lambda x: f(x)[0])(1.0) == 2.0


def test_an_argument_returned_and_a_constant() -> None:
    x = cg.Variable(2.0)
    assert cg.checkpoint(lambda x: x)(x) is x
    assert cg.checkpoint(lambda: 3.0)() == 3.0
    y = cg.checkpoint(lambda a: a * 2.0)(cg.Variable([1.0, 2.0], requires_grad=False))
    assert y.creator is None
    h = x * 3.0
    y = cg.checkpoint(lambda: h)()
    y.backward()
    assert x.grad.item() == 3.0
    assert h.creator.name == "Mul"  # what it returned is as it was


def test_no_grad() -> None:
    x = cg.Variable(2.0)
    with cg.no_grad():
        assert cg.checkpoint(lambda x: x * x)(x).creator is None


def test_modes_and_random_numbers_are_the_same_again() -> None:
    def f(x: Any) -> Any:
        return F.dropout(F.dropout(x) * 2.0)

    x = cg.Variable(np.ones(64))
    y = cg.checkpoint(cg.checkpoint(f))(x)
    y.backward()
    np.testing.assert_array_equal(x.grad.data, y.data)
    assert 0 < (y.data == 0.0).sum() < 64
    again = cg.checkpoint(f)(x)
    assert (again.data != y.data).any()
    x.cleargrad()
    with cg.test_mode():
        y = cg.checkpoint(f)(x)
    y.backward()
    np.testing.assert_array_equal(x.grad.data, np.full(64, 2.0))
    assert not cg.is_test_mode()


def test_intermediate_results_are_not_kept(no_collector: None) -> None:
    alive: list[Any] = []

    def step(h: Any) -> Any:
        inner = Marked(np.ones(3))
        alive.append(weakref.ref(inner))
        assert sum(r() is not None for r in alive) <= 2
        return F.tanh(h * inner)

    x = cg.Variable(X)
    h = x
    for _ in range(10):
        h = cg.checkpoint(step)(h)
    assert all(r() is None for r in alive)
    F.sum(h).backward()
    assert len(alive) == 20 and all(r() is None for r in alive)
    mark = weakref.ref(Marked(X))
    assert mark() is None


def test_freed_at_once(no_collector: None) -> None:
    x = Marked(X)
    mark = weakref.ref(x)
    y = cg.checkpoint(lambda x: (F.sin(x), F.cos(x)))(x)
    (y[0] * y[1]).backward()
    x.cleargrad()
    del x
    assert mark() is not None
    del y
    assert mark() is None


def test_a_cycle_is_collected() -> None:
    """The function holds its own result."""

    def closed() -> Any:
        held: list[Any] = []
        x = Marked(X)
        held.append(cg.checkpoint(lambda x: F.sin(x) * (1.0 if held else 2.0))(x))
        return weakref.ref(x)

    mark = closed()
    gc.collect()
    assert mark() is None


def test_a_long_chain_of_them(in_small_stack: Any) -> None:
    def work() -> None:
        step = cg.checkpoint(lambda h: h * 1.0 + 1e-9)
        h = x = cg.Variable(1.0)
        for _ in range(20_000):
            h = step(h)
        h.backward()
        assert x.grad.item() == 1.0
        del h

    in_small_stack(work)


def test_a_function_that_does_something_else_the_second_time() -> None:
    calls: list[int] = []

    def f(x: Any) -> Any:
        calls.append(1)
        return (x * 2.0, x * 3.0) if len(calls) == 1 else x * 2.0

    x = cg.Variable(X)
    a, b = cg.checkpoint(f)(x)
    y = F.sum(a + b)
    with pytest.raises(RuntimeError, match="returned 2 results, and when it was called again"):
        y.backward()
    assert x.grad is None

    def g(x: Any) -> Any:
        calls.append(1)
        return x[: 1 + len(calls) % 2]

    y = F.sum(cg.checkpoint(g)(x))
    with pytest.raises(RuntimeError, match="Recompute passes a gradient of shape"):
        y.backward()


def test_an_exception_the_second_time_leaves_all_as_it_was() -> None:
    calls: list[int] = []

    def f(x: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise ValueError("second")
        return F.sum(x * x)

    x = cg.Variable(X)
    y = cg.checkpoint(f)(x)
    with pytest.raises(ValueError, match="second"):
        y.backward()
    assert cg.is_grad_enabled() and x.grad is None
    y.backward()
    np.testing.assert_array_equal(x.grad.data, 2 * X)


def test_as_a_decorator() -> None:
    class Model:
        w = 3.0

        @cg.checkpoint
        def forward(self, x: Any) -> Any:
            """Three times x."""
            return x * self.w

    assert cg.grad(Model().forward)(1.0) == 3.0
    assert Model.forward.__doc__ == "Three times x."
    with pytest.raises(TypeError, match="a function is needed"):
        cg.checkpoint(3.0)


def test_a_rule_that_reads_the_outputs_of_a_function_of_ones_own() -> None:
    class Both(cg.Function):
        def forward(self, x: Any) -> Any:
            return np.exp(x), np.exp(2.0 * x)

        def backward(self, *gys: Any) -> Any:
            a, b = self.outputs
            return gys[0] * a + gys[1] * b * 2.0

    for f in both(lambda x: Both()(x)):
        x = cg.Variable(0.3)
        a, b = f(x)
        (a * b).backward()
        assert x.grad.item() == pytest.approx(3 * np.exp(0.9), rel=1e-15)
        x.cleargrad()
        b.backward()
        assert x.grad.item() == pytest.approx(2 * np.exp(0.6), rel=1e-15)


def test_the_second_runs_graph_is_let_go_piece_by_piece(no_collector: None) -> None:
    steps = 20
    alive: list[Any] = []
    counts: list[int] = []

    class Count(cg.Function):
        def forward(self, x: Any) -> Any:
            return x.copy()

        def backward(self, gy: Any) -> Any:
            counts.append(sum(mark() is not None for mark in alive))
            return gy

    def chain(h: Any) -> Any:
        alive.clear()
        for _ in range(steps):
            factor = Marked(np.ones(3))
            alive.append(weakref.ref(factor))
            h = Count()(F.softmax(h * factor))
        return h

    F.sum(cg.checkpoint(chain)(cg.Variable(X))).backward()
    assert counts == list(range(steps, 0, -1))


def test_as_many_results_and_arguments_as_one_likes() -> None:
    n = 70_000
    x = cg.Variable(1.0)
    ys = cg.checkpoint(lambda x: [x * float(i) for i in range(n)])(x)
    for i in (0, 4463, 65_536, n - 1):
        x.cleargrad()
        ys[i].backward()
        assert x.grad.item() == i
    x.cleargrad()
    (ys[3] * ys[65_539]).backward()
    assert x.grad.item() == 2 * 3 * 65_539

    xs = [cg.Variable(float(i)) for i in range(n)]
    y = cg.checkpoint(lambda xs: F.sum(F.stack(xs) ** 2))(xs)
    assert len(y.creator.inputs) == n
    y.backward()
    assert [x.grad.item() for x in xs] == [2.0 * i for i in range(n)]
    with pytest.raises(RuntimeError, match="input of a living graph"):
        xs[n - 1].reshape(1)
    del y
    for x in xs:  # none of them is in use any longer
        x.reshape(1)


def test_a_variable_used_many_times() -> None:
    n = 70_000
    found = []
    for f in both(lambda x, w: x * w):
        x, w = cg.Variable(0.0), cg.Variable(1.0)
        total = F.sum(F.stack([f(x, w) for _ in range(n)]))
        total.backward()
        found.append(x.grad.item())
        with pytest.raises(RuntimeError, match="input of a living graph"):
            x.reshape(1)
        del total
        x.reshape(1)
    assert found == [n, n]


def keeping_its_result(cache: dict[str, Any]) -> Any:
    return lambda x: cache["y"] if "y" in cache else F.relu(x)


def working_on_its_result(cache: dict[str, Any]) -> Any:
    return lambda x: F.relu(cache.get("y", x))


def working_on_it_in_another_one(cache: dict[str, Any]) -> Any:
    inner = cg.checkpoint(lambda x: F.relu(cache.get("y", x)))
    return lambda x: F.relu(inner(x))


@pytest.mark.parametrize(
    "make", [keeping_its_result, working_on_its_result, working_on_it_in_another_one]
)
def test_a_result_that_finds_its_way_into_its_own_second_run(make: Any) -> None:
    """Whose numbers are the same, so that nothing else shows it."""
    cache: dict[str, Any] = {}
    x = cg.Variable([1.0, 2.0])
    y = cache["y"] = cg.checkpoint(make(cache))(x)
    z = F.sum(y * 3.0)
    for create_graph in (False, True):
        with pytest.raises(RuntimeError, match="checkpoint: .* computed after the first call"):
            z.backward(create_graph=create_graph)
        assert x.grad is None and cg.is_grad_enabled()
    cache.clear()
    z.backward()
    np.testing.assert_array_equal(x.grad.data, [3.0, 3.0])


def test_two_that_read_each_others_results() -> None:
    cache: dict[str, Any] = {}
    x = cg.Variable([1.0, 2.0])
    for name, other in ("ab", "ba"):
        cache[f"new {name}"] = cg.checkpoint(lambda x, other=other: cache.get(other, F.relu(x)))(x)
    cache |= {"a": cache["new a"], "b": cache["new b"]}
    with pytest.raises(RuntimeError, match="computed after the first call"):
        F.sum(cache["a"]).backward()
    assert x.grad is None


def test_the_first_runs_own_variable_kept_is_no_cycle() -> None:
    """A cache that f itself fills: the second run finds what the first one put there."""
    cache: dict[str, Any] = {}

    def f(x: Any) -> Any:
        if "h" not in cache:
            cache["h"] = F.softmax(x)
        return cache["h"]

    x = cg.Variable(X)
    y = cg.checkpoint(f)(x)
    F.sum(y * X).backward()
    plain = cg.grad(lambda x: F.sum(F.softmax(x) * X))(X)
    np.testing.assert_array_equal(x.grad.data, plain)


def test_set_creator_to_its_own() -> None:
    x = cg.Variable(2.0)
    y = cg.checkpoint(lambda c: c * x)(cg.Variable(3.0))
    x.set_creator(y.creator)
    with pytest.raises(RuntimeError, match="computed after the first call"):
        y.backward()


def test_unchain_backward_reaches_what_it_closes_over() -> None:
    for wrap in (lambda f: f, cg.checkpoint, lambda f: cg.checkpoint(cg.checkpoint(f))):
        w = cg.Variable(0.7)
        state = F.sin(w * 2.0)
        y = wrap(lambda c, state=state, w=w: F.tanh(state * w) * c)(cg.Variable(1.5))
        z = wrap(lambda y=y, w=w: F.exp(y * w))()
        loss = z * 2.0
        loss.unchain_backward()
        assert [v.creator for v in (z, y, state)] == [None] * 3 and loss.creator is not None
        (loss + state + y).backward()
        assert z.grad.item() == 2.0 and w.grad is None


def test_unchain_backward_of_its_result() -> None:
    """The whole function is one step, which gradients still go back through."""
    w = cg.Variable(0.7)
    state = F.sin(w * 2.0)
    y = cg.checkpoint(lambda: F.tanh(state * w))()
    y.unchain_backward()
    assert state.creator is None and y.creator is not None
    y.backward()
    slope = 1.0 - y.item() ** 2
    assert w.grad.item() == pytest.approx(slope * state.item(), rel=1e-14)
    assert state.grad.item() == pytest.approx(slope * 0.7, rel=1e-14)
