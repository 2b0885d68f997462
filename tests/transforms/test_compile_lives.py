"""compile: what a capture is known by is not kept; with it the capture goes."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from cygrad.optimizers import Adam

Array = Any

X = np.random.default_rng(0).normal(size=(5, 2, 4))
Y = np.ones((2, 3))


def net(seed: int = 0) -> L.Sequential:
    return L.Sequential(L.Linear(8, in_size=4, rng=seed), F.tanh, L.Linear(3, in_size=8, rng=seed))


def stepped(model: Any, optimizer: Any, x: Array, given: Any = None) -> Any:
    loss = F.mean_squared_error(model(x), Y)
    model.cleargrads()
    loss.backward()
    optimizer.update(given)
    return loss


class Trainer:
    def __init__(self) -> None:
        self.model = net()
        self.optimizer = Adam().setup(self.model)

    @cg.compile
    def step(self, x: Array) -> Any:
        return stepped(self.model, self.optimizer, x)


class Net(L.Layer):
    def __init__(self) -> None:
        self.linear = L.Linear(3, in_size=4, rng=0)

    @cg.compile
    def forward(self, x: Array) -> Any:
        return F.tanh(self.linear(x))


def model_as_an_argument() -> tuple[Any, list[Any]]:
    f, model = cg.compile(lambda m, x: F.sum(m(x))), net()
    for x in X:
        f(model, x)
    return f, [model]


def model_and_optimizer() -> tuple[Any, list[Any]]:
    f, model = cg.compile(stepped), net()
    optimizer = Adam().setup(model)
    for x in X:
        f(model, optimizer, x)
    return f, [model, optimizer]


def update_of_a_model() -> tuple[Any, list[Any]]:
    f, model, optimizer = cg.compile(stepped), net(), Adam()
    for x in X:
        f(model, optimizer, x, model)
    return f, [model, optimizer]


def owner_of_a_step() -> tuple[Any, list[Any]]:
    trainer = Trainer()
    for x in X:
        trainer.step(x)
    return Trainer.step, [trainer, trainer.model, trainer.optimizer]


def layer_with_a_compiled_forward() -> tuple[Any, list[Any]]:
    model = Net()
    for x in X:
        model(x)
    return Net.forward, [model, model.linear]


WAYS: list[Callable[[], tuple[Any, list[Any]]]] = [
    model_as_an_argument,
    model_and_optimizer,
    update_of_a_model,
    owner_of_a_step,
    layer_with_a_compiled_forward,
]


@pytest.mark.parametrize("way", WAYS)
def test_who_drops_a_model_drops_its_capture(way: Any) -> None:
    f, objects = way()
    assert f.program() is not None
    assert f.replays > 0
    gone = [weakref.ref(x) for x in objects]
    del objects
    gc.collect()
    assert [x() for x in gone] == [None] * len(gone)
    assert f.program() is None


model: Any = None
optimizer: Any = None


@cg.compile
def global_step(x: Array) -> Any:
    return stepped(model, optimizer, x)


def test_globals_that_are_given_another_value() -> None:
    global model, optimizer
    for seed in range(3):
        model = net(seed)
        optimizer = Adam().setup(model)
        gone = weakref.ref(model)
        other = net(seed)
        others = Adam().setup(other)
        for x in X:
            assert global_step(x).data == stepped(other, others, x).data
        assert global_step.program() is not None
        model = optimizer = None
        gc.collect()
        assert gone() is None
        assert global_step.program() is None


def test_models_that_come_and_go() -> None:
    """At the addresses of others, even."""
    f = cg.compile(lambda m, x: F.sum(m(x)), fallback=False)
    addresses = set()
    with cg.no_grad():
        for seed in range(100):
            layer = net(seed)
            addresses.add(id(layer))
            for x in X[:3]:
                assert f(layer, x).data == F.sum(layer(x)).data
    assert len(addresses) < 100
    assert f.captures == 100
    assert f.replays == 200


def test_objects_without_weak_references_are_kept() -> None:
    class Slots:
        __slots__ = ("k",)

        def __init__(self, k: float) -> None:
            self.k = k

    f = cg.compile(lambda s, x: x * s.k, fallback=False)
    one, two = Slots(2.0), Slots(3.0)
    for _ in range(3):
        assert f(one, 2.0) == 4.0
        assert f(two, 2.0) == 6.0
    assert f.captures == 2


def test_objects_that_are_new_in_each_call() -> None:
    class Options:
        def __init__(self, k: float) -> None:
            self.k = k

    f = cg.compile(lambda x, options: x * options.k)
    for k in range(64):
        assert f(2.0, Options(float(k))) == 2.0 * k
    with pytest.warns(UserWarning, match="was gone by the next call"):
        assert f(2.0, Options(3.0)) == 6.0
    assert f(2.0, Options(4.0)) == 8.0
    assert f.captures == 64


@pytest.mark.filterwarnings("ignore")
def test_an_optimizer_that_is_made_in_the_call() -> None:
    def step(m: Any, x: Array) -> Any:
        return stepped(m, Adam().setup(m), x)

    mine, others = net(), net()
    f = cg.compile(step)
    for k in range(10):
        assert f(mine, X[k % 5]).data == step(others, X[k % 5]).data
    for (_, p), (_, q) in zip(mine.params(), others.params(), strict=True):
        assert p.data.tobytes() == q.data.tobytes()


def test_a_program_goes_with_its_function() -> None:
    f = cg.compile(cg.grad(lambda x: F.sum(x**3)))
    f(X[0])
    gone = weakref.ref(f)
    del f
    assert gone() is None
