"""The type of every kind of expression that has a Variable in it."""

from collections.abc import Iterator
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F
from cygrad import Variable


def operators(x: Variable, a: NDArray[np.float64], k: NDArray[np.int64]) -> None:
    assert_type(x + x, Variable)
    assert_type(x * 2, Variable)
    assert_type(2 * x, Variable)
    assert_type(x - 1.5, Variable)
    assert_type(True + x, Variable)
    assert_type(1.5 / x, Variable)
    assert_type(x * a, Variable)
    assert_type(x - k, Variable)
    assert_type(x / np.float32(2), Variable)
    assert_type(x + [1.0, 2.0], Variable)
    assert_type((1, 2) + x, Variable)
    row = [1.0, 2.0]
    assert_type(row * x, Variable)
    assert_type(x**2, Variable)
    assert_type(2**x, Variable)
    assert_type(x**x, Variable)
    assert_type(x**a, Variable)
    assert_type(x @ a, Variable)
    assert_type(x @ x, Variable)
    assert_type(x @ [1.0, 2.0], Variable)
    assert_type(-x, Variable)
    assert_type(+x, Variable)
    assert_type(abs(x), Variable)
    assert_type(sum([x, x], start=Variable(0.0)), Variable)
    # What NumPy's own stubs make of a foreign operand on the right is NumPy's affair.
    from_array: Variable = a * x
    from_scalar: Variable = np.float64(2) * x
    product: Variable = a @ x
    assert all(isinstance(v, Variable) for v in (from_array, from_scalar, product))
    y = x
    y += 1
    y *= a
    assert_type(y, Variable)


def comparisons(x: Variable, a: NDArray[np.float64]) -> None:
    assert_type(x < 1, NDArray[np.bool_])
    assert_type(x <= a, NDArray[np.bool_])
    assert_type(x > -x, NDArray[np.bool_])
    assert_type(x >= np.float64(1), NDArray[np.bool_])
    assert_type(1 < x, NDArray[np.bool_])
    assert_type(x == 1, NDArray[np.bool_])
    assert_type(x != -x, NDArray[np.bool_])
    assert_type((x > 0).all(), np.bool_)


def indices(x: Variable, k: NDArray[np.int64]) -> None:
    n: int | None = None
    assert_type(x[0], Variable)
    assert_type(x[-1:, None], Variable)
    assert_type(x[..., 0], Variable)
    assert_type(x[:n], Variable)
    assert_type(x[k], Variable)
    assert_type(x[k, k], Variable)
    assert_type(x[[0, 1]], Variable)
    assert_type(x[[[0, 1], [1, 0]], 0], Variable)
    assert_type(x[[True, False]], Variable)
    assert_type(x[x > 0], Variable)
    assert_type(x[np.argmax(x.data, axis=0)], Variable)
    assert_type(x[()], Variable)


def protocols(x: Variable) -> None:
    assert_type(len(x), int)
    assert_type(iter(x), Iterator[Variable])
    assert_type([row.item(0) for row in x], list[float])
    assert_type(float(x[0, 0]), float)
    assert_type(int(x[0, 0]), int)
    assert_type(bool(x[0, 0]), bool)
    assert_type(memoryview(x).nbytes, int)
    assert_type(hash(x), int)
    assert {x: "x"}[x] == "x"
    assert np.asarray(x).shape == x.shape


def attributes(x: Variable) -> None:
    assert_type(x.data, NDArray[np.float64])
    assert_type(x.grad, Variable | Any)
    assert_type(x.name, str | None)
    assert_type(x.requires_grad, bool)
    assert_type(x.creator, cg.Function | None)
    assert_type(x.generation, int)
    assert_type(x.shape, tuple[int, ...])
    assert_type(x.strides, tuple[int, ...])
    assert_type(x.ndim, int)
    assert_type(x.size, int)
    assert_type(x.T, Variable)
    assert_type(x.item(1, 1), float)
    assert_type(x.at(), float)
    assert_type(x.reshape(4).reshape((2, 2)), Variable)
    x.data = np.ones((2, 2), dtype=np.float32)
    x.data = [[1, 2], [3, 4.0]]
    x.data += 1
    x.grad = cg.ones_like(x)
    x.grad = None
    x.name = "x"
    x.name = None
    x.requires_grad = False
    x.requires_grad = True


