"""Graphs of 10^5 and 10^6 nodes: no recursion, whatever their shape, under a stack of 1 MB."""

import gc
import weakref
from collections.abc import Callable

import numpy as np

import cygrad as cg
import cygrad.functions as F

Run = Callable[[Callable[[], None]], None]


def chain(x: cg.Variable, length: int) -> cg.Variable:
    for _ in range(length):
        x = x + 1.0
    return x


def test_a_chain_of_a_million(in_small_stack: Run, no_collector: None) -> None:
    def body() -> None:
        x = cg.Variable(0.0)
        y = chain(x, 1_000_000)
        assert y.item() == 1e6
        assert y.generation == 1_000_000
        y.backward()
        assert x.grad.item() == 1.0
        first = weakref.ref(y.creator.inputs[0])
        del y
        assert first() is None

    in_small_stack(body)


def test_create_graph_of_a_long_chain(in_small_stack: Run) -> None:
    def body() -> None:
        x = cg.Variable(1.0)
        y = x
        for _ in range(100_000):
            y = F.mul(y, x) if y is x else y * 1.0
        y.backward(create_graph=True)
        g = x.grad
        assert g.item() == 2.0
        x.cleargrad()
        g.backward()
        assert x.grad.item() == 2.0
        seen = weakref.ref(g)
        del y, g
        x.cleargrad()
        del x
        gc.collect()
        assert seen() is None

    in_small_stack(body)


def test_chain_of_functions_in_python(in_small_stack: Run, no_collector: None) -> None:
    class Same(cg.Function):
        def forward(self, x):
            return x

        def backward(self, gy):
            return gy

    def body() -> None:
        x = cg.Variable(1.0)
        y = x
        for _ in range(100_000):
            y = Same()(y)
        y.backward()
        assert x.grad.item() == 1.0
        del y

    in_small_stack(body)


def test_chain_of_concatenations(in_small_stack: Run, no_collector: None) -> None:
    def body() -> None:
        x, other = cg.Variable([1.0]), cg.Variable([1.0])
        y = x
        for _ in range(50_000):
            y = F.concat([y, other, other])[:1]
        y.backward()
        assert x.grad.item() == 1.0
        assert other.grad.item() == 0.0
        del y

    in_small_stack(body)


def test_a_chain_that_the_collector_frees(in_small_stack: Run) -> None:
    def body() -> None:
        x = cg.Variable(1.0)
        y = chain(x, 200_000)
        x.grad = y  # a cycle through the whole chain
        seen = weakref.ref(y)
        del x, y
        gc.collect()
        assert seen() is None

    in_small_stack(body)


def test_a_chain_of_gradients_freed(in_small_stack: Run) -> None:
    """Each Variable is the .grad of the next."""

    def body() -> None:
        x = cg.Variable(1.0)
        first = weakref.ref(x)
        for _ in range(100_000):
            y = cg.Variable(1.0)
            y.grad = x
            x = y
        del x, y
        gc.collect()
        assert first() is None

    in_small_stack(body)


def test_unchain_backward_of_a_long_chain(in_small_stack: Run, no_collector: None) -> None:
    def body() -> None:
        x = cg.Variable(0.0)
        y = chain(x, 300_000)
        y.unchain_backward()
        assert y.creator.inputs[0].creator is None
        y.backward()
        assert x.grad is None

    in_small_stack(body)


def test_set_creator_looks_behind_a_long_chain(in_small_stack: Run) -> None:
    def body() -> None:
        y = chain(cg.Variable(0.0), 100_000)
        z = cg.Variable(0.0)
        z.set_creator(y.creator)
        assert z.generation == 100_000

    in_small_stack(body)


def test_a_wide_fan() -> None:
    x = cg.Variable(1.0)
    uses = [x * 1.0 for _ in range(100_000)]
    while len(uses) > 1:
        uses = [a + b for a, b in zip(uses[::2], uses[1::2], strict=False)] + (
            uses[-1:] if len(uses) % 2 else []
        )
    uses[0].backward()
    assert x.grad.item() == 100_000.0


def test_a_fan_into_one_running_sum() -> None:
    x = cg.Variable([1.0, 2.0])
    total = x * 0.0
    for _ in range(100_000):
        total = total + x
    total.backward()
    np.testing.assert_array_equal(x.grad.data, [100_000.0, 100_000.0])


def test_one_function_of_many_inputs() -> None:
    xs = [cg.Variable(float(i)) for i in range(20_000)]
    y = F.sum(F.stack(xs) * np.arange(20_000.0))
    y.backward()
    assert [x.grad.item() for x in xs] == list(range(20_000))


def test_elements_of_one_variable() -> None:
    x = cg.Variable(np.arange(5_000.0))
    total = cg.Variable(0.0, requires_grad=False)
    for element in x:
        total = total + element * element
    total.backward()
    np.testing.assert_array_equal(x.grad.data, 2 * np.arange(5_000.0))


def test_generations_that_count_to_many_in_a_heap() -> None:
    """Ten thousand Functions wait at once, pushed in no order."""
    x = cg.Variable(1.0)
    rng = np.random.default_rng(2)
    ends = []
    for length in rng.permutation(10_000) % 60:
        ends.append(chain(x, int(length) + 1))
    y = F.sum(F.stack(ends))
    y.backward()
    assert x.grad.item() == 10_000.0
