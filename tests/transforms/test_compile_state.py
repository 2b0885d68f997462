"""compile: what is changed in place is changed in each replay: parameters, running statistics."""

import warnings
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
X = [RNG.normal(size=(8, 4)) for _ in range(9)]
T = [RNG.integers(0, 3, 8) for _ in range(9)]


def bits(x: Any) -> Any:
    return None if x is None else np.array(x.data if isinstance(x, cg.Variable) else x).tobytes()


def side_by_side(make: Callable[[], tuple[Callable[..., Any], Any]], *further: Any) -> Any:
    """make() gives a function and what it changes, in another function; each call is eager's."""
    (f, state), (g, other) = make(), make()
    compiled = cg.compile(g, fallback=False)
    for k in range(9):
        arguments = (X[k], *(more[k] for more in further))
        assert bits(f(*arguments)) == bits(compiled(*arguments)), k
        assert state() == other(), k
    return compiled


def test_a_step_by_hand() -> None:
    def make() -> Any:
        w, b = cg.Variable(X[0][:4].copy()), cg.Variable(np.zeros(4))

        def step(x: Array) -> Any:
            loss = F.mean((F.tanh(F.matmul(x, w) + b) - x) ** 2)
            w.cleargrad()
            b.cleargrad()
            loss.backward()
            with cg.no_grad():
                for p in (w, b):
                    p -= 0.1 * p.grad
                    p *= 0.999
            return loss

        return step, lambda: [bits(w), bits(b), bits(w.grad)]

    compiled = side_by_side(make)
    assert (compiled.captures, compiled.replays) == (1, 7)
    assert "call store" in str(compiled.program())


def test_a_step_that_closes_over_arrays() -> None:
    times, seen = np.linspace(0.0, 1.0, 8), np.linspace(1.0, 3.0, 8) ** 2

    def make() -> Any:
        p, rule = cg.Variable([1.0, 0.5]), optimizers.Adam(0.05)

        def step(weights: Array) -> Any:
            height, rate = p
            loss = (weights[:, 0] * (height * np.exp(rate * times) - seen) ** 2).mean()
            p.cleargrad()
            loss.backward()
            rule.update([p])
            return loss

        return step, lambda: [bits(p), bits(p.grad)]

    compiled = side_by_side(make)
    assert (compiled.captures, compiled.replays) == (1, 7)


def test_read_after_it_is_written() -> None:
    def make() -> Any:
        w = cg.Variable([1.0, 2.0, 3.0, 4.0])

        def f(x: Array) -> Any:
            with cg.no_grad():
                before = F.sum(w * x)
                w.__iadd__(F.mean(x, axis=0))
                return before + F.sum(w * x)

        return f, lambda: bits(w)

    side_by_side(make)


def test_an_error_leaves_all_as_it_was() -> None:
    w = cg.Variable([1.0, 2.0])

    def f(x: Any, t: Array) -> Any:
        with cg.no_grad():
            w.__imul__(2.0)
            return F.sum(F.take(w, t)) + F.sum(x)

    compiled = cg.compile(f, fallback=False)
    for _ in range(4):
        compiled(np.ones(2), np.array([0, 1]))
    before = bits(w)
    with pytest.raises(IndexError):
        compiled(np.ones(2), np.array([0, 9]))
    assert np.frombuffer(bits(w))[0] in (np.frombuffer(before)[0], 2 * np.frombuffer(before)[0])


def network() -> Any:
    return L.Sequential(
        L.Linear(6, in_size=4, rng=0), L.BatchNorm(6), F.relu, L.Linear(3, in_size=6, rng=1)
    )


def numbers(model: Any) -> Any:
    norm = model[1]
    return [bits(p) for _, p in model.params()] + [bits(norm.running_mean), bits(norm.running_var)]


def test_batch_norm_in_a_training_step() -> None:
    def make() -> Any:
        model, rule = network(), optimizers.Adam(0.01)

        def step(x: Array, t: Array) -> Any:
            loss = F.cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            rule.update(model)
            return loss

        return step, lambda: numbers(model)

    compiled = side_by_side(make, T)
    assert (compiled.captures, compiled.replays) == (1, 7)


def test_batch_norm_of_a_model_whose_results_have_a_graph() -> None:
    a, b = network(), network()
    compiled = cg.compile(b, fallback=False)
    for k, (x, t) in enumerate(zip(X, T, strict=True)):
        for model, call in ((a, a), (b, compiled)):
            model.cleargrads()
            F.cross_entropy(call(x), t).backward(create_graph=k == 5)
        assert numbers(a) == numbers(b)
        for (_, p), (_, q) in zip(a.params(), b.params(), strict=True):
            assert bits(p.grad) == bits(q.grad)
    assert compiled.captures == 1


def test_batch_norm_in_test_mode_reads_the_statistics_anew() -> None:
    model = network()
    model(X[0])
    compiled = cg.compile(model, fallback=False)
    for x in X:
        model(x)  # eager, which moves the statistics on
        with cg.test_mode():
            assert bits(compiled(x)) == bits(model(x))
    assert compiled.captures == 1


