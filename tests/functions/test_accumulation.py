"""cumsum and prod: long arrays, zeros, extremes, empty axes, bad axes."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F


@pytest.mark.parametrize("n", [0, 1, 2, 1000, 20_011])
def test_cumsum_is_numpys_to_the_bit(n: int) -> None:
    a = np.random.default_rng(n).normal(size=n)
    x = cg.Variable(a)
    y = F.cumsum(x)
    np.testing.assert_array_equal(y.data, a.cumsum(), strict=True)
    y.backward()
    np.testing.assert_array_equal(x.grad.data, np.arange(n, 0, -1.0))


def test_cumsum_of_a_number_and_of_a_transposed_view() -> None:
    np.testing.assert_array_equal(F.cumsum(3.0).data, [3.0])
    a = np.random.default_rng(1).normal(size=(3, 4, 5))
    for axis in range(-3, 3):
        np.testing.assert_array_equal(F.cumsum(cg.Variable(a).T, axis).data, a.T.cumsum(axis))


@pytest.mark.parametrize(
    ("axis", "error"),
    [(2, IndexError), (-3, IndexError), ("0", TypeError), ((0, 1), TypeError), (1.0, TypeError)],
)
def test_cumsum_of_a_bad_axis(axis: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="cumsum"):
        F.cumsum(cg.ones(2, 3), axis)


@pytest.mark.parametrize("n", range(10))
def test_slopes_of_prod_are_the_products_of_the_others(n: int) -> None:
    rng = np.random.default_rng(n)
    for zeros in range(min(n, 3) + 1):
        a = rng.normal(size=n)
        a[rng.permutation(n)[:zeros]] = 0.0
        x = cg.Variable(a)
        y = F.prod(x)
        y.backward()
        expected = [np.delete(a, k).prod() for k in range(n)]
        np.testing.assert_allclose(x.grad.data, expected, rtol=1e-14)


@pytest.mark.parametrize("a", [[2.0, 3.0, 5.0, 7.0], [2.0, 0.0, 5.0, 0.0], [0.0, 0.0, 0.0, 7.0]])
def test_mixed_derivatives_of_prod(a: list[float]) -> None:
    """d/dx0 d/dx1 d/dx2 of x0 x1 x2 x3 is x3, whatever is zero."""
    x = cg.Variable(a)
    y = F.prod(x)
    for k in range(3):
        x.cleargrad()
        y.backward(create_graph=True)
        y = x.grad[k]
    assert y.item() == a[3]


def test_prod_where_a_quotient_would_overflow() -> None:
    x = cg.Variable([1e200, 1e200, 1e-200])
    y = F.prod(x)
    y.backward()
    assert y.item() == np.inf
    np.testing.assert_allclose(x.grad.data, [1.0, 1.0, np.inf], rtol=1e-15)
    x = cg.Variable([np.inf, 2.0])
    F.prod(x).backward()
    np.testing.assert_array_equal(x.grad.data, [2.0, np.inf])


def test_prod_of_empty_axes_is_one() -> None:
    x = cg.zeros(3, 0)
    y = F.prod(x, axis=1)
    np.testing.assert_array_equal(y.data, np.ones(3))
    y.backward()
    assert x.grad.shape == (3, 0)
    assert F.prod(cg.zeros(0)).item() == 1.0
    np.testing.assert_array_equal(F.prod(cg.ones(2, 3), axis=()).data, np.ones((2, 3)))


@pytest.mark.parametrize(
    ("axis", "error"), [(2, IndexError), ((0, 0), ValueError), ("a", TypeError)]
)
def test_prod_over_a_bad_axis(axis: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="prod"):
        F.prod(cg.ones(2, 3), axis)
