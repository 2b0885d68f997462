"""The axes of numbers, which have none: 0 and -1 where NumPy takes them, an error where it does."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

TAKEN: list[tuple[str, Callable[..., Any], Callable[..., Any], tuple[Any, ...]]] = [
    ("sum", F.sum, np.sum, ()),
    ("prod", F.prod, np.prod, ()),
    ("max", F.max, np.max, ()),
    ("min", F.min, np.min, ()),
    ("ptp", F.ptp, np.ptp, ()),
    ("cumsum", F.cumsum, np.cumsum, ()),
    ("cumprod", F.cumprod, np.cumprod, ()),
    ("squeeze", F.squeeze, np.squeeze, ()),
    ("repeat", F.repeat, np.repeat, (3,)),
    ("take", F.take, np.take, ([0, 0],)),
    ("nansum", F.nansum, np.nansum, ()),
    ("nanmean", F.nanmean, np.nanmean, ()),
    ("nanmax", F.nanmax, np.nanmax, ()),
    ("nanmin", F.nanmin, np.nanmin, ()),
    ("nanvar", F.nanvar, np.nanvar, ()),
    ("nanstd", F.nanstd, np.nanstd, ()),
]
REFUSED: list[tuple[str, Callable[..., Any], Callable[..., Any], tuple[Any, ...]]] = [
    ("mean", F.mean, np.mean, ()),
    ("variance", F.variance, np.var, ()),
    ("std", F.std, np.std, ()),
    ("median", F.median, np.median, ()),
    ("average", F.average, np.average, ()),
    ("quantile", F.quantile, np.quantile, (0.5,)),
    ("norm", F.norm, np.linalg.norm, (None,)),
    ("flip", F.flip, np.flip, ()),
    ("sort", F.sort, np.sort, ()),
    ("roll", F.roll, np.roll, (1,)),
    ("diff", F.diff, np.diff, (1,)),
    ("trapezoid", F.trapezoid, np.trapezoid, (None, 1.0)),
]
INTS = [0, -1, np.int64(0), np.int8(-1)]


@pytest.mark.parametrize("axis", INTS)
@pytest.mark.parametrize(("name", "ours", "theirs", "more"), TAKEN, ids=[r[0] for r in TAKEN])
def test_axis_of_a_number(
    name: str, ours: Any, theirs: Any, more: tuple[Any, ...], axis: Any
) -> None:
    expected = theirs(np.array(3.0), *more, axis=axis)
    for f in (ours, theirs):
        x = cg.Variable(3.0)
        y = f(x, *more, axis=axis)
        assert isinstance(y, cg.Variable)
        assert y.shape == np.shape(expected)
        np.testing.assert_array_equal(y.data, expected)
        F.sum(y).backward()
        assert x.grad is not None
        assert x.grad.shape == ()


@pytest.mark.parametrize("axis", [1, -2, (0,), (-1,)])
@pytest.mark.parametrize(("name", "ours", "theirs", "more"), TAKEN, ids=[r[0] for r in TAKEN])
def test_other_axes_of_a_number(
    name: str, ours: Any, theirs: Any, more: tuple[Any, ...], axis: Any
) -> None:
    for f, x in ((theirs, np.array(3.0)), (ours, cg.Variable(3.0)), (theirs, cg.Variable(3.0))):
        with pytest.raises((IndexError, TypeError, ValueError)):
            f(x, *more, axis=axis)


@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize(("name", "ours", "theirs", "more"), REFUSED, ids=[r[0] for r in REFUSED])
def test_where_numpy_takes_no_axis_of_a_number(
    name: str, ours: Any, theirs: Any, more: tuple[Any, ...], axis: int
) -> None:
    for f, x in ((theirs, np.array(3.0)), (ours, cg.Variable(3.0))):
        with pytest.raises((IndexError, TypeError, ValueError)):
            f(x, *more, axis=axis)


def test_logsumexp_of_a_number() -> None:
    """As scipy.special's, though its softmax has no such case."""
    x = cg.Variable(3.0)
    for axis in (0, -1, None):
        assert F.logsumexp(x, axis=axis).item() == 3.0
    with pytest.raises(IndexError, match="axis 1"):
        F.logsumexp(x, axis=1)


def test_methods_of_a_number() -> None:
    x = cg.Variable(3.0)
    for axis in (0, -1):
        for method in (x.sum, x.max, x.min, x.prod, x.squeeze):
            assert method(axis=axis).item() == 3.0
        assert x.cumsum(axis=axis).shape == (1,)


NUMBERS = [np.array(0.5), np.float32(0.5), np.float64(0.5), np.array(0.5, np.float32)]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda n: type(n).__name__)
def test_an_array_of_no_axes_is_a_number(number: Any) -> None:
    x = cg.Variable([-1.0, 0.25, 2.0])
    calls: list[Callable[[Any], Any]] = [
        lambda c: F.leaky_relu(x, c),
        lambda c: F.clip(x, c, 1.0),
        lambda c: F.clip(x, -1.0, c),
        lambda c: F.clip(x, c),
        lambda c: F.mask_fill(x, [True, False, True], c),
        lambda c: F.dropout(x, c, rng=3),
        lambda c: F.layer_norm(F.reshape(x, (1, 3)), eps=c),
        lambda c: F.std(x, ddof=c),
        lambda c: F.variance(x, ddof=c),
        lambda c: F.nanstd(x, ddof=c),
        lambda c: F.norm(x, c),
        lambda c: F.trapezoid(x, dx=c),
        lambda c: F.gradient(x, c),
        lambda c: F.pad(x, 1, constant_values=c),
        lambda c: F.nan_to_num(x, nan=c),
        lambda c: F.quantile(x, c),
        lambda c: F.abs(x) ** c,
        lambda c: c**x,
        lambda c: x * c,
        lambda c: c / x,
        lambda c: F.pow(x * x, c),
    ]
    for call in calls:
        y, expected = call(number), call(0.5)
        assert y.shape == expected.shape
        np.testing.assert_array_equal(y.data, expected.data)


def test_an_array_of_no_axes_is_wrapped_by_a_variable() -> None:
    """It is a number as an argument, and data as data."""
    a = np.array(2.0)
    v = cg.Variable(a)
    a[...] = 3.0
    assert v.item() == 3.0


def test_a_factor_is_kept_as_it_was() -> None:
    a = np.array(2.0)
    x = cg.Variable([1.0, 2.0])
    y = x * a
    a[...] = 7.0
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [2.0, 2.0])


@pytest.mark.parametrize("wrong", [np.array("a"), np.array(1j), np.array([0.5]), None, "x"])
def test_what_is_no_number(wrong: Any) -> None:
    with pytest.raises(TypeError, match="number"):
        F.leaky_relu(cg.Variable([1.0]), wrong)
