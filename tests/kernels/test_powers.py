"""pow, exp2, log2, log10 and logaddexp2 against mpmath, and where their results are exact."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from ulp import LARGEST, SMALLEST, distance

Array = Any
NORMAL = 2.0**-1022


def power(x: Array, y: Array) -> Array:
    return F.pow(cg.Variable(x), cg.Variable(y)).data


def worst(
    f: Callable[..., Array], exactly: Callable[..., mpmath.mpf], *inputs: Array
) -> tuple[float, tuple[float, ...]]:
    """The largest error in units in the last place, and where."""
    y = f(*inputs)
    with mpmath.workprec(140):
        errors = [
            distance(value, exactly(*map(mpmath.mpf, at)))
            for value, *at in zip(y.tolist(), *[x.tolist() for x in inputs], strict=True)
        ]
    k = int(np.argmax(errors))
    return errors[k], tuple(float(x[k]) for x in inputs)


def any_positive(rng: np.random.Generator, n: int, *, subnormal: bool = False) -> Array:
    """Numbers of every exponent alike."""
    smallest = 1 if subnormal else 1 << 52
    return rng.integers(smallest, 1 << 52 if subnormal else 0x7FF << 52, n).view(np.float64)


def near_1(rng: np.random.Generator, n: int) -> Array:
    return 1.0 + 2.0 ** rng.uniform(-53, -1, n) * rng.choice([-1.0, 1.0], n)


# The bases and the binary logarithms of the results.
RANGES: dict[str, Callable[[np.random.Generator], tuple[Array, Array]]] = {
    "every base and result": lambda rng: (any_positive(rng, 1500), rng.uniform(-1074, 1024, 1500)),
    "plain numbers": lambda rng: (rng.uniform(0, 20, 1500), rng.uniform(-30, 30, 1500)),
    "bases near 1": lambda rng: (near_1(rng, 1500), rng.uniform(-1074, 1024, 1500)),
    "largest results": lambda rng: (rng.uniform(0.6, 1.5, 700), rng.uniform(1010, 1024, 700)),
    "least results": lambda rng: (any_positive(rng, 700), rng.uniform(-1075, -1010, 700)),
    "subnormal bases": lambda rng: (
        any_positive(rng, 500, subnormal=True),
        rng.uniform(-1074, 1024, 500),
    ),
    "results near 1": lambda rng: (any_positive(rng, 500), 2.0 ** -rng.uniform(0, 60, 500)),
}


@pytest.mark.parametrize("where", RANGES)
def test_error_of_pow(where: str) -> None:
    x, log2_result = RANGES[where](np.random.default_rng(5))
    y = log2_result / np.log2(x)
    error, at = worst(power, lambda a, b: a**b, x, y)
    assert error <= 0.8, f"pow{at}: {error:.3f} ULP"


def test_error_of_pow_with_negative_bases() -> None:
    rng = np.random.default_rng(6)
    x = -np.concatenate([rng.uniform(0.01, 10, 1000), any_positive(rng, 200)])
    y = np.concatenate([rng.integers(-300, 301, 1000), rng.integers(-4, 5, 200)]).astype(float)
    error, at = worst(power, lambda a, b: a ** int(b), x, y)
    assert error <= 0.8, f"pow{at}: {error:.3f} ULP"


def test_error_of_pow_where_its_tables_change() -> None:
    edges = 0.7 + np.arange(128) / 128 * 0.7
    x = np.concatenate([np.nextafter(edges, 0), edges, [1 - 2.0**-53, 1.0, 1 + 2.0**-52]])
    for exponent in (0.37, 1900.0, -1900.0):
        error, at = worst(power, lambda a, b: a**b, x, np.full_like(x, exponent))
        assert error <= 0.8, f"pow{at}: {error:.3f} ULP"


@pytest.mark.parametrize("name", ["log2", "log10"])
def test_error_of_logarithms(name: str) -> None:
    rng = np.random.default_rng(7)
    x = np.concatenate(
        [
            any_positive(rng, 1500),
            any_positive(rng, 300, subnormal=True),
            near_1(rng, 1500),
            rng.uniform(0.5, 2, 1000),
            [SMALLEST, np.nextafter(NORMAL, 0), NORMAL, 1 - 2.0**-53, 1 + 2.0**-52, LARGEST],
        ]
    )
    with mpmath.workprec(200):
        scale = 1 / mpmath.log(int(name[3:]))
    error, at = worst(lambda a: getattr(F, name)(a).data, lambda a: mpmath.log(a) * scale, x)
    assert error <= 0.6, f"{name}{at}: {error:.3f} ULP"


def test_error_of_exp2() -> None:
    rng = np.random.default_rng(8)
    edges = np.concatenate([np.arange(-64, 65) / 128, [1022, -1022, 1024, -1074, -1075]])
    x = np.concatenate(
        [
            rng.uniform(-1, 1, 1500),
            rng.uniform(-1076, 1024, 1500),
            rng.uniform(-1076, -1020, 500),
            rng.uniform(1021, 1024, 300),
            2.0 ** rng.uniform(-70, 0, 300) * rng.choice([-1.0, 1.0], 300),
            *[np.nextafter(edges, to) for to in (-np.inf, np.inf)],
        ]
    )
    error, at = worst(lambda a: F.exp2(a).data, lambda a: mpmath.mpf(2) ** a, x)
    assert error <= 0.8, f"exp2{at}: {error:.3f} ULP"


def exact_logaddexp2(a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
    return max(a, b) + mpmath.log1p(mpmath.mpf(2) ** -abs(a - b)) / mpmath.log(mpmath.mpf(2))


@pytest.mark.parametrize("largest", [(0.0, 0.0), (0.0, 1.0), (0.0, 40.0), (-40.0, -2.0)])
def test_error_of_logaddexp2(largest: tuple[float, float]) -> None:
    rng = np.random.default_rng(9)
    a = rng.uniform(*largest, 1500)
    b = a - np.concatenate([rng.uniform(0, 2, 500), 2.0 ** rng.uniform(-50, 10.1, 1000)])
    swap = rng.random(1500) < 0.5
    a, b = np.where(swap, a, b), np.where(swap, b, a)
    error, at = worst(lambda a, b: F.logaddexp2(a, b).data, exact_logaddexp2, a, b)
    assert error <= 0.8, f"logaddexp2{at}: {error:.3f} ULP"


def test_logaddexp2_where_it_cancels() -> None:
    rng = np.random.default_rng(10)
    a = rng.uniform(-1, 0, 1000)
    b = np.log2(1 - 2.0**a)  # then the result is near 0
    value = F.logaddexp2(a, b).data
    with mpmath.workprec(140):
        pairs = zip(map(mpmath.mpf, a), map(mpmath.mpf, b), strict=True)
        exact = [float(exact_logaddexp2(*pair)) for pair in pairs]
    np.testing.assert_allclose(value, exact, rtol=1e-15, atol=2.0**-58)
    assert np.abs(value).max() < 1e-14


# ---- Exact results ------------------------------------------------------------------------------


def whole_powers() -> list[tuple[int, int]]:
    """base^exponent <= 2^53 of integers: every base up to 1000 and some above."""
    bases = [*range(2, 1001), *range(1003, 100_000, 97), 94906265, 208063, 65535, 65537]
    return [(b, e) for b in bases for e in range(1, 54) if b**e <= 2**53]


def test_whole_powers_are_exact() -> None:
    pairs = whole_powers()
    b, e = np.array(pairs, float).T
    expected = np.array([float(base**exponent) for base, exponent in pairs])
    np.testing.assert_array_equal(power(b, e), expected)
    np.testing.assert_array_equal(power(-b, e), np.where(e % 2 == 1, -expected, expected))
    # a power of 2 moves the exponent only
    np.testing.assert_array_equal(power(b / 16, e), expected / 16.0**e)
    np.testing.assert_array_equal(power(b * b, e / 2), expected)
    np.testing.assert_array_equal(power(expected, 1.0), expected)


def test_whole_powers_of_constants_are_exact() -> None:
    for exponent in (4, 5, 6, 7):
        b = np.arange(1.0, 2.0 ** (53 / exponent))[:1000]
        expected = np.array([float(int(v) ** exponent) for v in b])
        np.testing.assert_array_equal((cg.Variable(b) ** exponent).data, expected)
    e = np.arange(0.0, 23.0)
    np.testing.assert_array_equal((10.0 ** cg.Variable(e)).data, [float(10 ** int(k)) for k in e])


def test_powers_of_2_are_exact() -> None:
    k = np.arange(-1074.0, 1024.0)
    expected = np.ldexp(1.0, k.astype(int))
    np.testing.assert_array_equal(F.exp2(cg.Variable(k)).data, expected)
    np.testing.assert_array_equal((2.0 ** cg.Variable(k)).data, expected)
    np.testing.assert_array_equal(power(np.full_like(k, 0.5), -k), expected)
    np.testing.assert_array_equal(F.log2(cg.Variable(expected)).data, k)
    np.testing.assert_array_equal(power(expected[k >= -1023], -1.0), expected[k >= -1023][::-1])


def test_powers_of_10_have_exact_logarithms() -> None:
    k = np.arange(-307, 309)
    x = np.array([float(f"1e{e}") for e in k])
    np.testing.assert_array_equal(F.log10(cg.Variable(x)).data, k)


# ---- Special values -----------------------------------------------------------------------------

ENDS = [0.0, SMALLEST, NORMAL, 0.5, 1.0, 1.5, 2.0, 3.0, 2.0**51 + 1, 2.0**52 + 1, 2.0**53 + 2]
ENDS += [1e-300, 1e300, LARGEST, math.inf, math.nan, 1 + 2.0**-52, 1 - 2.0**-53, 1023.5, 1074.0]


def assert_same(value: Array, expected: Array) -> None:
    np.testing.assert_allclose(value, expected, rtol=1e-15, atol=2 * SMALLEST)
    here = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(value)[here], np.signbit(expected)[here])


def test_special_values_of_pow() -> None:
    values = [s * v for v in ENDS for s in (1.0, -1.0)]
    x, y = np.array(list(itertools.product(values, values))).T
    with np.errstate(all="ignore"):
        expected = np.power(x, y)
    assert_same(power(x, y), expected)
    one_by_one = [power(x[i : i + 1], y[i : i + 1])[0] for i in range(x.size)]
    assert_same(np.array(one_by_one), expected)
    for v in values:
        with np.errstate(all="ignore"):
            assert_same((v ** cg.Variable(np.array(values))).data, np.power(v, values))
            if v != 0.5:  # then it is the square root
                assert_same((cg.Variable(np.array(values)) ** v).data, np.power(values, v))


@pytest.mark.parametrize("name", ["log2", "log10", "exp2"])
def test_special_values_of_one_argument(name: str) -> None:
    x = np.array([s * v for v in ENDS for s in (1.0, -1.0)])
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(x)
    assert_same(getattr(F, name)(cg.Variable(x)).data, expected)


def test_special_values_of_logaddexp2() -> None:
    values = [0.0, 1.0, -1.0, 1000.0, -1000.0, math.inf, -math.inf, math.nan, LARGEST, -LARGEST]
    a, b = np.array(list(itertools.product(values, values))).T
    with np.errstate(all="ignore"):
        expected = np.logaddexp2(a, b)
    value = F.logaddexp2(cg.Variable(a), cg.Variable(b)).data
    np.testing.assert_allclose(value, expected, rtol=1e-15)


@pytest.mark.parametrize("exponent", [2.5, -0.7, 4.0, -3.0])
def test_gradient_of_a_constant_power(exponent: float) -> None:
    """g c x^(c-1), the power as pow gives it, at every length and position."""
    rng = np.random.default_rng(11)
    x = rng.uniform(0.1, 9.0, 600)
    x[::7] *= -1 if exponent == int(exponent) else 1
    slope = power(x, exponent - 1.0) * exponent
    for n in (1, 2, 3, 7, 8, 9, 100, 255, 256, 257, 600):
        v = cg.Variable(x[:n])
        y = v**exponent
        y.grad = cg.Variable(np.full(n, 3.0))
        y.backward()
        assert v.grad is not None
        np.testing.assert_array_equal(v.grad.data, 3.0 * slope[:n])