def test_running_arrays() -> None:
    def make() -> Any:
        mean, variance = np.zeros(4), np.ones(4)

        def f(x: Any) -> Any:
            return F.batch_norm(x, running_mean=mean, running_var=variance)

        return f, lambda: [bits(mean), bits(variance)]

    (f, state), (g, other) = make(), make()
    compiled = cg.compile(g)
    for x in X:
        assert bits(f(x)) == bits(compiled(x)) and state() == other()


# ---- States of recurrent layers ------------------------------------------------------------------

KINDS = [L.RNN, L.GRU, L.LSTM]
SEQUENCES = [RNG.normal(size=(5, 8, 4)) for _ in range(9)]


def states(layer: Any) -> Any:
    return [bits(layer.__dict__.get(name)) for name in layer._states]


@pytest.mark.parametrize("kind", KINDS)
def test_steps_in_no_grad(kind: Any) -> None:
    (a, b) = (kind(3, in_size=4, rng=0) for _ in range(2))
    compiled = cg.compile(b, fallback=False)
    with cg.no_grad():
        for k, x in enumerate([*X, *X]):
            if k == 12:
                a.reset_state()
                b.reset_state()
            assert bits(a(x)) == bits(compiled(x)), k
            assert states(a) == states(b), k
    assert compiled.replays >= 9


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("one_step", [True, False])
def test_training_on_sequences(kind: Any, one_step: bool) -> None:
    def make() -> Any:
        layer, rule = kind(3, in_size=4, rng=0), optimizers.SGD(0.1)

        def step(xs: Array) -> Any:
            layer.reset_state()
            loss = cg.Variable(0.0, requires_grad=False)
            for x in xs[:1] if one_step else xs:
                loss = loss + F.mean(layer(x) ** 2)
            layer.cleargrads()
            loss.backward()
            rule.update(layer)
            return loss

        return step, lambda: [bits(p) for _, p in layer.params()] + states(layer)

    (f, state), (g, other) = make(), make()
    compiled = cg.compile(g)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for xs in SEQUENCES:
            assert bits(f(xs)) == bits(compiled(xs))
            assert state() == other()
    assert compiled.replays >= 4  # after three captures: None, a graph, none


LSTM_STEPS: dict[str, tuple[set[int], Any]] = {  # which inputs need no gradient, and a loss of hs
    "all": (set(), lambda hs: F.sum(hs[-1] * hs[1])),
    "no wx": ({0}, lambda hs: F.sum(hs[-1])),
    "no wh": ({1}, lambda hs: F.sum(hs[-1])),
    "no b": ({2}, lambda hs: F.sum(hs[-1])),
    "wh alone": ({0, 2}, lambda hs: F.sum(hs[-1])),
    "b alone": ({0, 1, 3, 4}, lambda hs: F.sum(hs[-1])),
    "states alone": ({0, 1, 2}, lambda hs: F.sum(hs[-1])),
    "one step of several": (set(), lambda hs: F.sum(hs[0] ** 2)),
}


@pytest.mark.parametrize("case", LSTM_STEPS)
@pytest.mark.parametrize("steps", [2, 70])
@pytest.mark.parametrize("batch", [(8,), (2, 3), ()])
def test_lstm_steps(case: str, steps: int, batch: tuple[int, ...]) -> None:
    """Of arrays in memory of other orders, too; 70 steps are more than one operation joins."""
    without, loss_of = LSTM_STEPS[case]

    def make() -> Any:
        rng = np.random.default_rng(2)
        wx, wh = rng.normal(size=(4, 24))[:, ::2], rng.normal(size=(12, 6))[:, ::2].T
        state = np.moveaxis(rng.normal(size=(3, *batch)), 0, -1)
        vs = [cg.Variable(v) for v in (wx, wh, rng.normal(size=24)[::2], state, state * 0.5)]
        for k in without:
            vs[k].requires_grad = False

        def step(xs: Array) -> Any:
            for v in vs:
                v.cleargrad()
            h, c = vs[3:]
            hs = []
            for x in xs:
                h, c = F.lstm_step(x, h, c, *vs[:3])
                hs.append(h)
            loss = loss_of(hs)
            loss.backward()
            return loss

        return step, lambda: [bits(v.grad) for v in vs]

    (f, state), (g, other) = make(), make()
    compiled = cg.compile(g, fallback=False)
    for k in range(4):
        xs = np.random.default_rng(k).normal(size=(steps, 4, *batch))
        xs = np.moveaxis(xs, 1, -1)
        assert bits(f(xs)) == bits(compiled(xs))
        assert state() == other()
    assert (compiled.captures, compiled.replays) == (1, 2)
    called = [line for line in str(compiled.program()).splitlines() if "call" in line]
    assert len(called) == 1 and "land" in called[0]


def test_weights_that_several_products_share() -> None:
    def make() -> Any:
        w, b = cg.Variable(X[0][:4].copy()), cg.Variable(np.zeros(4))

        def step(x: Array) -> Any:
            w.cleargrad()
            b.cleargrad()
            h = x
            for _ in range(6):
                h = F.tanh(F.linear(h, w, b))
            loss = F.sum(h * h) + F.sum(F.tanh(F.linear(x, w, b) + F.matmul(x, w)))
            loss.backward()
            return loss

        return step, lambda: [bits(w.grad), bits(b.grad)]

    compiled = side_by_side(make)
    assert (compiled.captures, compiled.replays) == (1, 7)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [1, 3])
