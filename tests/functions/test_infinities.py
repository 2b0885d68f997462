"""Order statistics, means and interpolation beside infinities, as NumPy has them."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

INF, NAN = np.inf, np.nan

ROWS: list[list[float]] = [
    [INF, INF],
    [-INF, -INF],
    [-INF, 5.0],
    [5.0, INF],
    [-INF, INF],
    [INF, INF, 3.0],
    [-INF, -INF, 3.0],
    [1.0, INF, -INF, 2.0],
    [INF],
    [1.0, 2.0, 4.0, 8.0],
    [NAN, INF, INF],
    [NAN, -INF, 1.0],
]
SAME: list[tuple[str, Callable[..., Any], Callable[..., Any]]] = [
    ("median", F.median, np.median),
    ("mean", F.mean, np.mean),
    ("std", F.std, np.std),
    ("variance", F.variance, np.var),
    ("ptp", F.ptp, np.ptp),
    ("max", F.max, np.max),
    ("min", F.min, np.min),
    ("sum", F.sum, np.sum),
    ("prod", F.prod, np.prod),
    ("sort", F.sort, np.sort),
    ("cumsum", F.cumsum, np.cumsum),
    ("cumprod", F.cumprod, np.cumprod),
    ("diff", F.diff, np.diff),
    ("trapezoid", F.trapezoid, np.trapezoid),
    ("nansum", F.nansum, np.nansum),
    ("nanmean", F.nanmean, np.nanmean),
    ("nanmax", F.nanmax, np.nanmax),
    ("nanmin", F.nanmin, np.nanmin),
    ("nanstd", F.nanstd, np.nanstd),
    ("nanvar", F.nanvar, np.nanvar),
    ("norm", F.norm, np.linalg.norm),
    ("average", lambda x: F.average(x, weights=[0.5] * len(x)),
     lambda x: np.average(x, weights=[0.5] * len(x))),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize(("name", "ours", "theirs"), SAME, ids=[name for name, *_ in SAME])
def test_as_numpy(name: str, ours: Any, theirs: Any, row: list[float]) -> None:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        expected = theirs(np.array(row))
    np.testing.assert_allclose(ours(cg.Variable(row)).data, expected, rtol=1e-15)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_quantiles_are_numpys_or_the_limit(row: list[float]) -> None:
    """NumPy gives nan also where only one number can be meant: between equal infinities, and beside
    one in half of the interval."""
    q = np.array([0.0, 0.2, 0.25, 0.5, 0.75, 1.0])
    with np.errstate(all="ignore"):
        expected = np.quantile(row, q)
    got = F.quantile(cg.Variable(row), q).data
    known = ~np.isnan(expected)
    np.testing.assert_allclose(got[known], expected[known], rtol=1e-15)
    if np.isnan(row).any():
        assert np.isnan(got).all()


def test_quantiles_beside_infinities() -> None:
    q = [0.0, 0.25, 0.5, 0.75, 1.0]
    for row, expected in [
        ([INF, INF], [INF] * 5),
        ([-INF, 5.0], [-INF, -INF, -INF, -INF, 5.0]),
        ([5.0, INF], [5.0, INF, INF, INF, INF]),
        ([-INF, INF], [-INF, NAN, NAN, NAN, INF]),
    ]:
        np.testing.assert_array_equal(F.quantile(cg.Variable(row), q).data, expected)


def test_slopes_beside_infinities() -> None:
    for row, expected in [
        ([INF, INF], [0.5, 0.5]),
        ([-INF, 5.0], [0.5, 0.5]),
        ([INF, 1.0, INF, INF], [0.5, 0.0, 0.5, 0.0]),
        ([1.0, INF, 3.0], [0.0, 0.0, 1.0]),
    ]:
        x = cg.Variable(row)
        F.median(x).backward()
        np.testing.assert_allclose(x.grad.data, expected)
    x = cg.Variable([[INF, INF], [1.0, 3.0]])
    F.median(x, axis=1).backward()
    np.testing.assert_allclose(x.grad.data, np.full((2, 2), 0.5))


@pytest.mark.parametrize(
    ("at", "xp", "fp"),
    [
        ([0.5, 1.5, 0.0, 1.0], [0.0, 1.0, 2.0], [-INF, -INF, 3.0]),
        ([0.5], [0.0, 1.0], [1.0, INF]),
        ([0.5], [0.0, 1.0], [-INF, INF]),
        ([0.5, 1.0, 1.5, 2.0], [0.0, 1.0, 2.0], [1.0, INF, 2.0]),
        ([-INF, INF, 0.5, NAN], [0.0, 1.0], [2.0, 3.0]),
        ([1.0, 5.0], [0.0, INF], [2.0, 3.0]),
        ([-INF, 0.0], [-INF, 1.0], [2.0, 3.0]),
        ([0.25, 0.75], [0.0, 1.0], [INF, INF]),
        ([0.25, 0.75], [0.0, 1.0], [NAN, 1.0]),
    ],
)
def test_interp_as_numpy(at: list[float], xp: list[float], fp: list[float]) -> None:
    with np.errstate(all="ignore"):
        expected = np.interp(at, xp, fp)
    np.testing.assert_array_equal(F.interp(cg.Variable(at), xp, fp).data, expected)


def test_interp_keeps_the_slopes_of_finite_points() -> None:
    y = cg.Variable([0.0, 1.0, INF, INF])
    F.interp([0.5, 2.5], [0.0, 1.0, 2.0, 3.0], y).backward()
    np.testing.assert_array_equal(y.grad.data, [0.5, 0.5, 0.5, 0.5])
