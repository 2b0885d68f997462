"""Variable's sum, mean, max, min and transpose: the functions, and what NumPy's functions call."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

A = np.random.default_rng(0).normal(size=(2, 3, 4))
NAMES = ["sum", "mean", "max", "min"]
every_reduction = pytest.mark.parametrize("name", NAMES)


@every_reduction
def test_reductions_are_the_functions(name: str) -> None:
    for arguments in ({}, {"axis": 1}, {"axis": (0, -1), "keepdims": True}):
        x, z = cg.Variable(A), cg.Variable(A)
        y, expected = getattr(x, name)(**arguments), getattr(F, name)(z, **arguments)
        np.testing.assert_array_equal(y.data, expected.data, strict=True)
        y.backward()
        expected.backward()
        np.testing.assert_array_equal(x.grad.data, z.grad.data)
    assert getattr(x, name)(1, True).shape == (2, 1, 4)


@every_reduction
def test_numpys_functions_give_variables(name: str) -> None:
    x = cg.Variable(A)
    for y in (getattr(np, name)(x), getattr(np, name)(x, axis=1)):
        assert isinstance(y, cg.Variable)
        assert y.creator is not None
    y = getattr(np, name)(x, axis=(0, 2), keepdims=True)
    np.testing.assert_array_equal(y.data, getattr(F, name)(A, (0, 2), True).data)
    with pytest.raises(TypeError, match=f"np.{name}: out="):
        getattr(np, name)(x, out=np.empty(()))


@every_reduction
def test_reductions_refuse(name: str) -> None:
    x = cg.Variable(A)
    for arguments, error in (
        ({"axis": 3}, IndexError),
        ({"axis": (0, 0)}, ValueError),
        ({"axis": "0"}, TypeError),
        ({"out": np.empty(())}, TypeError),
        ({"where": True}, TypeError),
    ):
        with pytest.raises(error):
            getattr(x, name)(**arguments)
    if name in ("sum", "mean"):
        with pytest.raises(TypeError, match="float64"):
            getattr(x, name)(dtype=np.float32)


@pytest.mark.parametrize(
    "axes", [(), (None,), (1, 0, 2), ((1, 0, 2),), ([2, 0, 1],), (-1, 0, 1)], ids=repr
)
def test_transpose_is_numpys(axes: tuple[Any, ...]) -> None:
    x = cg.Variable(A)
    y = x.transpose(*axes)
    np.testing.assert_array_equal(y.data, A.transpose(*axes), strict=True)
    assert np.shares_memory(y.data, x.data)
    y.backward()
    np.testing.assert_array_equal(x.grad.data, np.ones(A.shape))


def test_transpose_of_one_axis_and_of_none() -> None:
    assert cg.ones(3).transpose(0).shape == (3,)
    assert cg.ones(3).transpose((0,)).shape == (3,)
    assert cg.Variable(1.0).transpose().shape == ()
    assert cg.Variable(1.0).transpose(()).shape == ()


@pytest.mark.parametrize("axes", [(0,), (0, 0, 1), (0, 1, 3), ("a",), (1.5, 0, 1)], ids=repr)
def test_transpose_refuses(axes: tuple[Any, ...]) -> None:
    with pytest.raises((ValueError, TypeError), match="transpose"):
        cg.Variable(A).transpose(*axes)


def test_numpys_transpose_gives_a_variable() -> None:
    x = cg.Variable(A)
    assert isinstance(np.transpose(x), cg.Variable)
    assert np.transpose(x, (1, 0, 2)).shape == (3, 2, 4)
