"""flip, tile and repeat: views and copies, counts of 0, and bad arguments."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

A = np.arange(6.0).reshape(2, 3)


def test_flip_is_a_view() -> None:
    x = cg.Variable(A.copy())
    y = F.flip(x, 1)
    assert np.shares_memory(x.data, y.data)
    np.testing.assert_array_equal(y.data, A[:, ::-1])
    assert F.flip(5.0).item() == 5.0
    assert F.flip(cg.zeros(2, 0)).shape == (2, 0)


@pytest.mark.parametrize(
    ("axis", "error"), [(2, IndexError), ((1, -1), ValueError), ("a", TypeError)]
)
def test_flip_of_a_bad_axis(axis: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="flip"):
        F.flip(A, axis)


@pytest.mark.parametrize("reps", [0, 1, (), (1, 1), (1, 1, 1), (0, 2), [2], np.array([2, 1]), (3,)])
def test_tile_is_numpys_and_a_copy(reps: Any) -> None:
    x = cg.Variable(A.copy())
    y = F.tile(x, reps)
    expected = np.tile(A, reps)
    np.testing.assert_array_equal(y.data, expected, strict=True)
    assert not np.shares_memory(x.data, y.data)
    y.backward()
    np.testing.assert_array_equal(x.grad.data, np.full(A.shape, expected.size / A.size))


def test_tile_of_a_number() -> None:
    np.testing.assert_array_equal(F.tile(2.0, 3).data, [2.0, 2.0, 2.0])


@pytest.mark.parametrize(
    ("reps", "error"),
    [(-1, ValueError), ((2, -2), ValueError), (1.5, TypeError), ("a", TypeError), (None, TypeError)]
    + [((2,) * 20, ValueError), ((1,) * 40, ValueError)],
)
def test_tile_refuses(reps: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        F.tile(cg.ones(1, 2), reps)


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_repeat_is_numpys(axis: int | None) -> None:
    n = A.size if axis is None else A.shape[axis]
    for repeats in (0, 1, 2, [3], np.int8(2), list(range(n)), np.arange(n, dtype=np.uint8)):
        x = cg.Variable(A.copy())
        y = F.repeat(x, repeats, axis)
        np.testing.assert_array_equal(y.data, np.repeat(A, repeats, axis), strict=True)
        assert not np.shares_memory(x.data, y.data)
        y.backward()
        counts = np.broadcast_to(repeats, n)
        if axis is None:
            counts = counts.reshape(A.shape)
        elif axis == 0:
            counts = counts[:, None]
        np.testing.assert_array_equal(x.grad.data, np.broadcast_to(counts, A.shape))


@pytest.mark.parametrize(
    ("repeats", "axis", "error"),
    [
        (-1, 0, ValueError),
        ([1, -1], 0, ValueError),
        ([1, 2, 3], 0, ValueError),
        ([[1, 2]], 0, ValueError),
        ([], 0, ValueError),
        (1.5, 0, TypeError),
        ("2", 0, TypeError),
        (True, 0, TypeError),
        (cg.Variable(2.0), 0, TypeError),
        (2, 2, IndexError),
        (2, (0, 1), TypeError),
    ],
    ids=repr,
)
def test_repeat_refuses(repeats: Any, axis: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="repeat"):
        F.repeat(A, repeats, axis)


# ---- roll, rot90 ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shift", [0.5, 1.0, (1, 2.5), np.array([1.0]), "a", None, cg.Variable(1.0)]
)
def test_roll_by_what_is_no_int(shift: Any) -> None:
    with pytest.raises(TypeError, match="roll: shift must be whole numbers, not"):
        F.roll(cg.arange(3.0), shift)


@pytest.mark.parametrize("k", [0.5, 2.0, "a", None])
def test_rot90_by_what_is_no_int(k: Any) -> None:
    with pytest.raises(TypeError, match="rot90: k must be whole numbers, not"):
        F.rot90(cg.ones(2, 2), k)


def test_ints_of_numpys() -> None:
    x = np.arange(6.0).reshape(2, 3)
    for shift in (np.int32(1), np.array(1), np.array([1]), [1], True, 10**30):
        assert np.array_equal(F.roll(x, shift).data, np.roll(x, shift))
    assert np.array_equal(F.roll(x, np.array([1, 2]), (0, 1)).data, np.roll(x, [1, 2], (0, 1)))
    assert np.array_equal(F.rot90(x, np.int64(-3)).data, np.rot90(x))
