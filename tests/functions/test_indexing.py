"""get_item and take: views, copies, elements chosen twice, large arrays."""

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from differences import weights

A = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize(
    "index",
    [1, (0, 2), slice(None, None, -2), (..., 1), None, (slice(1), None, ...), ..., ()],
    ids=repr,
)
def test_basic_indices_give_views(index: object) -> None:
    x = cg.Variable(A.copy())
    y = x[index]
    np.testing.assert_array_equal(y.data, A[index], strict=True)
    assert np.shares_memory(x.data, y.data)
    assert y.data.flags.writeable
    y.data[...] = -1.0
    expected = A.copy()
    expected[index] = -1.0
    np.testing.assert_array_equal(x.data, expected)


@pytest.mark.parametrize("index", [[0], np.array([1, 0]), A > 3, (slice(None), [0, 2])], ids=str)
def test_arrays_as_indices_give_copies(index: object) -> None:
    x = cg.Variable(A.copy())
    assert not np.shares_memory(x.data, x[index].data)


def test_every_slice_of_a_small_array() -> None:
    a = np.arange(5.0)
    ends = [None, -7, -5, -2, 0, 1, 4, 5, 9]
    for start in ends:
        for stop in ends:
            for step in [None, -6, -2, -1, 1, 2, 6]:
                x = cg.Variable(a.copy())
                part = slice(start, stop, step)
                y = x[part]
                np.testing.assert_array_equal(y.data, a[part], strict=True)
                y.grad = cg.Variable(weights(y.shape))
                y.backward()
                expected = np.zeros(5)
                expected[part] = weights(y.shape)
                np.testing.assert_array_equal(x.grad.data, expected)


def test_elements_chosen_twice_get_both_gradients() -> None:
    x = cg.Variable([1.0, 2.0, 3.0])
    y = x[[0, 2, 0, 0]]
    y.grad = cg.Variable([1.0, 10.0, 100.0, 1000.0])
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [1101.0, 0.0, 10.0])


def test_views_of_views_and_overlapping_views() -> None:
    x = cg.Variable(A.copy())
    y = x[1][::-1][:, 1:3].T[0]
    np.testing.assert_array_equal(y.data, A[1][::-1][:, 1:3].T[0])
    (x[:, 1:] * x[:, :-1]).backward()
    expected = np.zeros(A.shape)
    expected[:, 1:] += A[:, :-1]
    expected[:, :-1] += A[:, 1:]
    np.testing.assert_array_equal(x.grad.data, expected)


def test_many_indices_of_a_large_array() -> None:
    rng = np.random.default_rng(3)
    a = rng.normal(size=(500, 70))
    rows = rng.integers(-500, 500, 4000)
    x = cg.Variable(a)
    y = x[rows]
    np.testing.assert_array_equal(y.data, a[rows])
    seed = rng.normal(size=y.shape)
    y.grad = cg.Variable(seed)
    y.backward()
    expected = np.zeros(a.shape)
    np.add.at(expected, rows, seed)
    np.testing.assert_array_equal(x.grad.data, expected)


def test_index_arrays_are_not_kept() -> None:
    """Changing the index array after the call does not change the gradient."""
    index = np.array([0, 2])
    x = cg.Variable([1.0, 2.0, 3.0])
    y = x[index]
    index[:] = 999
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [1.0, 0.0, 1.0])
    mask = np.array([True, False, True])
    z = x[mask]
    mask[:] = False
    x.cleargrad()
    z.backward()
    np.testing.assert_array_equal(x.grad.data, [1.0, 0.0, 1.0])


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64, np.intp])
def test_integer_types_of_indices(dtype: type) -> None:
    x = cg.Variable([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(x[np.array([2, 0], dtype)].data, [3.0, 1.0])
    np.testing.assert_array_equal(F.take(x, np.array([[2]], dtype)).data, [[3.0]])
    assert x[dtype(1)].item() == 2.0


def test_errors_name_the_variable() -> None:
    x = cg.Variable(A, name="x")
    for index in (2, (0, 3), (0, 0, 0, 0), [5], (0, [9]), np.ones(7, bool)):
        with pytest.raises(IndexError, match="x of shape"):
            x[index]
    with pytest.raises(IndexError, match="x of shape"):
        F.take(x, [7], 1)
    with pytest.raises(TypeError, match="use its .data"):
        x[cg.Variable([0.0])]
    with pytest.raises(TypeError, match="use its .data"):
        F.take(x, cg.Variable(0.0))
    with pytest.raises(TypeError, match="integers"):
        F.take(x, [0.5])


def test_take_of_nothing() -> None:
    x = cg.Variable(A)
    y = F.take(x, [], 1)
    assert y.shape == (2, 0, 4)
    y.backward()
    np.testing.assert_array_equal(x.grad.data, np.zeros(A.shape))
    with pytest.raises(IndexError):
        F.take(cg.zeros(0, 3), [0], 0)


def test_numbers_of_a_vector() -> None:
    x = cg.Variable([1.0, 2.0, 3.0], name="x")
    for i in (0, 2, -1, -3):
        y = x[i]
        assert y.shape == () and y.item() == x.data[i]
        assert np.shares_memory(x.data, y.data)
    for i in (3, -4, 2**70, -(2**70)):
        with pytest.raises(IndexError):
            x[i]
    assert x[True].shape == (1, 3)  # NumPy's mask, not 1
    backwards = x[::-1]
    (backwards[0] * 2.0 + backwards[-1] * 3.0 + x[-1]).backward()
    np.testing.assert_array_equal(x.grad.data, [3.0, 0.0, 3.0])


def test_a_vector_that_became_shorter() -> None:
    x = cg.Variable([1.0, 2.0, 3.0])
    y = x[2] * 2.0
    x.data = [1.0]
    with pytest.raises((IndexError, RuntimeError)):
        y.backward()