def functions(x: Variable, a: NDArray[np.float64]) -> None:
    unary = [F.neg, F.square, F.sqrt, F.abs, F.exp, F.expm1, F.log, F.log1p, F.copy]
    unary += [F.sin, F.cos, F.tan, F.sinh, F.cosh, F.tanh, F.arcsin, F.arccos, F.arctan]
    for f in unary:
        assert_type(f(x / 9), Variable)
        assert_type(f(a / 9), Variable)
        assert_type(f([0.25, 0.5]), Variable)
    for g in [F.add, F.sub, F.mul, F.div, F.pow, F.maximum, F.minimum]:
        assert_type(g(x, 2), Variable)
        assert_type(g([1.0, 2.0], x), Variable)
        assert_type(g(a, a), Variable)
    for r in [F.sum, F.mean, F.max, F.min, F.prod]:
        assert_type(r(x), Variable)
        assert_type(r(x, -1), Variable)
        assert_type(r(x, axis=(0, 1), keepdims=True), Variable)
    for spread in [F.variance, F.std]:
        assert_type(spread(x, -1, ddof=1), Variable)
    assert_type(F.matmul(a, x), Variable)
    assert_type(F.sum_to(x, (1, 2)), Variable)
    image = F.reshape(x, (1, 1, 1, -1))
    assert_type(F.conv2d(image, a.reshape(1, 1, 1, -1), [0.5], (1, 2), padding=1), Variable)
    assert_type(F.conv1d(image[0], a.reshape(1, 1, -1), dilation=1), Variable)
    assert_type(F.max_pool2d(image, (1, 2), stride=1), Variable)
    assert_type(F.avg_pool2d(image, 1), Variable)
    assert_type(F.layer_norm(x, beta=None), Variable)
    assert_type(F.batch_norm(image, None, [0.5], np.zeros(1), np.ones(1), eps=1), Variable)
    assert_type(F.where(x > 0, x, 0.0), Variable)
    assert_type(F.clip(x, -1, high=np.float64(1)), Variable)
    assert_type(F.clip(x, high=2.0), Variable)
    assert_type(F.broadcast_to(x, (3, 2, 2)), Variable)
    assert_type(F.reshape(x, -1), Variable)
    assert_type(F.reshape(x, [4, 1]), Variable)
    assert_type(F.transpose(x), Variable)
    assert_type(F.transpose(x, (1, 0)), Variable)
    assert_type(F.squeeze(F.unsqueeze(x, 0), axis=0), Variable)
    assert_type(F.unsqueeze(x, (0, -1)), Variable)
    assert_type(F.concat([x, a], axis=1), Variable)
    assert_type(F.concat([x, x]), Variable)
    assert_type(F.stack((x, x)), Variable)
    assert_type(F.split(x, [1, 1]), tuple[Variable, ...])
    assert_type(F.get_item(x, (slice(None), 0)), Variable)
    assert_type(F.take(x, [1, 0], axis=1), Variable)
    assert_type(F.take(x, np.array([0, 3])), Variable)
    assert_type(F.cumsum(x, axis=-1), Variable)
    assert_type(F.flip(x, (0, 1)), Variable)
    assert_type(F.tile(x, (2, 1)), Variable)
    assert_type(F.repeat(x, [1, 2], axis=0), Variable)
    assert_type(F.repeat(x, np.array([1, 2]), 0), Variable)
    assert_type(F.tril(F.triu(x), k=-1), Variable)
    assert_type(F.mask_fill(x, x > 0, -1), Variable)
    assert_type(F.norm(x, np.inf, axis=0), Variable)
    assert_type(F.norm(x, "fro", keepdims=True), Variable)
    assert_type(F.einsum("ij,jk->ik", x, a), Variable)
    assert_type(F.embedding([[1, 0]], x), Variable)
    assert_type(F.embedding(np.array([1, 0]), x), Variable)
    assert_type(F.embedding(Variable(1.0), x), Variable)
    assert_type(F.dropout(x), Variable)
    assert_type(F.dropout(x, 0.1, rng=np.random.default_rng(0)), Variable)


def methods(x: Variable) -> None:
    assert_type(x.sum(), Variable)
    assert_type(x.mean(0), Variable)
    assert_type(x.max(axis=(0, 1), keepdims=True), Variable)
    assert_type(x.min(-1), Variable)
    assert_type(x.transpose(), Variable)
    assert_type(x.transpose(1, 0), Variable)
    assert_type(x.transpose((1, 0)), Variable)


def main() -> None:
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    k = np.array([1, 0])
    operators(cg.Variable(a), a, k)
    comparisons(cg.Variable(a), a)
    indices(cg.Variable([[1.0, 2.0], [3.0, 4.0]]), k)
    protocols(cg.Variable(a))
    attributes(cg.Variable(a.copy()))
    functions(cg.Variable(a), a)
    methods(cg.Variable(a))


if __name__ == "__main__":
    main()
