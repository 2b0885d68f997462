"""Values and slopes of NumPy's functions at their edges, and what they refuse."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

INF, NAN = math.inf, math.nan


def slope(call: Callable[..., Any], *at: Any) -> list[Any]:
    """The gradient, the same by the fused and by the composed rule."""
    both = []
    for create_graph in (False, True):
        xs = [cg.Variable(x) for x in at]
        call(*xs).backward(create_graph=create_graph)
        both.append([np.zeros(x.shape).tolist() if x.grad is None else x.grad.tolist() for x in xs])
    np.testing.assert_array_equal(both[0], both[1])
    return both[0]


def derivatives(call: Callable[[cg.Variable], cg.Variable], x: float, order: int) -> list[float]:
    v = cg.Variable(x)
    y = call(v)
    results = []
    for _ in range(order):
        v.cleargrad()
        y.backward(create_graph=True)
        y = v.grad
        results.append(y.item())
    return results


@pytest.mark.parametrize("name", ["sign", "floor", "ceil", "trunc", "rint"])
@pytest.mark.parametrize("x", [0.0, 1.0, 0.5, -0.5, INF, NAN])
def test_steps_have_slope_0_everywhere(name: str, x: float) -> None:
    assert slope(getattr(F, name), x) == [0.0]


@pytest.mark.parametrize(
    "name, at, expected",
    [
        ("hypot", (0.0, 0.0), [0.0, 0.0]),
        ("hypot", (3.0, -4.0), [0.6, -0.8]),
        ("hypot", (3e200, 4e200), [0.6, 0.8]),
        ("arctan2", (0.0, 2.0), [0.5, 0.0]),
        ("arctan2", (0.0, -2.0), [-0.5, 0.0]),
        ("arctan2", (3e200, 4e200), [1.6e-201, -1.2e-201]),
        ("copysign", (0.0, -1.0), [0.0, 0.0]),
        ("copysign", (-2.0, 3.0), [-1.0, 0.0]),
        ("fmod", (7.5, 2.0), [1.0, -3.0]),
        ("fmod", (-7.5, 2.0), [1.0, 3.0]),
        ("remainder", (-7.5, 2.0), [1.0, 4.0]),
        ("fmod", (1.0, 0.1), [1.0, -9.0]),  # 1.0 / 0.1 rounds to 10
        ("remainder", (1.0, 0.1), [1.0, -9.0]),
        ("floor_divide", (7.5, 2.0), [0.0, 0.0]),
        ("logaddexp", (INF, INF), [0.5, 0.5]),
        ("logaddexp", (-INF, -INF), [0.5, 0.5]),
        ("logaddexp", (INF, 1.0), [1.0, 0.0]),
        ("logaddexp", (1000.0, 0.0), [1.0, 0.0]),
        ("logaddexp2", (-INF, -INF), [0.5, 0.5]),
        ("logaddexp2", (3.0, 3.0), [0.5, 0.5]),
        ("fmax", (2.0, 2.0), [0.5, 0.5]),
        ("fmax", (NAN, 2.0), [0.0, 1.0]),
        ("fmin", (2.0, NAN), [1.0, 0.0]),
        ("heaviside", (0.0, 0.5), [0.0, 1.0]),
        ("heaviside", (1.0, 0.5), [0.0, 0.0]),
        ("cbrt", (0.0,), [INF]),
        ("arccosh", (1.0,), [INF]),
        ("arctanh", (1.0,), [INF]),
        ("log2", (0.0,), [INF]),
        ("log10", (0.0,), [INF]),
        ("nan_to_num", (NAN,), [0.0]),
        ("nan_to_num", (-INF,), [0.0]),
        ("sinc", (0.0,), [0.0]),
    ],
)
def test_slopes_at_the_edges(name: str, at: tuple[float, ...], expected: list[float]) -> None:
    np.testing.assert_allclose(slope(getattr(F, name), *at), expected, rtol=1e-14)


def test_arccosh_near_1_is_accurate() -> None:
    at = 1.0 + 2.0**-40
    expected = 1.0 / math.sqrt(2.0**-40 * (2.0 + 2.0**-40))
    np.testing.assert_allclose(slope(F.arccosh, at), [expected], rtol=1e-15)


def test_logaddexp_has_a_second_derivative_where_both_are_equal() -> None:
    x = cg.Variable([2.0, 2.0])
    F.logaddexp(x[0], x[1]).backward(create_graph=True)
    g = x.grad[0]
    x.cleargrad()
    g.backward()
    np.testing.assert_allclose(x.grad.data, [0.25, -0.25], rtol=1e-15)


@pytest.mark.parametrize("x", [0.0, 1e-9, 1e-3, 0.1, 0.159, 0.16, 0.3])
def test_sinc_has_every_derivative_around_0(x: float) -> None:
    """Against the power series, whose terms are differentiated one by one."""

    def term(k: int, order: int) -> float:
        if 2 * k < order:
            return 0.0
        factor = math.perm(2 * k, order) / math.factorial(2 * k + 1)
        return float((-1) ** k * math.pi ** (2 * k) * factor * x ** (2 * k - order))

    expected = [math.fsum(term(k, order) for k in range(20)) for order in range(1, 5)]
    np.testing.assert_allclose(derivatives(F.sinc, x, 4), expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("zeros", [[], [0], [1], [0, 2], [1, 2, 3]])
def test_cumprod_with_zeros(zeros: list[int]) -> None:
    x = np.array([0.7, -1.3, 2.0, 0.4, 1.1])
    x[zeros] = 0.0
    v = cg.Variable(x)
    y = F.cumprod(v)
    np.testing.assert_allclose(y.data, np.cumprod(x), rtol=1e-15)
    y.backward()
    expected = [
        sum(np.prod(np.delete(x[: k + 1], j)) for k in range(j, len(x))) for j in range(len(x))
    ]
    np.testing.assert_allclose(v.grad.data, expected, rtol=1e-14)


def test_equal_elements_are_sorted_in_their_order() -> None:
    x = cg.Variable([2.0, 1.0, 2.0, 1.0])
    y = F.sort(x)
    y.grad = cg.Variable([1.0, 2.0, 3.0, 4.0])
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [3.0, 1.0, 4.0, 2.0])
    np.testing.assert_array_equal(F.sort(cg.Variable([NAN, 1.0, -INF])).data, [-INF, 1.0, NAN])


def test_median_of_nan_and_of_nothing() -> None:
    x = cg.Variable([[1.0, NAN], [2.0, 3.0], [5.0, 4.0]])
    y = F.median(x, 0)
    np.testing.assert_array_equal(y.data, [2.0, NAN])
    assert math.isnan(F.median(cg.Variable(np.zeros(0))).item())
    assert F.quantile(cg.Variable(np.zeros((0, 2))), [0.1, 0.2], 0).shape == (2, 2)
    np.testing.assert_array_equal(slope(F.median, [3.0, 1.0, 2.0, 9.0]), [[0.5, 0.0, 0.5, 0.0]])


def test_quantiles_of_infinities_are_not_nan() -> None:
    np.testing.assert_array_equal(
        F.quantile([-INF, 1.0, INF], [0.0, 0.5, 1.0]).data, [-INF, 1, INF]
    )


@pytest.mark.parametrize("name", ["nansum", "nanmean", "nanvar", "nanstd", "nanmax", "nanmin"])
def test_nan_is_left_out(name: str) -> None:
    x = np.array([[1.0, NAN, 3.0], [NAN, NAN, NAN], [2.0, 5.0, -1.0]])
    for axis in (0, None):
        v = cg.Variable(x)
        y = getattr(F, name)(v, axis)
        np.testing.assert_allclose(y.data, getattr(np, name)(x, axis), rtol=1e-14)
        y.backward()
        assert np.isfinite(v.grad.data).all()
        np.testing.assert_array_equal(v.grad.data[np.isnan(x)], 0.0)
    rows = getattr(F, name)(cg.Variable(x), 1).data
    assert rows[1] == 0.0 if name == "nansum" else math.isnan(rows[1])


def test_the_spread_of_equal_numbers_has_slope_0() -> None:
    assert slope(F.nanstd, [2.0, 2.0]) == [[0.0, 0.0]]
    assert slope(lambda x: F.std(x, ddof=1), [2.0, 2.0]) == [[0.0, 0.0]]


def test_ddof_of_too_few_elements_is_nan() -> None:
    for name in ("variance", "std", "nanvar", "nanstd"):
        assert math.isnan(getattr(F, name)(cg.Variable([1.0]), ddof=1).item())


def test_interp_outside_and_at_the_points() -> None:
    xp, fp = [0.0, 1.0, 3.0], [1.0, 2.0, -2.0]
    at = np.array([-1.0, 0.0, 1.0, 3.0, 4.0, 2.0])
    np.testing.assert_array_equal(F.interp(at, xp, fp).data, np.interp(at, xp, fp))
    assert slope(lambda x: F.interp(x, xp, fp), at) == [[0.0, 1.0, -2.0, -2.0, 0.0, -2.0]]
    left = F.interp(cg.Variable(-1.0), xp, fp, left=cg.Variable(7.0))
    assert left.item() == 7.0
    np.testing.assert_array_equal(F.interp([0.0, 5.0], [2.0], [3.0]).data, [3.0, 3.0])


def test_take_along_axis_adds_the_gradients_of_what_is_taken_twice() -> None:
    x = cg.Variable([[1.0, 2.0]])
    F.take_along_axis(x, [[1, 1, 0]], 1).backward()
    np.testing.assert_array_equal(x.grad.data, [[1.0, 2.0]])


@pytest.mark.parametrize("shape", [(0,), (2, 0)], ids=str)
def test_arrays_without_elements(shape: tuple[int, ...]) -> None:
    x = np.zeros(shape)
    for call in (
        lambda f, v: f.roll(v, 1),
        lambda f, v: f.sort(v),
        lambda f, v: f.diff(v),
        lambda f, v: f.pad(v, 1),
        lambda f, v: f.flip(v),
        lambda f, v: f.outer(v, v),
        lambda f, v: f.kron(v, v),
        lambda f, v: f.cumprod(v, -1),
        lambda f, v: f.trapezoid(v),
        lambda f, v: f.atleast_3d(v),
        lambda f, v: f.hypot(v, 1.0),
        lambda f, v: f.take_along_axis(v, np.zeros(shape, int), -1),
    ):
        v = cg.Variable(x.copy())
        y = call(F, v)
        np.testing.assert_array_equal(y.data, call(np, x), strict=True)
        y.backward()
        assert v.grad is None or v.grad.shape == shape


@pytest.mark.parametrize(
    "call, error, match",
    [
        (lambda x: F.pad(x, 1, "mean"), ValueError, "mode='mean'"),
        (lambda x: F.pad(x, -1), ValueError, "negative"),
        (lambda x: F.pad(x, ((1, 1),) * 3), ValueError, "broadcast"),
        (lambda x: F.pad(x, 1, constant_values=cg.Variable(1.0)), TypeError, "pad"),
        (lambda x: F.diag(x[None]), ValueError, "diag"),
        (lambda x: F.diagonal(x[0]), ValueError, "diag"),
        (lambda x: F.sort(x, 5), IndexError, "axis 5"),
        (lambda x: F.moveaxis(x, 0, 7), IndexError, "7"),
        (lambda x: F.moveaxis(x, (0, 1), 0), ValueError, "moveaxis"),
        (lambda x: F.swapaxes(x, 0, -3), IndexError, "-3"),
        (lambda x: F.take_along_axis(x, x), TypeError, "take_along_axis"),
        (lambda x: F.take_along_axis(x, [[5]], 1), IndexError, "5"),
        (lambda x: F.array_split(x, 0), ValueError, "sections"),
        (lambda x: F.array_split(x, 2, 4), IndexError, "axis 4"),
        (lambda x: F.hstack([]), ValueError, "at least one"),
        (lambda x: F.vstack([x, np.zeros((1, 5))]), ValueError, "does not fit"),
        (lambda x: F.meshgrid(x, indexing="yx"), ValueError, "indexing"),
        (lambda x: F.tensordot(x, x, 1), ValueError, "tensordot"),
        (lambda x: F.tensordot(x, x, ((0, 0), (0, 0))), ValueError, "repeated"),
        (lambda x: F.cross(x, [1.0, 2.0]), ValueError, "length 3"),
        (lambda x: F.convolve(x, x), ValueError, "vectors"),
        (lambda x: F.convolve(x[0], x[0], "most"), ValueError, "mode"),
        (lambda x: F.vdot(x, x[0]), ValueError, "fit"),
        (lambda x: F.average(x, weights=[1.0, 2.0]), ValueError, "weights"),
        (lambda x: F.average(x, weights=np.zeros((2, 3))), ValueError, "add up to 0"),
        (lambda x: F.quantile(x, 1.5), ValueError, "between 0 and 1"),
        (lambda x: F.quantile(x, x), TypeError, "q is not"),
        (lambda x: F.median(x, 9), IndexError, "axis 9"),
        (lambda x: F.variance(x, ddof="1"), TypeError, "ddof"),
        (lambda x: F.diff(x, -1), ValueError, "diff"),
        (lambda x: F.diff(x[0, 0]), ValueError, "diff"),
        (lambda x: F.gradient(x[:, :1]), ValueError, "two samples"),
        (lambda x: F.gradient(x, [1.0, 2.0]), ValueError, "places"),
        (lambda x: F.interp(x, [0.0, 1.0], [0.0]), ValueError, "equal length"),
        (lambda x: F.linspace(x, 1.0, -1), ValueError, "num"),
        (lambda x: F.cumprod(x, 2), IndexError, "2"),
        (lambda x: F.select([x > 0], []), ValueError, "select"),
        (lambda x: F.partition(x, 9), ValueError, "9"),
    ],
)
def test_what_does_not_fit(call: Callable[..., Any], error: Any, match: str) -> None:
    x = cg.Variable([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
    with pytest.raises(error, match=match):
        call(x)


def test_sinc_has_its_digits_at_large_arguments() -> None:
    x = np.array([1000.5, -12345.75, 1e7 + 0.25, 2.0**40 + 0.25, 3.0, 1e300])
    turn = np.array([1.0, np.sqrt(0.5), np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0])  # sin(pi x)
    slope = np.array([0.0, np.sqrt(0.5), np.sqrt(0.5), np.sqrt(0.5), -1.0, 1.0])  # cos(pi x)
    np.testing.assert_allclose(F.sinc(x).data, turn / (np.pi * x), rtol=1e-15)
    exact = (slope - turn / (np.pi * x)) / x
    np.testing.assert_allclose(cg.grad(lambda x: F.sum(F.sinc(x)))(x), exact, rtol=2e-12)
