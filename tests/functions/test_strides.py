"""Inputs that do not lie in memory one element after the other, and inputs without elements."""

from collections.abc import Callable

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from differences import grad_arrays, gradients, weights
from operations import BINARY, OPERATIONS, UNARY, Operation

# Each makes from an array a Variable of equal value that is a view of a larger or permuted leaf.
VIEWS: dict[str, Callable[[np.ndarray], cg.Variable]] = {
    "transposed": lambda a: cg.Variable(np.ascontiguousarray(a.T)).T,
    "reversed": lambda a: cg.Variable(np.ascontiguousarray(a[..., ::-1]))[..., ::-1],
    "stepped": lambda a: cg.Variable(np.repeat(a, 3, axis=-1))[..., ::3],
    "stepped back": lambda a: cg.Variable(np.repeat(a, 2, axis=0)[::-1].copy())[::-2],
    "inner": lambda a: cg.Variable(np.pad(a, 1))[(slice(1, -1),) * a.ndim],
}
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)
every_view = pytest.mark.parametrize("view", VIEWS)


def number_in_a_vector(x: np.ndarray) -> cg.Variable:
    return cg.Variable([0.0, x.item()])[1]


def leaf_behind(v: cg.Variable) -> cg.Variable:
    return v.creator.inputs[0]


@every_operation
@every_view
def test_views_as_inputs(operation: Operation, view: str) -> None:
    inputs = [VIEWS[view](x) if x.ndim else number_in_a_vector(x) for x in operation.inputs]
    for v, x in zip(inputs, operation.inputs, strict=True):
        np.testing.assert_array_equal(v.data, x)
        assert np.shares_memory(v.data, leaf_behind(v).data)
    y = operation.call(*inputs)
    plain = operation.call(*[cg.Variable(x.copy()) for x in operation.inputs])
    np.testing.assert_allclose(y.data, plain.data, rtol=operation.rtol, strict=True)
    y.grad = cg.Variable(weights(y.shape))
    y.backward(retain_grad=True)
    expected = gradients(operation.call, operation.inputs)
    for v, e in zip(inputs, expected, strict=True):
        np.testing.assert_allclose(v.grad.data, e, rtol=1e-14, atol=1e-15)
        # What flows on to the leaf is zero outside the view, and its sum is the view's.
        whole = leaf_behind(v).grad.data
        np.testing.assert_allclose(np.sum(whole), np.sum(e), rtol=1e-12, atol=1e-13)


@every_operation
@every_view
def test_seeds_that_are_views(operation: Operation, view: str) -> None:
    inputs = [cg.Variable(x.copy()) for x in operation.inputs]
    y = operation.call(*inputs)
    seed = weights(y.shape)
    if y.ndim == 0:
        y.grad = cg.Variable([float(seed), 0.0])[0]
    else:
        y.grad = VIEWS[view](seed)
    y.backward()
    expected = gradients(operation.call, operation.inputs)
    for g, e in zip(grad_arrays(inputs), expected, strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("operation", UNARY, ids=str)
@pytest.mark.parametrize("shape", [(2, 3), (5, 2, 3), (4, 2, 3)], ids=str)
def test_broadcast_views_as_inputs(operation: Operation, shape: tuple[int, ...]) -> None:
    x = cg.Variable(operation.inputs[0].copy())
    y = operation.call(F.broadcast_to(x, shape))
    np.testing.assert_allclose(
        y.data, np.broadcast_to(operation.reference(x.data), shape), rtol=operation.rtol
    )
    y.backward()
    copies = int(np.prod(shape)) // x.size
    once = cg.Variable(operation.inputs[0].copy())
    operation.call(once).backward()
    np.testing.assert_allclose(x.grad.data, copies * once.grad.data, rtol=1e-14)


@pytest.mark.parametrize("operation", BINARY, ids=str)
def test_broadcast_views_of_both_inputs(operation: Operation) -> None:
    a, b = (cg.Variable(x[0].copy()) for x in operation.inputs)
    y = operation.call(F.broadcast_to(a, (4, 3)), F.broadcast_to(b, (4, 3)))
    y.backward()
    expected = gradients(lambda a, b: F.sum(operation.call(a, b)), [a.data, b.data])
    for g, e in zip(grad_arrays([a, b]), expected, strict=True):
        np.testing.assert_allclose(g, 4 * e / weights(()), rtol=1e-14)


@pytest.mark.parametrize("operation", UNARY, ids=str)
@pytest.mark.parametrize(
    "shape", [(), (0,), (2, 0, 3), (1, 1, 1), (700,), (3, 257), (97, 101)], ids=str
)
def test_unary_shapes(operation: Operation, shape: tuple[int, ...]) -> None:
    """0-d, empty, and longer than a tile; the same number gives the same bits in any of them."""
    first = operation.inputs[0].flat[0]
    x = cg.Variable(np.full(shape, first))
    y = operation.call(x)
    assert y.shape == shape
    one = cg.Variable(first)
    once = operation.call(one)
    np.testing.assert_array_equal(y.data, np.full(shape, once.item()))
    y.backward()
    once.backward()
    np.testing.assert_array_equal(x.grad.data, np.full(shape, one.grad.item()), strict=True)


@pytest.mark.parametrize("operation", BINARY, ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (259, 3), (97, 101)], ids=str)
def test_binary_shapes(operation: Operation, shape: tuple[int, ...]) -> None:
    a, b = (cg.Variable(np.full(shape, x.flat[0])) for x in operation.inputs)
    y = operation.call(a, b)
    assert y.shape == shape
    np.testing.assert_allclose(y.data, operation.reference(a.data, b.data), rtol=operation.rtol)
    y.backward(create_graph=True)
    assert a.grad.shape == b.grad.shape == shape


@pytest.mark.parametrize("name", ["sum", "mean", "variance", "max", "min"])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2), (1, 2), ()], ids=str)
@pytest.mark.parametrize("order", list(np.ndindex(3, 2, 1)), ids=str)
def test_reductions_of_permuted_views(name: str, axis: object, order: tuple[int, ...]) -> None:
    axes = [0, 1, 2]
    permutation = tuple(axes.pop(i) for i in order)
    x = np.sin(np.arange(300.0)).reshape(5, 6, 10)
    v = F.transpose(cg.Variable(x), permutation)
    numpy_name = {"variance": "var"}.get(name, name)
    y = getattr(F, name)(v, axis=axis)
    expected = getattr(np, numpy_name)(x.transpose(permutation).copy(), axis=axis)
    np.testing.assert_allclose(y.data, expected, rtol=1e-12, atol=1e-15)
    y.backward(retain_grad=True)
    plain = cg.Variable(x.transpose(permutation).copy())
    getattr(F, name)(plain, axis=axis).backward()
    np.testing.assert_allclose(v.grad.data, plain.grad.data, rtol=1e-12, atol=1e-15)
