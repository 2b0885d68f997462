"""The forward pass, over all operations: against two backward passes, and in what it may meet.

Where anomalies are looked for, jvp is two backward passes, as it is in a capture: what is compared
with here.
"""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from differences import weights
from operations import OPERATIONS, Operation

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


def directions(operation: Operation, k: int = 3) -> tuple[np.ndarray, ...]:
    return tuple(weights(np.shape(x), k + j) for j, x in enumerate(operation.inputs))


def plain(result: Any) -> list[np.ndarray]:
    parts = result if isinstance(result, (tuple, list)) else [result]
    return [np.asarray(x.data if isinstance(x, cg.Variable) else x) for x in parts]


def agree(call: Any, rtol: float = 3e-15) -> None:
    with cg.detect_anomaly():
        expected = plain(call())
    for a, b in zip(plain(call()), expected, strict=True):
        # batch_norm's derivatives are small differences of numbers of the size of 1.
        np.testing.assert_allclose(a, b, rtol=rtol, atol=2e-16 + rtol * np.abs(b).max(initial=0))


@every_operation
def test_against_two_backward_passes(operation: Operation) -> None:
    v = directions(operation)
    agree(lambda: cg.jvp(operation.call, operation.inputs, v)[1])
    given = tuple(cg.Variable(x) for x in operation.inputs)
    agree(lambda: cg.jvp(operation.call, given, v)[1])


@every_operation
def test_one_input_alone(operation: Operation) -> None:
    for i, v in enumerate(directions(operation)):
        agree(lambda i=i, v=v: cg.jvp(operation.call, operation.inputs, v, argnums=i)[1])


@every_operation
def test_differentiated_again(operation: Operation) -> None:
    v, argnums = directions(operation), tuple(range(len(operation.inputs)))
    w = weights(np.shape(operation.reference(*operation.inputs)))

    def along(*xs: Any) -> Any:
        return cg.jvp(operation.call, xs, v)[1]

    agree(
        lambda: cg.grad(
            lambda *ts: F.sum(cg.jvp(operation.call, operation.inputs, ts)[1] * w), argnums
        )(*v)
    )
    if operation.smooth:
        agree(lambda: cg.jvp(along, operation.inputs, directions(operation, 9))[1])
        agree(lambda: cg.grad(lambda *xs: F.sum(along(*xs) * w), argnums)(*operation.inputs))
        slopes = cg.grad(lambda *xs: F.sum(operation.call(*xs) * w), argnums)
        agree(lambda: cg.jvp(slopes, operation.inputs, v)[1])


@pytest.mark.parametrize("operation", [row for row in OPERATIONS if row.broadcasts], ids=str)
@pytest.mark.parametrize("shapes", [((), (3,)), ((2, 1), (3,)), ((2, 3), (1, 3)), ((0, 3), (1, 1))])
def test_broadcast_inputs(operation: Operation, shapes: Any) -> None:
    (low, high), (from_, to) = operation.domains[:2]
    a = low + (high - low) * np.linspace(0.1, 0.9, int(np.prod(shapes[0]))).reshape(shapes[0])
    b = from_ + (to - from_) * np.linspace(0.8, 0.2, int(np.prod(shapes[1]))).reshape(shapes[1])
    v = weights(a.shape, 1), weights(b.shape, 2)
    agree(lambda: cg.jvp(operation.call, (a, b), v)[1])
    agree(lambda: cg.jvp(lambda x: cg.jvp(operation.call, (x, b), v)[1], (a,), (v[0],))[1])


@pytest.mark.parametrize("f", [F.sqrt, F.log, F.abs, F.relu, F.tanh, F.exp, F.square, F.reciprocal, lambda x: x**0.0, lambda x: x * x, lambda x: 0.0 / x])  # fmt: skip
def test_special_values(f: Any) -> None:
    x = np.array([0.0, -0.0, 1.0, np.inf, -np.inf, np.nan, 5e-324, 1e308])
    for t in (np.ones(8), np.zeros(8), -np.zeros(8), np.full(8, np.inf), np.full(8, np.nan)):
        tangent = cg.jvp(f, (x,), (t,))[1]
        expected = cg.vjp(f, x)[1](t)[0]  # the matrix is diagonal
        np.testing.assert_array_equal(tangent, expected)
        assert np.array_equal(
            np.signbit(tangent) | np.isnan(tangent), np.signbit(expected) | np.isnan(expected)
        )


