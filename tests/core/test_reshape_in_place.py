"""v.reshape(...): never a wrong gradient."""

import gc
import weakref

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F


def test_it_chains_after_construction() -> None:
    x = cg.arange(6)
    assert x.reshape(2, 3) is x
    np.testing.assert_array_equal(x.data, np.arange(6.0).reshape(2, 3))
    assert x.strides == (24, 8)
    assert x.reshape(-1).shape == (6,) and x.reshape((3, -1)).shape == (3, 2)
    assert x.reshape(1, 6, 1).shape == (1, 6, 1)
    assert cg.Variable(2.0).reshape(1, 1).shape == (1, 1)
    assert cg.Variable([2.0]).reshape(()).shape == ()
    assert cg.zeros(0, 4).reshape(2, 0).shape == (2, 0)


@pytest.mark.parametrize(
    "shape", [(4,), (2, 2), (-1, 4), (-1, -1), (-2, -3), (), (7,), (0, -1), (1 << 62, 4)]
)
def test_sizes_that_do_not_agree(shape: tuple[int, ...]) -> None:
    x = cg.Variable(np.arange(6.0).reshape(2, 3), name="x")
    with pytest.raises((ValueError, OverflowError)):
        x.reshape(*shape)
    with pytest.raises((ValueError, OverflowError)):
        F.reshape(x, shape)
    assert x.shape == (2, 3)


@pytest.mark.parametrize("shape", [("a",), (1.5, 4), (None,), ([2, None],)])
def test_shapes_that_are_none(shape: tuple[object, ...]) -> None:
    x = cg.arange(6)
    with pytest.raises(TypeError):
        x.reshape(*shape)
    assert x.shape == (6,)


def test_memory_stays() -> None:
    a = np.arange(6.0)
    x = cg.Variable(a).reshape(2, 3)
    assert np.shares_memory(a, x.data)
    v = x.data
    x.reshape(6)
    assert v.shape == (2, 3) and x.shape == (6,)


def test_a_leafs_gradient_is_reshaped_with_it() -> None:
    x = cg.Variable(np.arange(6.0))
    y = x * x
    y.backward()
    del y
    x.reshape(2, 3)
    assert x.grad.shape == (2, 3)
    (x * 2.0).backward()
    np.testing.assert_array_equal(x.grad.data, 2 * np.arange(6.0).reshape(2, 3) + 2)


def test_a_used_leaf_is_an_error_while_the_graph_lives() -> None:
    x = cg.Variable(np.arange(6.0), name="x")
    y = x * x
    with pytest.raises(RuntimeError, match="x of shape"):
        x.reshape(2, 3)
    assert x.shape == (6,)
    assert x.reshape(6) is x  # its own shape is no change
    y.backward()
    np.testing.assert_array_equal(x.grad.data, 2 * np.arange(6.0))
    del y
    x.reshape(2, 3)
    F.sum(x).backward()
    assert x.grad.shape == (2, 3)


def test_a_result_enters_the_graph() -> None:
    x = cg.Variable(np.arange(6.0))
    y = x * x
    assert y.reshape(2, 3) is y
    assert y.creator.name == "Reshape"
    assert y.generation == 2
    z = y @ cg.Variable([1.0, 10.0, 100.0])
    z.backward(retain_grad=True)
    np.testing.assert_array_equal(x.grad.data, 2 * np.arange(6.0) * [1, 10, 100, 1, 10, 100])
    assert y.grad.shape == (2, 3)


def test_a_result_with_a_gradient() -> None:
    x = cg.Variable(np.arange(4.0))
    y = x * 3.0
    y.grad = cg.Variable([1.0, 2.0, 3.0, 4.0])
    y.reshape(2, 2)
    assert y.grad.shape == (2, 2)
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [3.0, 6.0, 9.0, 12.0])


def test_a_result_that_was_used_is_an_error() -> None:
    x = cg.Variable(np.arange(4.0))
    y = x * 3.0
    z = y + 1.0
    with pytest.raises(RuntimeError, match="living graph"):
        y.reshape(2, 2)
    z.backward()
    np.testing.assert_array_equal(x.grad.data, [3.0] * 4)


def test_several_times() -> None:
    x = cg.Variable(np.arange(6.0))
    y = F.exp(x).reshape(2, 3).reshape(3, 2).reshape(1, 6)
    y.backward(create_graph=True)
    g = x.grad
    x.cleargrad()
    g.backward()
    np.testing.assert_array_equal(x.grad.data, y.data[0])


def test_a_view_that_is_not_contiguous() -> None:
    x = cg.Variable(np.arange(6.0).reshape(2, 3))
    y = x.T.reshape(6)
    np.testing.assert_array_equal(y.data, [0, 3, 1, 4, 2, 5])
    (y * np.arange(6.0)).backward()
    np.testing.assert_array_equal(x.grad.data, [[0, 2, 4], [1, 3, 5]])


def test_one_of_several_outputs() -> None:
    class Two(cg.Function):
        def forward(self, x):
            return x + 1, x * 2

        def backward(self, ga, gb):
            return ga + gb * 2.0

    x = cg.Variable(np.arange(4.0))
    a, b = Two()(x)
    b.reshape(2, 2)
    F.sum(b * np.array([[1.0, 2.0], [3.0, 4.0]])).backward()
    np.testing.assert_array_equal(x.grad.data, [2.0, 4.0, 6.0, 8.0])
    F.sum(a).backward()
    np.testing.assert_array_equal(x.grad.data, [3.0, 5.0, 7.0, 9.0])


def test_inside_no_grad_it_still_enters_the_graph() -> None:
    x = cg.Variable(np.arange(4.0))
    y = x * 3.0
    with cg.no_grad():
        y.reshape(2, 2)
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [3.0] * 4)


def test_functions_that_need_their_output_see_the_old_shape() -> None:
    x = cg.Variable(np.arange(1.0, 5.0))
    y = F.tanh(x)
    y.reshape(2, 2)
    y.backward()
    np.testing.assert_allclose(x.grad.data, 1 / np.cosh(np.arange(1.0, 5.0)) ** 2, rtol=1e-14)


def test_the_reshaped_graph_is_freed(no_collector: None) -> None:
    class Leaf(cg.Variable):
        pass

    x = Leaf(np.arange(4.0))
    y = F.exp(x).reshape(2, 2)
    seen = weakref.ref(x)
    del x
    assert seen() is not None
    del y
    assert seen() is None
    x = Leaf(np.arange(4.0))
    x.grad = F.exp(x).reshape(2, 2).reshape(4)
    seen = weakref.ref(x)
    del x
    gc.collect()
    assert seen() is None
