"""Reductions: every set of axes, NumPy's summation to the bit, large arrays."""

from itertools import combinations

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from differences import weights

NAMES = {"sum": "sum", "mean": "mean", "variance": "var", "std": "std", "max": "max", "min": "min"}
every_reduction = pytest.mark.parametrize("name", NAMES)
A = np.random.default_rng(9).normal(size=(3, 4, 2, 5))


@every_reduction
@pytest.mark.parametrize("keepdims", [False, True])
def test_every_set_of_axes(name: str, keepdims: bool) -> None:
    for n in range(5):
        for axes in combinations(range(4), n):
            mixed = tuple(a - 4 if a % 2 else a for a in axes)
            x = cg.Variable(A)
            y = getattr(F, name)(x, axis=mixed, keepdims=keepdims)
            expected = getattr(np, NAMES[name])(A, axis=axes, keepdims=keepdims)
            np.testing.assert_allclose(y.data, expected, rtol=1e-12, atol=1e-14, strict=True)
            if name == "std" and not axes:
                continue  # of one number each: no slope
            y.grad = cg.Variable(weights(y.shape))
            y.backward()
            assert x.grad.shape == A.shape
            if name == "sum":
                kept = A.sum(axis=axes, keepdims=True).shape
                np.testing.assert_array_equal(
                    x.grad.data, np.broadcast_to(weights(y.shape).reshape(kept), A.shape)
                )


@pytest.mark.parametrize("n", [0, 1, 7, 8, 9, 127, 128, 129, 1000, 4097, 100_003])
def test_sum_is_numpys_to_the_bit(n: int) -> None:
    if n > 8192 and np.lib.NumpyVersion(np.__version__) < "2.3.0":
        pytest.skip("NumPy before 2.3 sums in pieces of 8192, and adds those one by one")
    a = np.random.default_rng(n).normal(size=n) * 10.0 ** np.random.default_rng(n).integers(
        -9, 9, n
    )
    assert F.sum(cg.Variable(a)).item() == a.sum()
    if n:
        assert F.mean(cg.Variable(a)).item() == a.mean()
        assert F.max(cg.Variable(a)).item() == a.max()


@every_reduction
def test_large_arrays(name: str) -> None:
    a = np.random.default_rng(1).normal(size=(700, 900))
    for axis in (None, 0, 1):
        x = cg.Variable(a)
        y = getattr(F, name)(x, axis=axis)
        np.testing.assert_allclose(
            y.data, getattr(np, NAMES[name])(a, axis=axis), rtol=1e-11, atol=1e-13
        )
        y.backward()
        if name == "sum":
            np.testing.assert_array_equal(x.grad.data, np.ones(a.shape))
        if name in ("max", "min"):
            assert x.grad.data.sum() == y.size


def test_variance_keeps_its_digits_far_from_zero() -> None:
    x = cg.Variable(np.array([1e9, 1e9 + 1, 1e9 + 2]))
    assert F.variance(x).item() == pytest.approx(2 / 3, rel=1e-15)


def test_variance_of_one_number() -> None:
    x = cg.Variable([5.0])
    y = F.variance(x)
    y.backward()
    assert (y.item(), x.grad.item()) == (0.0, 0.0)


@every_reduction
@pytest.mark.parametrize("axis", [4, -5, (0, 4)])
def test_axes_out_of_bounds(name: str, axis: object) -> None:
    with pytest.raises(IndexError, match=f"{name}: axis .* is out of bounds"):
        getattr(F, name)(cg.Variable(A), axis=axis)


@every_reduction
@pytest.mark.parametrize(
    "axis, error", [((0, 0), ValueError), ((1, -3), ValueError), (1.0, TypeError), ("0", TypeError)]
)
def test_axes_that_are_wrong(name: str, axis: object, error: type[Exception]) -> None:
    with pytest.raises(error, match=name):
        getattr(F, name)(cg.Variable(A), axis=axis)


@every_reduction
def test_a_number(name: str) -> None:
    x = cg.Variable(3.0)
    expected = 0.0 if name in ("variance", "std") else 3.0
    assert getattr(F, name)(x).item() == expected
    if name in ("mean", "variance", "std"):  # as NumPy's
        with pytest.raises(IndexError):
            getattr(F, name)(x, axis=0)
