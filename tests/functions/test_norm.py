"""norm: gradients at zeros and ties, every order, and what is refused."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

INF = np.inf
ORDERS = [None, 1, 2, 3, 1.5, 0.5, 0, -1, -2, INF, -INF]


@pytest.mark.parametrize("p", ORDERS)
def test_the_gradient_is_zero_where_the_norm_is(p: Any) -> None:
    x = cg.zeros(2, 3)
    y = F.norm(x, p, axis=1)
    np.testing.assert_array_equal(y.data, [0.0, 0.0])
    y.backward(create_graph=True)
    np.testing.assert_array_equal(x.grad.data, np.zeros((2, 3)))
    g = x.grad
    x.cleargrad()
    g.backward()
    if p in (1, 0, INF, -INF):  # piecewise linear
        assert x.grad is None or not x.grad.data.any()
    else:
        assert np.isnan(x.grad.data).all()


@pytest.mark.parametrize("p", ORDERS)
def test_one_row_of_zeros_leaves_the_others_alone(p: Any) -> None:
    a = np.array([[0.3, -1.2, 2.0], [0.0, 0.0, 0.0]])
    alone, x = cg.Variable(a[:1]), cg.Variable(a)
    for v in (alone, x):
        F.norm(v, p, axis=1).backward()
    np.testing.assert_array_equal(x.grad.data[:1], alone.grad.data)
    np.testing.assert_array_equal(x.grad.data[1], 0.0)


@pytest.mark.parametrize(("p", "second"), [(1, 0.0), (2, 0.25), (3, 0.0), (1.5, None), (0.5, None)])
def test_one_element_that_is_zero(p: float, second: float | None) -> None:
    """The gradient there is 0, and has no derivative for p between 1 and 2, nor below 1."""
    x = cg.Variable([4.0, 0.0])
    F.norm(x, p).backward(create_graph=True)
    np.testing.assert_allclose(x.grad.data, [1.0, 0.0], rtol=1e-15)
    g = x.grad[1]
    x.cleargrad()
    g.backward()
    if second is None:
        assert not np.isfinite(x.grad.data[1])
    else:
        np.testing.assert_array_equal(x.grad.data, [0.0, second])


@pytest.mark.parametrize("p", [INF, -INF])
def test_ties_share(p: float) -> None:
    x = cg.Variable([2.0, -2.0, 2.0, -2.0])
    F.norm(x, p).backward()
    np.testing.assert_array_equal(x.grad.data, [0.25, -0.25, 0.25, -0.25])


def test_count_of_what_is_not_zero() -> None:
    x = cg.Variable([0.0, -2.0, INF, 1e-300])
    y = F.norm(x, 0)
    assert y.item() == 3.0
    y.backward()
    np.testing.assert_array_equal(x.grad.data, np.zeros(4))


def test_frobenius_of_any_number_of_axes() -> None:
    a = np.arange(-3.0, 21.0).reshape(2, 3, 4)
    assert F.norm(a).item() == pytest.approx(np.linalg.norm(a), rel=1e-15)
    assert F.norm(-3.0).item() == 3.0
    assert F.norm(np.zeros(0)).item() == 0.0
    assert F.norm(a, keepdims=True).shape == (1, 1, 1)


def test_orders_and_axes_are_numpys() -> None:
    a = np.random.default_rng(4).normal(size=(2, 3, 4))
    for p in (*ORDERS, "fro"):
        for axis in (0, -1, (0, 1), (1, 0), (-1, 0), [2, 1], (2,)):
            for keepdims in (False, True):
                try:
                    expected = np.linalg.norm(a, p, tuple(np.atleast_1d(axis)), keepdims)
                except ValueError:
                    with pytest.raises(ValueError, match="norm"):
                        F.norm(a, p, axis, keepdims)
                    continue
                if p in (2, -2) and np.size(axis) == 2:
                    with pytest.raises(NotImplementedError, match="singular values"):
                        F.norm(a, p, axis, keepdims)
                    continue
                y = F.norm(a, p, axis, keepdims)
                np.testing.assert_allclose(y.data, expected, rtol=1e-14, strict=True)


@pytest.mark.parametrize(
    ("p", "axis", "error"),
    [
        (1, None, ValueError),  # of three axes
        (None, (0, 1, 2), ValueError),
        (None, (), ValueError),
        ("fro", 0, ValueError),
        ("other", (0, 1), ValueError),
        (3, (0, 1), ValueError),
        (np.nan, 0, ValueError),
        ("nuc", (0, 1), NotImplementedError),
        (2, (0, 1), NotImplementedError),
        (True, 0, TypeError),
        (1j, 0, TypeError),
        ([1], 0, TypeError),
        (cg.Variable(1.0), 0, TypeError),
        (None, 3, IndexError),
        (1, (0, 3), IndexError),
        (1, (0, 0), ValueError),
        (1, (0, -3), ValueError),
        (1, "0", TypeError),
        (INF, 1.5, TypeError),
    ],
    ids=repr,
)
def test_norm_refuses(p: Any, axis: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="norm"):
        F.norm(cg.ones(2, 3, 4), p, axis)


def test_no_greatest_of_nothing() -> None:
    for p in (INF, -INF):
        with pytest.raises(ValueError, match="norm"):
            F.norm(cg.zeros(0), p)
    with pytest.raises(ValueError, match="norm"):
        F.norm(cg.zeros(2, 0), 1)
