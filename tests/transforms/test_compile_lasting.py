"""compile: over many calls, the same bits as eager, no more captures, no more memory, nothing stale."""

import gc
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from cygrad.optimizers import Adam

Array = Any

RNG = np.random.default_rng(0)


def bits(x: Any) -> Any:
    if isinstance(x, (tuple, list)):
        return [bits(part) for part in x]
    return np.array(x.data if isinstance(x, cg.Variable) else x).tobytes()


def branching(x: Any) -> Any:
    """Five branches, and a loop that is as long as the numbers say."""
    a, b = x[0], x[1]
    if a < -1.0:
        y = F.exp(a) * b
    elif a < 0.0:
        y = F.sin(a * b)
    elif b > 1.0:
        y = a / b
    elif a > b:
        y = F.sqrt(a - b) + b
    else:
        y = a * a - 3.0 * b
    while abs(y) > 0.5:
        y = 0.5 * y + 0.01 * F.cos(a)
    return y


def test_many_inputs_and_few_captures() -> None:
    eager = cg.value_and_grad(branching)
    f = cg.compile(eager, fallback=False)
    for x in RNG.normal(scale=1.5, size=(10_000, 2)):
        assert bits(f(x)) == bits(eager(x))
    assert f.captures <= 35
    assert f.captures + f.replays == 10_000


# ---- Memory --------------------------------------------------------------------------------------


def float_argument() -> Callable[[int], Any]:
    f = cg.compile(cg.grad(lambda x: x**3 + 2.0), fallback=False)
    return lambda k: f(1.0 + k)


def array_argument() -> Callable[[int], Any]:
    f = cg.compile(cg.value_and_grad(branching), fallback=False)
    xs = RNG.uniform(0.1, 0.2, size=(7, 2))
    return lambda k: f(xs[k])


def variable_argument() -> Callable[[int], Any]:
    f = cg.compile(lambda x: F.sum(F.sin(x) * x), fallback=False)
    xs = [cg.Variable(x) for x in RNG.normal(size=(7, 3))]

    def call(k: int) -> None:
        xs[k].cleargrad()
        f(xs[k]).backward()

    return call


def structures() -> Callable[[int], Any]:
    f = cg.compile(lambda d: {"a": d["x"] * 2.0, "b": [d["x"] + d["y"][0]]}, fallback=False)
    xs = RNG.normal(size=(7, 3))
    return lambda k: f({"x": xs[k], "y": [2.0, 1.0]})


def training_step() -> Callable[[int], Any]:
    model = L.Sequential(L.Linear(4, in_size=3, rng=0), F.tanh, L.Linear(1, in_size=4, rng=1))
    optimizer = Adam(lr=1e-6).setup(model)
    xs, y = RNG.normal(size=(7, 5, 3)), np.ones((5, 1))

    @cg.compile
    def step(x: Array) -> Any:
        loss = F.mean_squared_error(model(x), y)
        model.cleargrads()
        loss.backward()
        optimizer.update()
        return loss

    return lambda k: step(xs[k])


@pytest.mark.parametrize(
    "make", [float_argument, array_argument, variable_argument, structures, training_step]
)
def test_memory_stays_flat(make: Callable[[], Callable[[int], Any]]) -> None:
    """By hand, over 10^6 replays and by the process's size, too."""
    call = make()
    for k in range(100):
        call(k % 7)
    shared = (None, True, 1.0)
    counts = [sys.getrefcount(x) for x in shared]
    gc.collect()
    before = sys.getallocatedblocks()
    for k in range(10_000):
        call(k % 7)
    gc.collect()
    assert sys.getallocatedblocks() - before < 500
    assert max(abs(sys.getrefcount(x) - n) for x, n in zip(shared, counts, strict=True)) < 1000


# ---- Nothing stale -------------------------------------------------------------------------------

FACTOR = 1.0


def scaled(x: Any) -> Any:
    return x * FACTOR


class Net(L.Layer):
    def __init__(self) -> None:
        self.first = L.Linear(4, in_size=3, rng=0)
        self.norm = L.BatchNorm()
        self.rest = [L.Linear(4, in_size=4, rng=1)]
        self.slope = 0.1

    def forward(self, x: Any) -> Any:
        y = F.leaky_relu(self.norm(self.first(x)), self.slope)
        for layer in self.rest:
            y = layer(y)
        return y


def rebind(net: Net) -> None:
    net.first = L.Linear(4, in_size=3, rng=5)


def rebind_weights(net: Net) -> None:
    net.first.w = cg.Variable(net.first.w.data * 0.5)


def other_numbers(net: Net) -> None:
    net.first.w.data = net.first.w.data * 1.5


def written(net: Net) -> None:
    net.first.w.data[:] += 0.25


def other_width(net: Net) -> None:
    net.first.w.data = np.ones((3, 6)) * np.linspace(-1.0, 1.0, 6)
    net.first.b.data = np.linspace(0.0, 1.0, 6)
    net.norm = L.BatchNorm()
    net.rest[0].w.data = np.linspace(-1.0, 1.0, 24).reshape(6, 4)


def layer_added(net: Net) -> None:
    net.rest.append(L.Linear(4, in_size=4, rng=7))


def layer_taken(net: Net) -> None:
    net.rest.pop()


def no_gradient(net: Net) -> None:
    net.first.w.requires_grad = not net.first.w.requires_grad


def attribute(net: Net) -> None:
    net.slope += 0.1


def factor(net: Net) -> None:
    global FACTOR
    FACTOR += 1.0


CHANGES: list[Callable[[Net], None]] = [
    rebind,
    rebind_weights,
    other_numbers,
    written,
    other_width,
    layer_added,
    layer_taken,
    no_gradient,
    attribute,
    factor,
]


def outcome(f: Any, net: Net, x: Array, flows: bool = True) -> Any:
    net.cleargrads()
    y = f(x)
    if flows and y.requires_grad:
        F.sum(F.sin(y)).backward()
    return bits(y), [
        (name, p.grad is not None and bits(p.grad), bits(p)) for name, p in net.params()
    ]


def steps_of(net: Net) -> list[Callable[[Any], Any]]:
    def plain(x: Any) -> Any:
        return scaled(net(x))

    def paused(x: Any) -> Any:
        with cg.no_grad():
            return scaled(net(x))

    def tested(x: Any) -> Any:
        with cg.test_mode():
            return scaled(net(x))

    def inside(x: Any) -> Any:
        y = F.sum(scaled(net(x)) ** 2)
        y.backward()
        return y

    return [plain, paused, tested, inside]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("way", range(4))
def test_nothing_is_stale(change: Callable[[Net], None], way: int) -> None:
    mine, others = Net(), Net()
    eager, f = steps_of(mine)[way], cg.compile(steps_of(others)[way])
    global FACTOR
    xs = iter(RNG.normal(size=(40, 5, 3)))
    for _ in range(3):
        for _ in range(4):
            x = next(xs)
            assert outcome(f, others, x, way < 3) == outcome(eager, mine, x, way < 3)
        change(mine)
        if change is not factor:
            change(others)
        if change is layer_taken:
            layer_added(mine)
            layer_added(others)
    FACTOR = 1.0
    assert f.replays > 0


def test_switches_between_calls() -> None:
    mine, others = Net(), Net()
    f = cg.compile(others, fallback=False)
    for k in range(24):
        x = RNG.normal(size=(5, 3))
        with (
            cg.test_mode() if k % 3 == 0 else nullcontext(),
            cg.no_grad() if k % 4 == 0 else nullcontext(),
        ):
            assert outcome(f, others, x) == outcome(mine, mine, x)
    assert f.replays > 0
