"""What a transform leaves alone: .grad, modes, graphs of others, memory; also after exceptions."""

import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

X = np.array([0.5, -1.2, 2.0])


class Marked(cg.Variable):
    """A Variable that weak references can point to."""


class Fails(cg.Function):
    def forward(self, x: Any) -> Any:
        return x * 1.0

    def backward(self, gy: Any) -> Any:
        raise RuntimeError("no derivative")


TRANSFORMS: dict[str, Callable[[Any, Any], Any]] = {
    "grad": lambda f, x: cg.grad(f)(x),
    "value_and_grad": lambda f, x: cg.value_and_grad(f)(x),
    "elementwise_grad": lambda f, x: cg.elementwise_grad(f)(x),
    "jacobian": lambda f, x: cg.jacobian(f)(x),
    "jacobian by columns": lambda f, x: cg.jacobian(lambda x: f(x) * cg.ones(9))(x),
    "hessian": lambda f, x: cg.hessian(f)(x),
    "vjp": lambda f, x: cg.vjp(f, x)[1](1.0),
    "jvp": lambda f, x: cg.jvp(f, (x,), (x,)),
    "hvp": lambda f, x: cg.hvp(f, x, x),
    "checkpoint": lambda f, x: cg.grad(cg.checkpoint(f))(x),
}
every_transform = pytest.mark.parametrize("apply", TRANSFORMS.values(), ids=TRANSFORMS.keys())


@every_transform
@pytest.mark.parametrize("as_variable", [False, True], ids=["array", "variable"])
def test_no_grad_attribute_is_touched(apply: Any, as_variable: bool) -> None:
    w, seen = cg.Variable(2.0), cg.Variable(3.0)
    h = F.exp(w)
    kept = cg.Variable(7.0)
    w.grad = kept
    x = cg.Variable(X) if as_variable else X
    made = []

    def f(x: Any) -> Any:
        made.append(cg.Variable(1.5))
        return F.sum(F.sin(x * w) * h * made[-1]) * seen

    apply(f, x)
    assert w.grad is kept and kept.item() == 7.0
    assert seen.grad is None and h.grad is None
    assert all(m.grad is None for m in made)
    if as_variable:
        assert x.grad is None
    h.backward()
    assert w.grad.item() == 7.0 + float(np.exp(2.0))


def test_gradients_inside_the_function_by_backward() -> None:
    """What backward leaves in an argument's .grad is not added to the result."""

    def f(x: Any) -> Any:
        y = x**3
        y.backward(create_graph=True)
        return x.grad * 1.0

    assert cg.grad(f)(2.0) == 12.0


@every_transform
def test_no_work_for_what_it_closes_over(apply: Any) -> None:
    calls = []

    class Watched(cg.Function):
        def forward(self, x: Any) -> Any:
            return x * 1.0

        def backward(self, gy: Any) -> Any:
            calls.append(gy)
            return gy

    w = cg.Variable(2.0)
    outside = Watched()(w)
    apply(lambda x: F.sum(x * x) * outside * Watched()(w), X)
    assert calls == []


@every_transform
@pytest.mark.parametrize("where", ["forward", "backward", "shape"])
def test_after_an_exception_all_is_as_before(apply: Any, where: str) -> None:
    w = cg.Variable(2.0)

    def f(x: Any) -> Any:
        y = F.sum(F.sin(x * w))
        if where == "forward":
            raise RuntimeError("no value")
        if where == "backward":
            y = Fails()(y) + y
        else:
            w2 = x * 2.0
            y = y + F.sum(w2 * w2)
            w2.data = np.ones(7)
        return y

    good = cg.grad(lambda x: F.sum(F.sin(x * w)))(X)
    for attempt in (X, cg.Variable(X)):
        with pytest.raises((RuntimeError, ValueError)):
            apply(f, attempt)
        with cg.no_grad(), pytest.raises((RuntimeError, ValueError)):
            apply(f, attempt)
    assert cg.is_grad_enabled() and w.grad is None
    g = cg.grad(lambda x: F.sum(F.sin(x * w)))(X)
    assert type(g) is np.ndarray  # and so the level is what it was
    np.testing.assert_array_equal(g, good)
    (w * 3.0).backward()
    assert w.grad.item() == 3.0


@every_transform
def test_graphs_are_freed_at_once(apply: Any, no_collector: None) -> None:
    seen: list[Any] = []

    def f(x: Any) -> Any:
        inner = Marked(np.ones(3))
        seen.append(weakref.ref(inner))
        return F.sum(F.exp(x * inner) * x)

    result = apply(f, X)
    assert result is not None
    assert seen and all(r() is None for r in seen)
    x = Marked(X)
    mark = weakref.ref(x)
    result = apply(f, x)
    del result, x
    assert all(r() is None for r in seen) and mark() is None


def test_results_hold_the_graph_that_they_need(no_collector: None) -> None:
    x = Marked(X)
    mark = weakref.ref(x)
    g = cg.grad(lambda x: F.sum(x**3))(x)
    del x
    g.backward()
    held = mark()
    np.testing.assert_array_equal(held.grad.data, 6 * X)
    del held, g
    assert mark() is None


