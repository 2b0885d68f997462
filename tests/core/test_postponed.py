"""Gradients of weights that many Functions share: put off, and made by one product of all rows."""

import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

Array = Any
OPERATIONS: dict[str, Callable[..., Any]] = {
    "linear": F.linear,
    "matmul": lambda x, w, b: x @ w + b,
}
every_operation = pytest.mark.parametrize("call", OPERATIONS.values(), ids=OPERATIONS.keys())


def arrays(*shapes: tuple[int, ...]) -> list[Array]:
    rng = np.random.default_rng(3)
    return [rng.normal(size=shape) for shape in shapes]


def used(call: Callable[..., Any], xs: list[Array], w: Any, b: Any) -> cg.Variable:
    """A number that depends on the weights by way of each x."""
    loss: Any = 0.0
    for k, x in enumerate(xs):
        loss = loss + F.sum(F.sin(call(x, w, b))) * (1.0 + k)
    return loss


def by_hand(xs: list[Array], w: Array, b: Array) -> tuple[Array, Array]:
    gw, gb = np.zeros_like(w), np.zeros_like(b)
    for k, x in enumerate(xs):
        g = np.cos(x @ w + b) * (1.0 + k)
        gw += np.tensordot(x, g, (tuple(range(x.ndim - 1)),) * 2) if x.ndim > 1 else np.outer(x, g)
        gb += g.reshape(-1, b.size).sum(axis=0)
    return gw, gb


@every_operation
@pytest.mark.parametrize(
    "shapes",
    [
        [(3, 2)] * 2,
        [(2,), (3, 2), (4, 3, 2), (1, 2)],
        [(100, 2)] * 12,  # more rows than are kept
        [(256, 2), (256, 2), (1, 2), (511, 2), (257, 2)],
        [(600, 2)] * 3,  # as many at once
        [(0, 2), (3, 2), (0, 2)],
        [(0, 2), (0, 2)],
    ],
    ids=str,
)
def test_the_gradient_is_the_sum_over_all_uses(
    call: Callable[..., Any], shapes: list[tuple[int, ...]]
) -> None:
    *xs, w, b = arrays(*shapes, (2, 5), (5,))
    weights, bias = cg.Variable(w), cg.Variable(b)
    used(call, xs, weights, bias).backward()
    for v, expected in zip((weights, bias), by_hand(xs, w, b), strict=True):
        np.testing.assert_allclose(v.grad.data, expected, rtol=1e-12, atol=1e-12)
        assert v.grad.data.base is not None and v.grad.data.flags.writeable
    assert not np.shares_memory(weights.grad.data, bias.grad.data)


@every_operation
def test_it_adds_to_a_gradient_that_is_there(call: Callable[..., Any]) -> None:
    *xs, w, b = arrays((3, 2), (3, 2), (2, 5), (5,))
    weights, bias = cg.Variable(w), cg.Variable(b)
    loss = used(call, xs, weights, bias)
    loss.backward()
    first = weights.grad
    once = np.array(first.data)
    loss.backward()
    np.testing.assert_array_equal(weights.grad.data, once + once)
    used(call, xs[:1], weights, bias).backward()
    assert weights.grad.shape == w.shape


@every_operation
def test_other_uses_of_the_weights_count_too(call: Callable[..., Any]) -> None:
    *xs, w, b = arrays((3, 2), (3, 2), (2, 5), (5,))
    weights, bias = cg.Variable(w), cg.Variable(b)
    (used(call, xs, weights, bias) + F.sum(weights * weights) + F.sum(bias)).backward()
    gw, gb = by_hand(xs, w, b)
    np.testing.assert_allclose(weights.grad.data, gw + 2.0 * w, rtol=1e-13)
    np.testing.assert_allclose(bias.grad.data, gb + 1.0, rtol=1e-13)


