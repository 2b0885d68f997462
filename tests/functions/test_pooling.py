"""max_pool2d and avg_pool2d: ties, borders, nan, empty batches, errors."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import references
from differences import weights

INF, NAN = np.inf, np.nan
RNG = np.random.default_rng(43)
both = pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])


@both
@pytest.mark.parametrize("kernel", [(1, 1), (2, 2), (3, 4), (5, 2)], ids=str)
@pytest.mark.parametrize("stride", [(1, 1), (2, 3), (7, 1)], ids=str)
@pytest.mark.parametrize("border", [False, True])
@pytest.mark.parametrize("shape", [(2, 3, 6, 7), (9, 4, 16, 17)], ids=str)
def test_every_step(
    name: str,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    border: bool,
    shape: tuple[int, ...],
) -> None:
    padding = (kernel[0] // 2, kernel[1] // 2) if border else (0, 0)
    x = cg.Variable(RNG.normal(size=shape))
    y = getattr(F, name)(x, kernel, stride, padding)
    expected = getattr(references, name)(x.data, kernel, stride, padding)
    np.testing.assert_allclose(y.data, expected, rtol=1e-13, atol=1e-15, strict=True)
    seed = weights(y.shape)
    y.grad = cg.Variable(seed)
    y.backward()
    # Linear where it is differentiable: <gx, x> = <gy, y>.
    np.testing.assert_allclose((x.grad.data * x.data).sum(), (seed * y.data).sum(), rtol=1e-10)


@both
def test_the_stride_is_the_kernels_size_by_default(name: str) -> None:
    x = cg.Variable(RNG.normal(size=(1, 2, 7, 9)))
    pool = getattr(F, name)
    assert pool(x, (2, 3)).shape == (1, 2, 3, 3)
    np.testing.assert_array_equal(pool(x, (2, 3)).data, pool(x, (2, 3), (2, 3)).data)
    np.testing.assert_array_equal(pool(x, 2).data, pool(x, [2, 2], np.int64(2), 0).data)


def pooled(rows: Any, *args: Any) -> tuple[Any, Any]:
    """The output for one plane, and the gradient of its sum."""
    x = cg.Variable([[rows]])
    y = F.max_pool2d(x, *args)
    y.backward()
    gradients = x.grad.data
    x.cleargrad()
    y.backward(create_graph=True)
    np.testing.assert_array_equal(x.grad.data, gradients)
    return y.data[0, 0].tolist(), gradients[0, 0].tolist()


def test_the_first_of_equals_gets_the_gradient() -> None:
    assert pooled([[1.0, 2.0], [2.0, 2.0]], 2) == ([[2.0]], [[0.0, 1.0], [0.0, 0.0]])
    assert pooled([[0.0, -0.0]], (1, 2)) == ([[0.0]], [[1.0, 0.0]])
    # In overlapping windows, one element may be chosen several times.
    assert pooled([[1.0, 5.0, 5.0]], (1, 2), 1) == ([[5.0, 5.0]], [[0.0, 2.0, 0.0]])


def test_the_border_of_max_pool_is_never_chosen() -> None:
    assert pooled([[-3.0, -INF]], (2, 3), 1, 1) == ([[-3.0] * 2] * 2, [[4.0, 0.0]])
    assert pooled([[-INF, -INF]], (2, 3), 1, 1) == ([[-INF] * 2] * 2, [[4.0, 0.0]])


def test_nan_is_greater_than_any_number() -> None:
    y, g = pooled([[INF, NAN], [1.0, INF]], 2)
    assert np.isnan(y[0][0])
    assert g == [[0.0, 1.0], [0.0, 0.0]]


def test_the_border_of_avg_pool_counts() -> None:
    x = cg.Variable(np.ones((1, 1, 2, 2)))
    y = F.avg_pool2d(x, 2, 1, 1)
    expected = [[0.25, 0.5, 0.25], [0.5, 1.0, 0.5], [0.25, 0.5, 0.25]]
    np.testing.assert_array_equal(y.data[0, 0], expected)
    y.backward()
    np.testing.assert_array_equal(x.grad.data, np.ones((1, 1, 2, 2)))


def test_a_change_of_x_does_not_move_the_gradient() -> None:
    """The positions are those of the forward pass."""
    x = cg.Variable([[[[1.0, 2.0]]]])
    y = F.max_pool2d(x, (1, 2))
    x.data = np.array([[[[5.0, 2.0]]]])
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [[[[0.0, 1.0]]]])


@both
@pytest.mark.parametrize("shape", [(0, 2, 4, 4), (2, 0, 4, 4)], ids=str)
@pytest.mark.parametrize("create_graph", [False, True])
def test_empty_batches(name: str, shape: tuple[int, ...], create_graph: bool) -> None:
    x = cg.Variable(np.ones(shape))
    y = getattr(F, name)(x, 2)
    assert y.shape == (*shape[:2], 2, 2)
    y.backward(create_graph=create_graph)
    assert x.grad.shape == shape


@both
@pytest.mark.parametrize("shape", [(), (4,), (4, 4), (1, 4, 4), (1, 1, 1, 4, 4), (1, 1, 0, 4)])
def test_shapes_that_do_not_fit(name: str, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=f"{name}: .*image of shape"):
        getattr(F, name)(cg.Variable(np.ones(shape), name="image"), 1)


@both
@pytest.mark.parametrize(
    "args",
    [
        (0,),
        (-2,),
        ((2, 0),),
        ((2, 2, 2),),
        ((),),
        (2, 0),
        (2, -1),
        (2, 2, -1),
        (2, 2, 2),
        ((2, 5), 1, (1, 3)),
        (3, 1, (1, 2)),
        (5,),
        ((1, 9), 1, (0, 2)),
        (1 << 80,),
        (1 << 31,),
        (2, 1 << 31),
        (2, 1, 1 << 62),
        ((1 << 31) - 1, 1, 1 << 29),
    ],
    ids=str,
)
def test_steps_out_of_range(name: str, args: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=f"{name}: "):
        getattr(F, name)(cg.Variable(np.ones((1, 1, 4, 4))), *args)


@both
@pytest.mark.parametrize(
    "bad", [1.5, "2", {"a": 1}, (1, None), object(), cg.Variable(2.0)], ids=repr
)
def test_steps_that_are_not_ints(name: str, bad: Any) -> None:
    for args in [(bad,), (2, bad), (2, 2, bad)]:
        with pytest.raises(TypeError, match=f"{name}: (kernel_size|stride|padding)"):
            getattr(F, name)(cg.Variable(np.ones((1, 1, 4, 4))), *args)
    with pytest.raises(TypeError, match="kernel_size"):
        getattr(F, name)(cg.Variable(np.ones((1, 1, 4, 4))), None)


@both
def test_windows_larger_than_any_array(name: str) -> None:
    """Only half a window may be border, so no size leads to more than the array."""
    x = cg.Variable(np.arange(4.0).reshape(1, 1, 2, 2))
    largest = (1 << 31) - 1
    y = getattr(F, name)(x, largest, largest, largest // 2)
    y.backward()
    assert y.shape == (1, 1, 1, 1)
    assert x.grad.data.sum() <= 1.0
