"""compile: gradients flow back through what a compiled function gives, as through eager's results."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from cygrad import optimizers

Array = Any

RNG = np.random.default_rng(0)
X = [RNG.normal(size=(8, 4)) for _ in range(8)]
T = [RNG.integers(0, 5, 8) for _ in range(8)]


def numbers(x: Any) -> Any:
    return None if x is None else (x.shape, x.data.tobytes())


def network() -> Any:
    return L.Sequential(
        L.Linear(6, in_size=4, rng=0), L.LayerNorm(6), F.relu, L.Linear(5, in_size=6, rng=1)
    )


def test_arguments() -> None:
    def f(x: Any) -> Any:
        return F.sum(F.sin(x * x) + x)

    compiled = cg.compile(f, fallback=False)
    for k in range(5):
        a, b = cg.Variable(X[k]), cg.Variable(X[k])
        y, z = f(a), compiled(b)
        y.backward()
        z.backward()
        assert numbers(y) == numbers(z) and numbers(a.grad) == numbers(b.grad)
        assert z.requires_grad
    assert (compiled.captures, compiled.replays) == (1, 4)


def test_a_model_in_a_training_loop() -> None:
    a, b = network(), network()
    compiled = cg.compile(b, fallback=False)
    first, second = optimizers.Adam(0.01).setup(a), optimizers.Adam(0.01).setup(b)
    for x, t in zip(X, T, strict=True):
        for model, call, rule in ((a, a, first), (b, compiled, second)):
            loss = F.cross_entropy(call(x), t)
            model.cleargrads()
            loss.backward()
            rule.update()
        for (_, p), (_, q) in zip(a.params(), b.params(), strict=True):
            assert numbers(p) == numbers(q) and numbers(p.grad) == numbers(q.grad)
    assert (compiled.captures, compiled.replays) == (1, 7)


def test_gradients_of_gradients() -> None:
    def f(x: Any) -> Any:
        return F.sum(F.exp(F.sin(x)))

    compiled = cg.compile(f, fallback=False)
    for k in range(4):
        found = []
        for g in (f, compiled):
            x = cg.Variable(X[k])
            g(x).backward(create_graph=True)
            gx = x.grad
            x.cleargrad()
            F.sum(gx * gx).backward()
            found.append((numbers(gx), numbers(x.grad)))
        assert found[0] == found[1]


SHARED: list[Callable[..., Any]] = [
    lambda f, w, x: f(w, x) + F.sum(w * w),
    lambda f, w, x: f(F.sin(w), x) + F.sum(w),
    lambda f, w, x: F.sum(w) * 2.0 + f(w, x) * f(w, x),
]


@pytest.mark.parametrize("use", SHARED)
def test_gradients_from_elsewhere_add_up_as_eagers_do(use: Any) -> None:
    def f(w: Any, x: Array) -> Any:
        return F.sum(F.tanh(F.matmul(x, w)) * 3.0) + F.sum(w * 0.1)

    compiled = cg.compile(f, fallback=False)
    for k in range(5):
        found = []
        for g in (f, compiled):
            w = cg.Variable(X[0][:4])
            y = use(g, w, X[k])
            y.backward()
            found.append((numbers(y), numbers(w.grad)))
        assert found[0] == found[1]


def test_a_long_chain_of_calls() -> None:
    w = cg.Variable(0.5)
    cell = cg.compile(lambda h: F.tanh(h * w + 0.1), fallback=False)
    start = cg.Variable(0.2)
    for _ in range(500):
        start = F.tanh(start)  # so that the first call's argument is far from a leaf
    h = cell(start)
    for _ in range(3000):
        h = cell(h)
    assert h.generation < 100_000
    w.cleargrad()
    h.backward()
    assert np.isfinite(w.grad.item())


def test_gradients_that_are_there_already() -> None:
    def f(x: Any) -> Any:
        return F.sum(x * 0.1) + F.sum(F.sin(x))

    compiled = cg.compile(f, fallback=False)
    a, b = cg.Variable([0.0, 0.5]), cg.Variable([0.0, 0.5])
    a.grad, b.grad = cg.Variable([0.3, 0.7]), cg.Variable([0.3, 0.7])
    for _ in range(5):
        f(a).backward()
        compiled(b).backward()
        assert numbers(a.grad) == numbers(b.grad)


def test_several_results_and_some_gradients() -> None:
    w = cg.Variable(2.0)
    compiled = cg.compile(lambda x: {"p": w * x, "q": (w + x, 3.0)}, fallback=False)
    for k in range(1, 5):
        x = cg.Variable(float(k))
        out = compiled(x)
        w.cleargrad()
        (out["p"] * out["q"][0]).backward()
        assert x.grad == 2 * (2 + k) + 2 * k and w.grad == k * (2 + k) + 2 * k
        x.cleargrad()
        w.cleargrad()
        compiled(x)["p"].backward()
        assert (x.grad, w.grad) == (2.0, k) and out["q"][1] == 3.0


def test_backward_twice_and_along_a_graph() -> None:
    compiled = cg.compile(lambda x: F.sin(x) * x, fallback=False)
    for v in (0.5, 1.5, 2.5):
        x = cg.Variable(v)
        y = compiled(F.exp(x))
        y.backward()
        once = x.grad.item()
        y.backward()
        assert x.grad.item() == 2 * once
        e = np.exp(v)
        assert once == pytest.approx((np.cos(e) * e + np.sin(e)) * e)


def test_a_change_before_the_backward_pass_is_found() -> None:
    w = cg.Variable([1.0, 2.0])
    compiled = cg.compile(lambda x: F.sum(x * w * w), fallback=False)
    for _ in range(3):
        compiled(np.ones(2)).backward()
    y = compiled(np.ones(2))
    w.data = [5.0, 5.0]
    with pytest.raises(RuntimeError, match="has been changed since the forward pass"):
        y.backward()


def test_requires_grad_is_part_of_the_key() -> None:
    w = cg.Variable(3.0)
    compiled = cg.compile(lambda x: x * w, fallback=False)
    for _ in range(3):
        x = cg.Variable(2.0)
        compiled(x).backward()
    assert (x.grad, w.grad) == (3.0, 6.0)
    w.requires_grad = False
    w.cleargrad()
    x = cg.Variable(2.0)
    compiled(x).backward()
    assert x.grad == 3.0 and w.grad is None
    assert "requires no gradient now" in compiled.explain()
    assert not compiled(cg.Variable(2.0, requires_grad=False)).requires_grad
    with cg.no_grad():
        assert not compiled(cg.Variable(2.0)).requires_grad


def test_training_steps_see_requires_grad_too() -> None:
    w, v = cg.Variable(2.0), cg.Variable(3.0)

    def step() -> Any:
        w.cleargrad()
        v.cleargrad()
        loss = w * v
        loss.backward()
        return loss.item

    compiled = cg.compile(lambda: step() and None, fallback=False)
    for _ in range(3):
        compiled()
    assert (w.grad, v.grad) == (3.0, 2.0)
    w.requires_grad = False
    w.cleargrad()
    compiled()
    assert w.grad is None and v.grad == 2.0


def test_anomalies_are_looked_for() -> None:
    compiled = cg.compile(lambda x: F.sum(F.sqrt(x)), fallback=False)
    for k in range(3):
        compiled(cg.Variable([1.0, float(k + 1)])).backward()
    with cg.detect_anomaly(), pytest.raises(RuntimeError, match="the gradient of Sqrt"):
        compiled(cg.Variable([1.0, 0.0])).backward()


def test_memory_goes_with_the_results() -> None:
    compiled = cg.compile(lambda x: F.sin(x) * 2.0, fallback=False)
    for _ in range(3):
        compiled(cg.Variable(1.0))
    x = cg.Variable(1.0)
    y = compiled(x)
    y.backward()
    assert x.grad == pytest.approx(2 * np.cos(1.0))
    gone = weakref.ref(x)
    del y, x
    gc.collect()
    assert gone() is None


def test_results_in_a_cycle_are_collected() -> None:
    class Model:
        def __init__(self) -> None:
            self.w = cg.Variable(X[0][:4])
            self.call = cg.compile(self.forward, fallback=False)

        def forward(self, x: Array) -> Any:
            return F.tanh(F.matmul(x, self.w))

    gone = []
    for _ in range(20):
        model = Model()
        for x in X[:4]:
            y = model.call(x)
            F.sum(y).backward()
        model.__dict__["last"] = y
        gone.append(weakref.ref(model))
        del model, y
    gc.collect()
    assert all(ref() is None for ref in gone)


def test_where_it_stays_eager_gradients_reach_the_arguments() -> None:
    compiled = cg.compile(lambda x: F.sin(x) * float(np.random.rand() >= 0.0))
    for warns in (True, False):
        x = cg.Variable(1.0, name="x")
        if warns:
            with pytest.warns(UserWarning, match="random numbers"):
                y = compiled(F.exp(x))
        else:
            y = compiled(F.exp(x))
        y.backward()
        assert x.grad == pytest.approx(np.cos(np.e) * np.e)


def test_parameters_that_the_first_call_makes() -> None:
    layer, other = L.Linear(3, rng=0), L.Linear(3, rng=0)
    compiled = cg.compile(layer, fallback=False)
    for k in range(4):
        F.sum(F.tanh(compiled(X[k]))).backward()
        F.sum(F.tanh(other(X[k]))).backward()
        assert numbers(layer.w.grad) == numbers(other.w.grad)
    assert (compiled.captures, compiled.replays) == (2, 2)  # the second: it has parameters now


def test_variables_that_the_call_makes() -> None:
    start = X[0][:4]

    def f(x: Array, requires: bool) -> Any:
        w = cg.Variable(start, requires_grad=requires)
        return cg.grad(lambda w: F.sum(F.sin(F.matmul(x, w))))(w)

    compiled = cg.compile(f, fallback=False)
    for k in range(4):
        assert numbers(compiled(X[k], False)) == numbers(f(X[k], False))
    assert compiled.replays == 3
    with pytest.raises(RuntimeError, match="variables that the call makes"):
        compiled(X[0], True)


def differentiated(f: Any, x: Array) -> list[bytes]:
    given = cg.Variable(x)
    y = f(given)
    F.sum(F.sin(y)).backward()
    assert given.grad is not None
    return [y.data.tobytes(), given.grad.data.tobytes()]


def test_inside_a_checkpoint() -> None:
    """Its first call is compared, say, and the second one replayed: with graphs of other depths."""

    def block(x: Any) -> Any:
        return F.tanh(F.tanh(x) * 2.0)

    inner = cg.compile(block)
    for k in range(5):
        x = np.linspace(0.1, 1.0 + k, 3)
        for f, expected in (
            (cg.checkpoint(inner), block),
            (cg.checkpoint(lambda x: inner(inner(x)) * 2.0), lambda x: block(block(x)) * 2.0),
        ):
            assert differentiated(f, x) == differentiated(expected, x)
        inner(x)
        inner(x + 1.0)


def test_inside_what_is_called_again() -> None:
    inner = cg.compile(lambda x: F.tanh(x) * 2.0)
    outer = cg.compile(lambda x: inner(inner(x)))
    for k in range(5):
        x, y = (cg.Variable(np.linspace(0.1, 1.0 + k, 3)) for _ in range(2))
        z = F.tanh(F.tanh(y) * 2.0) * 2.0
        for v, w in ((x, outer(x)), (y, z)):
            (F.sum(w) + F.sum(v * v)).backward(create_graph=True)
        assert x.grad is not None
        assert y.grad is not None
        assert x.grad.data.tobytes() == y.grad.data.tobytes()
        inner(x)


def test_a_checkpoint_inside_stays_eager() -> None:
    """Masks of what is computed again are not those of the first call."""
    f = cg.compile(cg.checkpoint(lambda x: F.relu(x) * 2.0))
    with pytest.warns(UserWarning, match="a checkpoint, which is computed again"):
        f(cg.Variable(1.0))
    for number in (1.0, 2.0, -1.0, 3.0):
        x = cg.Variable(number)
        f(x).backward()
        assert x.grad is not None
        assert x.grad.item() == (2.0 if number > 0.0 else 0.0)


def test_rows_of_what_is_put_together() -> None:
    """The seeds of a Jacobian's rows are taken apart, and views of them made."""

    def f(x: Any) -> Any:
        return F.stack([F.sin(x[k]) * x[(k + 1) % 3] for k in range(3)])

    compiled = cg.compile(cg.jacobian(f), fallback=False)
    for k in range(3):
        x = np.array([0.3, -1.2, 0.7]) * (k + 1)
        assert np.array_equal(compiled(x), cg.jacobian(f)(x))
    assert (compiled.captures, compiled.replays) == (1, 2)