@every_operation
def test_weights_that_are_computed_wait_for_all_their_uses(call: Callable[..., Any]) -> None:
    *xs, w, b = arrays((3, 2), (3, 2), (2, 5), (5,))
    weights, bias = cg.Variable(w), cg.Variable(b)
    used(call, xs, weights * 2.0, bias * 3.0).backward()
    gw, gb = by_hand(xs, w * 2.0, b * 3.0)
    np.testing.assert_allclose(weights.grad.data, 2.0 * gw, rtol=1e-13)
    np.testing.assert_allclose(bias.grad.data, 3.0 * gb, rtol=1e-13)
    weights.cleargrad()
    bias.cleargrad()
    used(call, xs, weights * 2.0, bias).backward()
    np.testing.assert_allclose(bias.grad.data, by_hand(xs, w * 2.0, b)[1], rtol=1e-13)


@every_operation
def test_weights_without_columns(call: Callable[..., Any]) -> None:
    weights, bias = cg.zeros(2, 0), cg.zeros(0)
    used(call, arrays((3, 2), (3, 2)), weights, bias).backward()
    assert weights.grad.shape == (2, 0) and bias.grad.shape == (0,)


@pytest.mark.parametrize("constant", [0, 1])
def test_constant_weights_get_no_gradient(constant: int) -> None:
    *xs, w, b = arrays((3, 2), (3, 2), (2, 5), (5,))
    parameters = [cg.Variable(w), cg.Variable(b)]
    parameters[constant].requires_grad = False
    used(F.linear, xs, *parameters).backward()
    assert parameters[constant].grad is None
    expected = by_hand(xs, w, b)[1 - constant]
    np.testing.assert_allclose(parameters[1 - constant].grad.data, expected, rtol=1e-13)


def test_the_bits_are_the_same_each_time() -> None:
    *xs, w, b = arrays(*[(7, 6)] * 90, (6, 5), (5,))
    seen = set()
    for _ in range(3):
        weights, bias = cg.Variable(w), cg.Variable(b)
        used(F.linear, xs, weights, bias).backward()
        seen.add(weights.grad.data.tobytes() + bias.grad.data.tobytes())
    assert len(seen) == 1


@every_operation
def test_the_second_derivative_is_not_put_off(call: Callable[..., Any]) -> None:
    *xs, w, b = arrays((3, 2), (3, 2), (2, 5), (5,))
    weights, bias = cg.Variable(w), cg.Variable(b)
    used(call, xs, weights, bias).backward(create_graph=True)
    g = weights.grad
    assert g.creator is not None
    np.testing.assert_allclose(g.data, by_hand(xs, w, b)[0], rtol=1e-13)
    weights.cleargrad()
    F.sum(g * g).backward()
    h = 1e-6
    for i in np.ndindex(*w.shape):
        step = np.zeros_like(w)
        step[i] = h
        ends = [(by_hand(xs, w + s, b)[0] ** 2).sum() for s in (step, -step)]
        assert weights.grad.data[i] == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-6)


class Fails(cg.Function):
    def forward(self, x: Array) -> Array:
        return x

    def backward(self, gy: cg.Variable) -> cg.Variable:
        raise KeyError("on purpose")


def test_after_an_error_nothing_has_landed_and_the_next_pass_is_right() -> None:
    *xs, w, b = arrays((3, 2), (3, 2), (2, 5), (5,))
    weights, bias, x = cg.Variable(w), cg.Variable(b), cg.Variable(1.0)
    loss = used(F.linear, [*xs, Fails()(x) * cg.Variable(xs[0])], weights, bias)
    with pytest.raises(KeyError, match="on purpose"):
        loss.backward()
    assert weights.grad is None and bias.grad is None
    used(F.linear, xs, weights, bias).backward()
    np.testing.assert_allclose(weights.grad.data, by_hand(xs, w, b)[0], rtol=1e-13)


class Replaces(cg.Function):
    """Gives the weights other data while the gradient passes."""

    def __init__(self, w: cg.Variable, data: Array) -> None:
        self.w, self.new = w, data

    def forward(self, x: Array) -> Array:
        return x

    def backward(self, gy: cg.Variable) -> cg.Variable:
        self.w.data = self.new
        return gy


