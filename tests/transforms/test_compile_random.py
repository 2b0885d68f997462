"""compile: random numbers are drawn anew, from the same generators, as eager draws them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from cygrad import optimizers

Array = Any
Generator = np.random.Generator

RNG = np.random.default_rng(0)
X = [RNG.normal(size=(8, 4)) for _ in range(10)]
T = [RNG.integers(0, 5, 8) for _ in range(10)]
W = RNG.normal(size=(4, 5))


def bits(x: Any) -> Any:
    if isinstance(x, (tuple, list)):
        return [bits(part) for part in x]
    return np.array(x.data if isinstance(x, cg.Variable) else x).tobytes()


def follows(make: Callable[[Generator], Callable[..., Any]], *further: Any) -> Any:
    """make(generator) gives a function; results and the generator's states are eager's."""
    mine, others = np.random.default_rng(5), np.random.default_rng(5)
    f, compiled = make(mine), cg.compile(make(others), fallback=False)
    for k in range(10):
        arguments = (X[k], *(more[k] for more in further))
        assert bits(f(*arguments)) == bits(compiled(*arguments)), k
        assert mine.bit_generator.state == others.bit_generator.state, k
    return compiled


DRAWING: list[Callable[[Generator], Callable[..., Any]]] = [
    lambda g: cg.grad(lambda x: F.sum(F.sin(F.dropout(x, 0.5, rng=g)))),
    lambda g: cg.value_and_grad(
        lambda x: F.sum(F.sin(x) + cg.randn(8, 4, rng=g) * cg.rand(4, rng=g))
    ),
    lambda g: lambda x: F.sum(x * cg.normal((4,), 1.0, 2.0, rng=g).data) if False else F.sum(x),
    lambda g: cg.grad(lambda x: F.sum(F.dropout(x, 0.5, rng=7) * F.dropout(x, 0.1, rng=g))),
]


@pytest.mark.parametrize("make", DRAWING)
def test_drawn_anew(make: Any) -> None:
    compiled = follows(make)
    assert (compiled.captures, compiled.replays) == (1, 9)


def test_guards_after_a_draw() -> None:
    def make(g: Generator) -> Callable[..., Any]:
        def f(x: Any) -> Any:
            y = F.dropout(x, 0.5, rng=g)
            return F.sum(y * 2.0 if F.sum(y) > 0 else F.sin(y))

        return cg.value_and_grad(f)

    compiled = follows(make)
    assert compiled.captures == 2


def test_labels_after_a_draw() -> None:
    def make(g: Generator) -> Callable[..., Any]:
        def loss(w: Any, x: Array, t: Array) -> Any:
            return F.cross_entropy(F.dropout(F.matmul(x, w), 0.3, rng=g), t)

        return lambda x, t: cg.value_and_grad(loss)(cg.Variable(W, requires_grad=False), x, t)

    compiled = follows(make, T)
    assert compiled.captures == 1


def test_seeds_give_the_same_and_no_generator_other_ones() -> None:
    seeded = cg.compile(cg.grad(lambda x: F.sum(F.dropout(x, 0.5, rng=3))), fallback=False)
    assert len({seeded(np.ones(50) * k).tobytes() for k in range(6)}) == 1
    assert seeded.captures == 1
    for f in (
        lambda x: F.sum(F.dropout(x, 0.5)),
        lambda x: F.sum(F.dropout(x, 0.5) * cg.randn(50)),
    ):
        free = cg.compile(cg.grad(f), fallback=False)
        assert len({free(np.ones(50) * k).tobytes() for k in range(6)}) == 6
        assert (free.captures, free.replays) == (1, 5)


def test_a_training_step_with_dropout() -> None:
    def make() -> tuple[Any, Callable[..., Any]]:
        model = L.Sequential(
            L.Linear(6, in_size=4, rng=0),
            L.Dropout(0.4, rng=7),
            F.relu,
            L.Linear(5, in_size=6, rng=1),
        )
        rule = optimizers.Adam(0.01)

        def step(x: Array, t: Array) -> Any:
            loss = F.cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            rule.update(model)
            return loss

        return model, step

    (a, step), (b, other) = make(), make()
    compiled = cg.compile(other, fallback=False)
    for x, t in zip(X, T, strict=True):
        assert bits(step(x, t)) == bits(compiled(x, t))
        for (_, p), (_, q) in zip(a.params(), b.params(), strict=True):
            assert bits(p) == bits(q)
    assert (compiled.captures, compiled.replays) == (1, 8)


def test_results_with_a_graph() -> None:
    found = []
    for wrap in (lambda f: f, lambda f: cg.compile(f, fallback=False)):
        g, w = np.random.default_rng(3), cg.Variable(W)
        f = wrap(lambda x, w=w, g=g: F.dropout(F.matmul(x, w), 0.3, rng=g))
        seen = []
        for k, x in enumerate(X):
            y = f(x)
            w.cleargrad()
            F.sum(y * y).backward(create_graph=k == 4)  # which computes y again
            seen.append((bits(y), bits(w.grad), str(g.bit_generator.state)))
        found.append(seen)
    assert found[0] == found[1]


HIDDEN: list[Callable[[Generator], Callable[..., Any]]] = [
    lambda g: lambda x: F.sum(x * g.normal(size=4)),
    lambda g: lambda x: F.sum(F.dropout(x, 0.5, rng=g)) + 0.0 * g.normal(),
    lambda g: lambda x: F.sum(x) * np.random.rand(),
]


@pytest.mark.parametrize("make", HIDDEN)
def test_what_draws_behind_our_back_stays_eager(make: Any) -> None:
    with pytest.warns(UserWarning, match="random numbers are drawn"):
        cg.compile(cg.grad(make(np.random.default_rng(0))))(X[0])
