"""What a checkpoint must not change: every bit of a function's derivatives, compared with no checkpoint."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import cygrad as cg
import cygrad.functions as F
from differences import Array, grad_arrays, variables, weights

Call = Callable[..., Any]


def nested(call: Call) -> Call:
    return cg.checkpoint(cg.checkpoint(call))


def in_parts(call: Call) -> Call:
    """In a checkpoint that goes on with what another one returned."""

    def whole(*xs: cg.Variable) -> Any:
        ys = cg.checkpoint(call)(*xs)
        return [y * 1.0 for y in ys] if isinstance(ys, (tuple, list)) else ys * 1.0

    return cg.checkpoint(whole)


def without_arguments(call: Call) -> Call:
    """The function closes over what it depends on."""
    return lambda *xs: cg.checkpoint(lambda: call(*xs))()


def projected(ys: Any) -> cg.Variable:
    total = cg.Variable(0.0)
    for k, y in enumerate(ys if isinstance(ys, (tuple, list)) else (ys,)):
        total = total + F.sum(y * weights(y.shape, k))
    return total


def derivatives(call: Call, inputs: Sequence[Array]) -> list[list[Array]]:
    """By a backward pass with fused kernels, one that keeps a graph, and one through that graph."""
    xs = variables(inputs)
    y = projected(call(*xs))
    y.backward()
    found = [grad_arrays(xs)]
    for x in xs:
        x.cleargrad()
    y.backward(create_graph=True)
    found.append(grad_arrays(xs))
    slopes = [x.grad for x in xs]
    for x in xs:
        x.cleargrad()
    for k, slope in enumerate(slopes):
        if slope is not None and slope.creator is not None:
            slope.grad = cg.Variable(weights(slope.shape, k))
            slope.backward()
    found.append(grad_arrays(xs))
    return found


def transformed(call: Call, inputs: Sequence[Array]) -> list[Array]:
    """By the passes that transforms make: the gradient, and a Hessian's product with it."""
    places = tuple(range(len(inputs)))
    slopes = cg.grad(lambda *xs: projected(call(*xs)), argnums=places)(*inputs)
    products = cg.hvp(lambda *xs: projected(call(*xs)), tuple(inputs), slopes, argnums=places)
    return [*slopes, *products]


def assert_unchanged(call: Call, inputs: Sequence[Array], bits: bool = True) -> None:
    """bits=False: for several results that share what they come from. Their gradients add up there in
    another order.
    """
    plain = [*derivatives(call, inputs), transformed(call, inputs)]
    for kind in (cg.checkpoint, nested, in_parts, without_arguments):
        again = kind(call)
        found = [*derivatives(again, inputs), transformed(again, inputs)]
        for row, expected in zip(found, plain, strict=True):
            for a, b in zip(row, expected, strict=True):
                if bits:
                    assert np.asarray(a).tobytes() == np.asarray(b).tobytes(), kind
                else:
                    np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)