def test_truncated_sequences(kind: Any, steps: int) -> None:
    """The state goes on without its graph; gradients land in what it was before."""

    def make() -> Any:
        model = L.Sequential(kind(3, in_size=4, rng=0), kind(2, in_size=3, rng=1))
        rule = optimizers.SGD(0.1)
        before: list[Any] = []

        def step(xs: Array) -> Any:
            loss = cg.Variable(0.0, requires_grad=False)
            for x in xs[:steps]:
                loss = loss + F.mean(model(x) ** 2)
            model.cleargrads()
            loss.backward()
            loss.unchain_backward()
            rule.update(model)
            return loss

        def state() -> Any:
            found = [bits(p) for _, p in model.params()] + [bits(v.grad) for v in before]
            before[:] = [layer.__dict__[name] for layer in model for name in layer._states]
            return found + [bits(v) for v in before]

        return step, state

    (f, state), (g, other) = make(), make()
    compiled = cg.compile(g, fallback=False)
    for xs in SEQUENCES:
        assert bits(f(xs)) == bits(compiled(xs))
        assert state() == other()
    assert (compiled.captures, compiled.replays) == (2, 6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("eager_before", [0, 2])
def test_gradients_that_flow_back_to_earlier_calls(kind: Any, eager_before: int) -> None:
    def make() -> Any:
        layer = kind(3, in_size=4, rng=0)
        for x in X[:eager_before]:
            layer(x)

        def step(x: Array) -> Any:
            loss = F.mean(layer(x) ** 2)
            layer.cleargrads()
            loss.backward()
            return loss

        return step, lambda: [bits(p.grad) for _, p in layer.params()] + states(layer)

    (f, state), (g, other) = make(), make()
    compiled = cg.compile(g)
    if not eager_before:
        assert bits(f(X[0])) == bits(compiled(X[0]))
    with pytest.warns(UserWarning, match="gradients flow back to"):
        value = compiled(X[1])
    assert bits(f(X[1])) == bits(value)
    for x in X[2:]:
        assert bits(f(x)) == bits(compiled(x))
        assert state() == other()
    assert compiled.captures == (not eager_before)


def test_a_state_with_a_graph_stays_eager() -> None:
    layer, other = L.LSTM(3, in_size=4, rng=0), L.LSTM(3, in_size=4, rng=0)
    compiled = cg.compile(layer)
    with pytest.warns(UserWarning, match="keeps the graph of its state"):
        y = compiled(X[0])
    for x in X[1:3]:
        y = compiled(x)
    for x in X[:3]:
        z = other(x)
    F.sum(y).backward()
    F.sum(z).backward()
    assert bits(layer.wx.grad) == bits(other.wx.grad)


# ---- A user's Functions --------------------------------------------------------------------------


class Sine(cg.Function):
    """Keeps nothing."""

    def forward(self, x: Array) -> Array:
        return np.sin(x)

    def backward(self, gy: Any) -> Any:
        return gy * F.cos(self.inputs[0])


class Power(cg.Function):
    """Keeps a number that it is made with, and an array."""

    def __init__(self, n: float) -> None:
        self.n = n

    def forward(self, x: Array) -> Array:
        self.slope = self.n * x ** (self.n - 1.0)
        return x**self.n

    def backward(self, gy: Any) -> Any:
        return gy * cg.Variable(self.slope, requires_grad=False)


class Both(cg.Function):
    """Two inputs and two outputs."""

    def forward(self, x: Array, y: Array) -> tuple[Array, Array]:
        return x * y, x + y

    def backward(self, gp: Any, gs: Any) -> Any:
        x, y = self.inputs
        return gp * y + gs, gp * x + gs


FUNCTIONS: list[Callable[..., Any]] = [
    lambda x: F.sum(Sine()(x * 2.0) * x),
    lambda x: F.sum(Power(3.0)(x) + Power(2.0)(Sine()(x))),
    lambda x: F.sum(F.mul(*Both()(x, Sine()(x)))),
]


@pytest.mark.parametrize("f", FUNCTIONS)
def test_functions_in_python_are_called_anew(f: Any) -> None:
    for transform in (cg.value_and_grad, lambda f: f):
        g = transform(f)
        compiled = cg.compile(g, fallback=False)
        for x in X:
            value, expected = compiled(x), g(x)
            value, expected = (v if isinstance(v, tuple) else (v,) for v in (value, expected))
            assert [bits(v) for v in value] == [bits(v) for v in expected]
        assert compiled.captures == 1
        assert "call" in str(compiled.program())
    a, b, compiled = [], [], cg.compile(f, fallback=False)
    for x in X[:4]:
        for call, found in ((f, a), (compiled, b)):
            v = cg.Variable(x)
            call(v).backward()
            found.append(bits(v.grad))
    assert a == b