@every_operation
@pytest.mark.parametrize("shape", [(2, 4), (20, 50), (2,), (), (5, 2), (1, 2, 5), (3, 5), (1, 5)])
def test_other_data_during_the_pass_is_an_error(
    call: Callable[..., Any], shape: tuple[int, ...]
) -> None:
    x, w, b = arrays((3, 2), (2, 5), (5,))
    weights, bias = cg.Variable(w), cg.Variable(b)
    inner = call(x, weights, bias)
    loss = F.sum(inner) + F.sum(
        call(Replaces(weights, np.ones(shape))(inner)[:, :2], weights, bias)
    )
    with pytest.raises((RuntimeError, ValueError)):
        loss.backward()


@pytest.mark.parametrize("place", [0, 1, 2], ids=["x", "w", "b"])
@pytest.mark.parametrize("shape", [(3,), (7, 2), (2, 50), (0, 2), (5, 3, 2)])
def test_other_data_before_the_pass_is_an_error(place: int, shape: tuple[int, ...]) -> None:
    inputs = [cg.Variable(a) for a in arrays((3, 2), (2, 5), (5,))]
    x, w, b = inputs
    loss = F.sum(F.linear(x, w, b)) + F.sum(F.linear(x * 2.0, w, b))
    inputs[place].data = np.ones(shape)
    with pytest.raises((RuntimeError, ValueError)):
        loss.backward()


class Marked(cg.Variable):
    """One that weak references can point to."""


def test_nothing_is_held_after_the_pass(no_collector: None) -> None:
    *xs, w, b = arrays((3, 2), (3, 2), (2, 5), (5,))
    weights, bias, x = Marked(w), Marked(b), Marked(xs[0])
    loss = used(F.linear, [x, x], weights, bias)
    loss.backward()
    seen = [weakref.ref(v) for v in (weights, bias, x)]
    del weights, bias, x, loss
    assert [v() for v in seen] == [None] * 3


def test_nothing_is_held_after_an_error(no_collector: None) -> None:
    *xs, w, b = arrays((3, 2), (3, 2), (2, 5), (5,))
    weights, x = Marked(w), cg.Variable(1.0)
    loss = used(F.linear, [*xs, Fails()(x) * cg.Variable(xs[0])], weights, b)
    with pytest.raises(KeyError):
        loss.backward()
    seen = weakref.ref(weights)
    del weights, loss
    gc.collect()  # the exception's frames
    assert seen() is None


def test_threads_that_share_weights_lose_no_gradient() -> None:
    *xs, w, b = arrays(*[(64, 20)] * 20, (20, 40), (40,))
    weights, bias = cg.Variable(w), cg.Variable(b)
    losses = [used(F.linear, xs, weights, bias) for _ in range(4)]
    threads = [threading.Thread(target=loss.backward) for loss in losses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_allclose(weights.grad.data, 4.0 * by_hand(xs, w, b)[0], rtol=1e-11)


@pytest.mark.parametrize("rows", [1, 2, 3, 17, 64])
@pytest.mark.parametrize("kind", ["linear", "linear with bias", "matmul", "lstm_step"])
def test_bits_do_not_depend_on_other_graphs(kind: str, rows: int) -> None:
    """A living graph that uses the weights too changes nothing in this one's gradients."""
    rng = np.random.default_rng(rows)
    m, n = 13, 7
    w, b = cg.Variable(rng.normal(size=(m, 4 * n))), cg.Variable(rng.normal(size=4 * n))
    wh = cg.Variable(rng.normal(size=(n, 4 * n)))
    x = rng.normal(size=(rows, m))
    h, c = cg.Variable(rng.normal(size=(rows, n))), cg.Variable(rng.normal(size=(rows, n)))

    def loss() -> cg.Variable:
        if kind == "lstm_step":
            return F.sum(F.sin(F.lstm_step(x, h, c, w, wh, b)[0]))
        if kind == "matmul":
            return F.sum(F.sin(x @ w))
        return F.sum(F.sin(F.linear(x, w, b if kind == "linear with bias" else None)))

    def gradients() -> list[Any]:
        for v in (w, wh, b):
            v.cleargrad()
        loss().backward()
        return [None if v.grad is None else v.grad.data.tobytes() for v in (w, wh, b)]

    alone = gradients()
    other = loss()
    assert gradients() == alone
    del other
