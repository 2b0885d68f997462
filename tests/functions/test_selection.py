"""mask_fill, tril and triu: infinities, stacks, shapes, and bad arguments."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

A = np.arange(1.0, 25.0).reshape(2, 3, 4)


def test_mask_fill_lets_no_infinity_through() -> None:
    x = cg.Variable([np.inf, np.nan, 3.0])
    y = F.mask_fill(x, [True, True, False], 0.0)
    np.testing.assert_array_equal(y.data, [0.0, 0.0, 3.0])
    y.grad = cg.Variable([np.inf, np.nan, 2.0])
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [0.0, 0.0, 2.0])


def test_mask_fill_with_minus_infinity_masks_a_softmax() -> None:
    x = cg.Variable([1.0, 2.0, 3.0])
    e = F.exp(F.mask_fill(x, np.array([False, True, False]), -np.inf))
    F.sum(e).backward()
    np.testing.assert_array_equal(x.grad.data[1], 0.0)
    assert e.data[1] == 0.0


def test_the_mask_of_mask_fill_is_a_constant() -> None:
    x, mask = cg.ones(2, 2), cg.Variable([[1.0, 0.0]])
    for given in (np.array([True, False]), np.array([1.0, 0.0]), mask):
        x.cleargrad()
        y = F.mask_fill(x, given, 5.0)
        memory = given.data if isinstance(given, cg.Variable) else given
        memory[...] = 0.0
        y.backward()
        np.testing.assert_array_equal(x.grad.data, [[0.0, 1.0], [0.0, 1.0]])
    assert mask.grad is None


@pytest.mark.parametrize("shape", [(3,), (2, 2, 4), (1, 2, 3, 4), (4, 3)])
def test_a_mask_that_does_not_broadcast_to_x(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="mask_fill"):
        F.mask_fill(A, np.ones(shape, bool), 0.0)


@pytest.mark.parametrize("value", [None, "1", 1j, [1.0], np.ones(3), cg.Variable(1.0)], ids=repr)
def test_mask_fill_takes_a_number(value: Any) -> None:
    with pytest.raises(TypeError, match="mask_fill"):
        F.mask_fill(A, True, value)


@pytest.mark.parametrize("k", [0, 1, -2, 3, 4, -3, 100, -100, 1 << 80, -(1 << 80), np.int8(1)])
@pytest.mark.parametrize("name", ["tril", "triu"])
def test_triangles_of_stacks(name: str, k: Any) -> None:
    for a in (A, A[0], A.T, A[:, :0], A[..., :0]):
        y = getattr(F, name)(cg.Variable(a), k)
        expected = getattr(np, name)(a, max(-100, min(int(k), 100)))
        np.testing.assert_array_equal(y.data, expected, strict=True)


@pytest.mark.parametrize("name", ["tril", "triu"])
def test_triangles_refuse(name: str) -> None:
    for x in (1.0, [1.0, 2.0]):
        with pytest.raises(ValueError, match=name):
            getattr(F, name)(x)
    for k in (0.5, "0", None, cg.Variable(1.0)):
        with pytest.raises(TypeError, match=name):
            getattr(F, name)(A, k)


def test_the_condition_of_where_changed_afterwards() -> None:
    condition = np.array([1.0, 0.0, 1.0])
    x = cg.ones(3)
    y = F.where(condition, x, 2.0)
    condition[:] = 0.0
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [1.0, 0.0, 1.0])