def test_a_value_used_often() -> None:
    """A tangent that is read again is not written over."""

    def f(x: Any) -> Any:
        y = F.sin(x)
        a, b = F.exp(y), y * y
        z = F.square(a) + a * b + y / a
        return z, y, F.cos(z), x, x

    x, v = np.linspace(0.1, 1.0, 5), weights((5,))
    before = v.copy()
    agree(lambda: cg.jvp(f, (x,), (v,))[1])
    assert np.array_equal(v, before)
    t = cg.Variable(v)
    _, tangents = cg.jvp(f, (cg.Variable(x),), (t,))
    assert np.array_equal(tangents[3].data, v)
    assert not np.shares_memory(tangents[3].data, t.data)
    assert not np.shares_memory(tangents[3].data, tangents[4].data)


def test_a_long_chain() -> None:
    def f(x: Any) -> Any:
        for _ in range(20000):
            x = F.sin(x * 1.01)
        return x

    agree(lambda: cg.jvp(f, (0.3,), (1.0,)))


def test_a_function_in_python_checkpoints_and_layers() -> None:
    class Both(cg.Function):
        def forward(self, x: Any, y: Any) -> Any:
            return x * y, x + y

        def backward(self, g: Any, h: Any) -> Any:
            x, y = self.inputs
            return g * y + h, g * x + h

    a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    v = weights((2,)), weights((2,), 5)
    product, total = cg.jvp(lambda a, b: Both()(F.sin(a), b), (a, b), v)[1]
    np.testing.assert_allclose(product, np.cos(a) * v[0] * b + np.sin(a) * v[1])
    np.testing.assert_allclose(total, np.cos(a) * v[0] + v[1])
    kept = cg.checkpoint(lambda x: F.exp(x) * b)
    agree(lambda: cg.jvp(lambda x: F.sin(kept(x) * x), (a,), (v[0],))[1])
    net = L.Sequential(L.Linear(3, 2, rng=0), F.tanh, L.LSTM(2, 3, rng=1))

    def loss(params: Any) -> Any:
        net.reset_state()
        return F.sum(cg.functional_call(net, params, np.ones((4, 2))) ** 2)

    params = net.state_dict()
    tangents = {name: weights(p.shape, 4) for name, p in params.items()}
    tangent = cg.jvp(loss, (params,), (tangents,))[1]
    slopes = cg.grad(loss)(params)
    np.testing.assert_allclose(tangent, sum(np.sum(slopes[n] * tangents[n]) for n in slopes))


def test_numbers_that_have_changed() -> None:
    w = cg.Variable([1.0, 2.0])

    def f(x: Any) -> Any:
        y = x * w
        with cg.no_grad():
            w.data = np.array([5.0, 6.0])
            w.__iadd__(1.0)
        return F.sin(y)

    def g(x: Any) -> Any:
        y = x * w
        with cg.no_grad():
            w.__iadd__(1.0)
        return y

    with pytest.raises(RuntimeError, match="has been changed since the forward pass"):
        cg.jvp(g, (np.ones(2),), (np.ones(2),))


@pytest.mark.parametrize("mode", ["forward", "reverse", None])
def test_modes_of_the_jacobian(mode: Any) -> None:
    x = {"a": np.array([[0.5, 1.5, -1.0]]), "b": 2.0}

    def f(x: Any) -> Any:
        return F.exp(x["a"]).T @ x["a"] * x["b"], F.sum(x["a"]) ** 2

    found = cg.jacobian(f, mode=mode)(x)
    a, e = x["a"][0], np.exp(x["a"][0])
    by_a = 2.0 * (np.einsum("i,j,ik->ijk", e, a, np.eye(3)) + np.einsum("i,jk->ijk", e, np.eye(3)))
    np.testing.assert_allclose(found[0]["a"], by_a[:, :, None, :])
    np.testing.assert_allclose(found[0]["b"], np.outer(e, a))
    np.testing.assert_allclose(found[1]["a"], [[2.0, 2.0, 2.0]])
    assert found[1]["b"] == 0.0
    second = cg.jacobian(cg.jacobian(F.sin, mode=mode), mode=mode)(np.ones(2))
    np.testing.assert_allclose(second[0, 0], [-np.sin(1.0), 0.0])
    compiled = cg.compile(cg.jacobian(F.square, mode=mode))
    for k in range(3):
        np.testing.assert_array_equal(
            compiled(np.arange(3.0) + k), np.diag(2 * (np.arange(3.0) + k))
        )


def test_columns_share_their_slopes() -> None:
    t = np.linspace(0.1, 2.0, 40)

    def f(p: Any) -> Any:
        return F.softplus(p[0] * t + p[1]) * F.sin(p[0]) + F.gelu(t * p[1])

    p = np.array([0.7, 0.2])
    np.testing.assert_allclose(cg.jacobian(f)(p), cg.jacobian(f, mode="reverse")(p), rtol=1e-13)
