"""Derivatives for the generic tests: by central differences, and by the library."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import cygrad as cg

Array = Any


def weights(shape: tuple[int, ...], seed: int = 0) -> Array:
    """Numbers to project an output on, so that no two elements can be mistaken for each other."""
    return np.random.default_rng([seed, *shape]).uniform(0.5, 1.5, shape)


def central(f: Callable[..., float], xs: Sequence[Array], h: float = 1e-5) -> list[Array]:
    """The gradients of a function of arrays to a number."""
    gradients = []
    for k, x in enumerate(xs):
        g = np.empty(x.shape)
        for i in np.ndindex(*x.shape):
            ends = []
            for step in (h, -h):
                moved = np.array(x)
                moved[i] += step
                ends.append(f(*xs[:k], moved, *xs[k + 1 :]))
            g[i] = (ends[0] - ends[1]) / (2 * h)
        gradients.append(g)
    return gradients


def variables(xs: Sequence[Array]) -> list[cg.Variable]:
    return [cg.Variable(np.array(x)) for x in xs]


def grad_arrays(xs: Sequence[cg.Variable]) -> list[Array]:
    """The gradients as arrays, zeros where none came."""
    return [np.zeros(x.shape) if x.grad is None else np.array(x.grad.data) for x in xs]


def gradients(
    call: Callable[..., cg.Variable], xs: Sequence[Array], create_graph: bool = False
) -> list[Array]:
    """The gradients of the output's projection on `weights`, by one backward pass."""
    inputs = variables(xs)
    y = call(*inputs)
    y.grad = cg.Variable(weights(y.shape))
    y.backward(create_graph=create_graph)
    return grad_arrays(inputs)


def projected_gradient(call: Callable[..., cg.Variable], xs: Sequence[Array]) -> float:
    """A weighted sum of the gradients, whose own gradient is the second derivative."""
    return float(
        sum((g * weights(g.shape, 1 + k)).sum() for k, g in enumerate(gradients(call, xs)))
    )


def second_gradients(call: Callable[..., cg.Variable], xs: Sequence[Array]) -> list[Array]:
    """The gradients of `projected_gradient`, by a backward pass through the backward pass."""
    inputs = variables(xs)
    y = call(*inputs)
    y.grad = cg.Variable(weights(y.shape))
    y.backward(create_graph=True)
    firsts = [x.grad for x in inputs]
    for x in inputs:
        x.cleargrad()
    for k, g in enumerate(firsts):
        if g is not None:
            g.grad = cg.Variable(weights(g.shape, 1 + k))
            g.backward(create_graph=True)
    return grad_arrays(inputs)