def test_the_graph_of_a_vjp_lives_as_long_as_its_function(no_collector: None) -> None:
    seen: list[Any] = []

    def f(x: Any) -> Any:
        inner = Marked(np.ones(3))
        seen.append(weakref.ref(inner))
        return x * inner

    value, pull = cg.vjp(f, X)
    assert seen[0]() is not None
    pull(value)
    del pull
    assert seen[0]() is None


def test_no_second_order_graph_for_arrays() -> None:
    made = []

    class Square(cg.Function):
        def forward(self, x: Any) -> Any:
            return x * x

        def backward(self, gy: Any) -> Any:
            made.append((cg.is_grad_enabled(), (gy * self.inputs[0]).creator))
            return gy * 2.0 * self.inputs[0]

    cg.grad(lambda x: Square()(x))(3.0)
    assert made == [(False, None)]
    cg.grad(lambda a: cg.grad(lambda x: Square()(x))(a))(3.0)
    assert [enabled for enabled, _ in made[1:]].count(True) == 1


def test_an_argument_kept_by_the_function() -> None:
    """Used in a later call, it is a constant there."""
    kept: list[Any] = []

    def f(x: Any) -> Any:
        kept.append(x)
        return x * kept[0]

    assert [cg.grad(f)(2.0), cg.grad(f)(3.0)] == [4.0, 2.0]
    y = kept[0] * 3.0
    y.backward()
    assert kept[0].grad is None and not kept[0].requires_grad


def test_threads() -> None:
    w = cg.Variable(2.0)
    shared = F.exp(cg.ones(3)) * w
    expected = cg.hessian(lambda x: F.sum(F.sin(x * shared) * x))(X)
    failures: list[Any] = []

    def work(seed: int) -> None:
        try:
            for _ in range(200):
                h = cg.hessian(lambda x: F.sum(F.sin(x * shared) * x))(X)
                assert type(h) is np.ndarray
                np.testing.assert_array_equal(h, expected)
                g = cg.grad(lambda a: a * cg.grad(lambda x: a * x**2)(1.0))(float(seed))
                assert g == 4.0 * seed
        except BaseException as failure:  # noqa: BLE001
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert failures == []


def test_a_long_graph() -> None:
    def f(x: Any) -> Any:
        for _ in range(100_000):
            x = x * 1.00001
        return x

    value, g = cg.value_and_grad(f)(1.0)
    assert abs(g - value) < 1e-12
    gc.collect()


def test_weights_that_many_steps_share() -> None:
    """Gradients that the pass puts off (core/backward.pyx) reach the ends, and nothing else."""
    rng = np.random.default_rng(0)
    p = {"wx": rng.normal(size=(3, 16)), "wh": rng.normal(size=(4, 16)), "b": rng.normal(size=16)}
    w, bias = rng.normal(size=(4, 4)), rng.normal(size=4)
    x = rng.normal(size=(5, 3))

    def f(p: Any, w: Any, bias: Any) -> Any:
        h = c = cg.Variable(np.zeros((5, 4)), requires_grad=False)
        for _ in range(6):
            h, c = F.lstm_step(x, h, c, p["wx"], p["wh"], p["b"])
            h = F.linear(h, w, bias) @ w
        return F.sum(h * h)

    held = {name: cg.Variable(a) for name, a in p.items()}
    held_w, held_bias = cg.Variable(w), cg.Variable(bias)
    f(held, held_w, held_bias).backward()
    expected = {name: v.grad.data for name, v in held.items()}, held_w.grad.data
    for v in (held_w, held_bias, *held.values()):
        v.cleargrad()
    gp, gw = cg.grad(f, argnums=(0, 1))(p, w, bias)
    for name, g in expected[0].items():
        np.testing.assert_allclose(gp[name], g, rtol=1e-12)
    np.testing.assert_allclose(gw, expected[1], rtol=1e-12)
    # One end among weights that are closed over.
    only = cg.grad(lambda wh: f({**held, "wh": wh}, held_w, held_bias))(p["wh"])
    np.testing.assert_allclose(only, expected[0]["wh"], rtol=1e-12)
    only = cg.grad(lambda w: f(held, w, held_bias))(w)
    np.testing.assert_allclose(only, expected[1], rtol=1e-12)
    only = cg.grad(lambda b: f(held, held_w, b))(bias)
    assert all(v.grad is None for v in (held_w, held_bias, *held.values()))
    v = rng.normal(size=16)
    product = cg.hvp(lambda b: f({**held, "b": b}, held_w, held_bias), p["b"], v)
    h = 1e-5
    slopes = [cg.grad(lambda b: f({**p, "b": b}, w, bias))(p["b"] + s * v) for s in (h, -h)]
    np.testing.assert_allclose(product, (slopes[0] - slopes[1]) / (2 * h), rtol=1e-5, atol=1e-6)
