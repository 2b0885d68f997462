"""Broadcasting: every pair of shapes, values and gradients, and shapes that do not fit."""

import itertools

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from differences import gradients, second_gradients, weights
from operations import BINARY, Operation

SHAPES = [(), (1,), (3,), (2, 1), (2, 3), (1, 3), (4, 1, 3), (0,), (2, 0), (1, 0, 1)]
NUMBERS = np.random.default_rng(5).uniform(0.4, 1.9, 100)
PARTS = np.random.default_rng(5).uniform(size=100)


def fits(*shapes: tuple[int, ...]) -> bool:
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        return False
    return True


def numbers(shape: tuple[int, ...], start: int = 0) -> np.ndarray:
    return NUMBERS[start : start + int(np.prod(shape))].reshape(shape).copy()


def inputs_of(operation: Operation, *shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Numbers that the operation takes, where it has slopes."""
    return [
        low + (high - low) * PARTS[start : start + int(np.prod(shape))].reshape(shape)
        for shape, start, (low, high) in zip(shapes, (0, 50), operation.domains, strict=True)
    ]


def summed(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """g summed over the axes along which `shape` was broadcast to it."""
    lead = g.ndim - len(shape)
    g = g.sum(axis=tuple(range(lead)))
    return g.sum(axis=tuple(d for d, n in enumerate(shape) if n == 1), keepdims=True)


PAIRS = list(itertools.product(SHAPES, SHAPES))
pairs_that_fit = pytest.mark.parametrize("a, b", [p for p in PAIRS if fits(*p)], ids=str)
pairs_that_do_not = pytest.mark.parametrize("a, b", [p for p in PAIRS if not fits(*p)], ids=str)
every_binary = pytest.mark.parametrize("operation", BINARY, ids=str)


@every_binary
@pairs_that_fit
def test_binary(operation: Operation, a: tuple[int, ...], b: tuple[int, ...]) -> None:
    """The gradient of a broadcast input is that of its expanded copy, summed to its shape."""
    x, y = inputs_of(operation, a, b)
    expected = operation.reference(x, y)
    result = operation.call(cg.Variable(x), cg.Variable(y))
    assert result.shape == expected.shape
    np.testing.assert_allclose(result.data, expected, rtol=operation.rtol)

    whole = [np.broadcast_to(z, expected.shape).copy() for z in (x, y)]
    for derivative in (gradients, second_gradients):
        apart = derivative(operation.call, [x, y])
        together = derivative(operation.call, whole)
        if derivative is gradients:
            for g, e, z in zip(apart, together, (x, y), strict=True):
                assert g.shape == z.shape
                np.testing.assert_allclose(g, summed(e, z.shape), rtol=1e-13)
        assert all(np.isfinite(g).all() for g in apart)


@every_binary
@pairs_that_fit
def test_composed_rule(operation: Operation, a: tuple[int, ...], b: tuple[int, ...]) -> None:
    inputs = inputs_of(operation, a, b)
    fused = gradients(operation.call, inputs)
    composed = gradients(operation.call, inputs, create_graph=True)
    for g, e in zip(fused, composed, strict=True):
        np.testing.assert_array_max_ulp(g, e, maxulp=2)


@every_binary
@pairs_that_do_not
def test_misfits(operation: Operation, a: tuple[int, ...], b: tuple[int, ...]) -> None:
    x, y = cg.Variable(numbers(a), name="x"), cg.Variable(numbers(b))
    with pytest.raises(ValueError, match=operation.name) as error:
        operation.call(x, y)
    message = str(error.value)
    assert str(a) in message and str(b) in message and "'x'" in message


TRIPLES = list(itertools.product([(), (3,), (2, 1), (2, 3), (4, 1, 1), (1, 0)], repeat=3))


@pytest.mark.parametrize("m, a, b", [t for t in TRIPLES if fits(*t)], ids=str)
def test_where(m: tuple[int, ...], a: tuple[int, ...], b: tuple[int, ...]) -> None:
    mask = numbers(m, 20) > 1.1
    x, y = cg.Variable(numbers(a)), cg.Variable(numbers(b, 50))
    result = F.where(mask, x, y)
    np.testing.assert_array_equal(result.data, np.where(mask, x.data, y.data), strict=True)
    seed = weights(result.shape)
    result.grad = cg.Variable(seed)
    result.backward()
    np.testing.assert_allclose(x.grad.data, summed(np.where(mask, seed, 0.0), a), rtol=1e-14)
    np.testing.assert_allclose(y.grad.data, summed(np.where(mask, 0.0, seed), b), rtol=1e-14)


@pytest.mark.parametrize("m, a, b", [t for t in TRIPLES if not fits(*t)], ids=str)
def test_where_misfits(m: tuple[int, ...], a: tuple[int, ...], b: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="where"):
        F.where(numbers(m), cg.Variable(numbers(a)), cg.Variable(numbers(b)))


@pytest.mark.parametrize("a, b", [(a, b) for a, b in PAIRS if fits(a, b)], ids=str)
def test_broadcast_to_and_sum_to(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    """Each is the other's transpose: <broadcast x, y> = <x, sum_to y>."""
    target = np.broadcast_shapes(a, b)
    x, y = cg.Variable(numbers(a)), cg.Variable(numbers(target, 30))
    wide = F.broadcast_to(x, target)
    np.testing.assert_array_equal(wide.data, np.broadcast_to(x.data, target), strict=True)
    narrow = F.sum_to(y, a)
    np.testing.assert_allclose(narrow.data, summed(y.data, a), rtol=1e-14, strict=True)
    wide.grad = cg.Variable(y.data.copy())
    wide.backward()
    np.testing.assert_allclose(x.grad.data, narrow.data, rtol=1e-14)
    narrow.grad = cg.Variable(x.data.copy())
    narrow.backward()
    np.testing.assert_array_equal(y.grad.data, wide.data)


def test_broadcast_to_is_a_read_only_view() -> None:
    x = cg.Variable([1.0, 2.0])
    y = F.broadcast_to(x, (1000, 2))
    assert np.shares_memory(x.data, y.data)
    assert y.strides == (0, 8)
    assert not y.data.flags.writeable


@pytest.mark.parametrize("shape", [(2,), (4, 3), (3, 1), ()])
def test_broadcast_to_misfits(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="broadcast"):
        F.broadcast_to(cg.zeros(2, 3), shape)


@pytest.mark.parametrize("shape", [(3,), (4, 3), (1, 2, 3), (2, 2)])
def test_sum_to_misfits(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="sum_to"):
        F.sum_to(cg.zeros(2, 4), shape)
