"""Long loops run in pieces, so that Ctrl-C comes through: the results are those of the parts."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.linalg as LA

LONG = (1 << 20) + 4097  # more than one piece (kernels/pieces.pxd), and not a whole number of them


def numbers(*shape: int) -> Any:
    return np.random.default_rng(0).uniform(0.3, 0.9, shape)


def by_halves(function: Callable[[Any], cg.Variable], x: Any) -> tuple[Any, Any]:
    """The result and the gradient, of each half of x's first axis by itself."""
    half = len(x) // 3
    (y, gx), (y1, gx1) = [with_gradient(function, part) for part in (x[:half], x[half:])]
    return np.concatenate([y, y1]), np.concatenate([gx, gx1])


def with_gradient(function: Callable[[Any], cg.Variable], x: Any) -> tuple[Any, Any]:
    v = cg.Variable(np.array(x))
    y = function(v)
    F.sum(y * np.cos(np.arange(y.shape[-1]))).backward()
    assert v.grad is not None
    return y.data, v.grad.data


ROWS = {
    "contiguous": (lambda x: F.sin(x) * x, (LONG // 5, 5)),
    "transposed": (lambda x: F.exp(x.T).T, (LONG // 3, 3)),
    "broadcast": (lambda x: x * F.sum(x, 1, keepdims=True) + np.arange(7.0), (LONG // 7, 7)),
    "a gradient that is added up": (lambda x: F.sin(x) + F.cos(x) + F.exp(x), (LONG // 5, 5)),
    "softmax": (F.softmax, (LONG // 9, 9)),
    "log_softmax": (F.log_softmax, (LONG // 9, 9)),
    "logsumexp": (lambda x: F.logsumexp(x, 1, keepdims=True), (LONG // 9, 9)),
    "layer_norm": (lambda x: F.layer_norm(x, np.ones(9), np.zeros(9)), (LONG // 9, 9)),
    "unfold": (lambda x: F.conv2d(x, numbers(2, 3, 3, 3)), (90, 3, 22, 22)),
    "max_pool2d": (lambda x: F.max_pool2d(x, 3, stride=2), (40, 7, 40, 40)),
    "avg_pool2d": (lambda x: F.avg_pool2d(x, 3, stride=2), (40, 7, 40, 40)),
    "inv": (LA.inv, (300, 64, 64)),
    "solve": (lambda x: LA.solve(x, np.ones((64, 2))), (300, 64, 64)),
    "slogdet": (lambda x: LA.slogdet(x)[1][:, None], (300, 64, 64)),
    "solve_triangular": (lambda x: LA.solve_triangular(x, x, lower=True), (300, 64, 64)),
}


@pytest.mark.parametrize("name", ROWS)
def test_the_whole_is_its_parts(name: str) -> None:
    function, shape = ROWS[name]
    x = numbers(*shape)
    if name in ("inv", "solve", "slogdet", "solve_triangular"):
        x = x + 64.0 * np.eye(64)
    for whole, parts in zip(with_gradient(function, x), by_halves(function, x), strict=True):
        np.testing.assert_allclose(whole, parts, rtol=1e-13, atol=1e-13)


def test_indices() -> None:
    x = cg.Variable(numbers(1000, 2))
    index = np.random.default_rng(1).integers(0, 1000, LONG)
    y = x[index]
    np.testing.assert_array_equal(y.data, x.data[index])
    F.sum(y).backward()
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.data[:, 0], np.bincount(index, minlength=1000))


def test_one_singular_matrix_in_a_long_stack() -> None:
    for place in (0, 299):
        stack = np.broadcast_to(np.eye(64), (300, 64, 64)).copy()
        stack[place] = 0.0
        with pytest.raises(np.linalg.LinAlgError):
            LA.inv(stack)
