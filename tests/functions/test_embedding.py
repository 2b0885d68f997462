"""embedding: what names rows, and what is refused."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

W = np.arange(12.0).reshape(4, 3)


@pytest.mark.parametrize(
    "x",
    [
        2,
        [0, 3, 0],
        (1, 1),
        [[1, 2], [3, 0]],
        np.array([3, 2], np.uint8),
        np.array(1),
        np.array([1.0, 2.0]),
        np.zeros((2, 0), int),
        [],
        cg.Variable([[3.0, -0.0]]),
        cg.Variable(np.arange(4.0).reshape(2, 2)).T,
    ],
    ids=repr,
)
def test_rows_and_how_often_they_are_named(x: Any) -> None:
    w = cg.Variable(W)
    y = F.embedding(x, w)
    rows = np.asarray(x.data if isinstance(x, cg.Variable) else x).astype(int)
    np.testing.assert_array_equal(y.data, W[rows], strict=True)
    y.backward()
    counts = np.bincount(rows.ravel(), minlength=4)
    np.testing.assert_array_equal(w.grad.data, np.repeat(counts, 3).reshape(4, 3))
    if isinstance(x, cg.Variable):
        assert x.grad is None


@pytest.mark.parametrize(
    ("x", "worst"), [([0, 4], 4), ([0, -1], -1), ([-7, 2, -1], -7), ([9, 4, 5], 9), (1e20, 10**20)]
)
def test_rows_that_do_not_exist(x: Any, worst: int) -> None:
    with pytest.raises(IndexError, match=rf"embedding: index {worst} .* 4 rows of table"):
        F.embedding(x, cg.Variable(W, name="table"))
    with pytest.raises(IndexError, match="0 rows"):
        F.embedding([0], cg.zeros(0, 3))


@pytest.mark.parametrize("x", [[0.5], cg.Variable([1.5]), np.nan, [0.0, np.inf]], ids=repr)
def test_rows_that_are_not_whole(x: Any) -> None:
    with pytest.raises(ValueError, match="embedding: x must hold whole numbers"):
        F.embedding(x, W)


@pytest.mark.parametrize("x", [None, "0", [True, False], [1j], object()], ids=repr)
def test_rows_that_are_not_numbers(x: Any) -> None:
    with pytest.raises(TypeError, match="embedding"):
        F.embedding(x, W)


@pytest.mark.parametrize("shape", [(), (3,), (1, 2, 3)])
def test_w_is_a_matrix(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="embedding: w must be a matrix"):
        F.embedding([0], np.ones(shape))


def test_indices_changed_afterwards() -> None:
    rows = np.array([1, 1, 2])
    w = cg.Variable(W)
    y = F.embedding(rows, w)
    rows[:] = 1 << 40
    y.backward()
    np.testing.assert_array_equal(w.grad.data[:, 0], [0.0, 2.0, 1.0, 0.0])


def test_many_axes() -> None:
    assert F.embedding(np.zeros((1,) * 31, int), W).ndim == 32
    with pytest.raises(ValueError, match="embedding"):
        F.embedding(np.zeros((1,) * 32, int), W)
