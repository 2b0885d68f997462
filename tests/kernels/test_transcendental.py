"""The transcendental kernels against mpmath: at most 1 ULP, on their whole range."""

import itertools
import math

import mpmath
import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from ulp import LARGEST, SMALLEST, distance

HALF_TURNS = [math.pi / 2, math.pi, 3 * math.pi / 4, 1e6, 1e6 * math.pi, 2.0**20, 2.0**52]
# Where an algorithm changes, or its result over- or underflows.
POINTS = {
    "sin": HALF_TURNS,
    "cos": HALF_TURNS,
    "tan": HALF_TURNS,
    "exp": [709.782712893384, -708.3964185322641, -745.1332191019411, 0.34657359, 1.0],
    "expm1": [709.782712893384, -36.7368, -37.42994775023705, 0.34657359, 1.0397, -0.25, 0.5],
    "log": [1.0, 0.5, 2.0, math.sqrt(0.5), math.sqrt(2), math.e, 2.0**-1022],
    "log1p": [0.41421356, -0.29289321, 1.0, -0.5, 2.0**-29, 2.0**-54, -1 + 2.0**-52, 2.0**53],
    "sinh": [1.0, 22.0, 709.782712893384, 710.4758600739439, 2.0**-28, 0.3],
    "cosh": [1.0, 22.0, 709.782712893384, 710.4758600739439, 2.0**-28, 0.34657359],
    "tanh": [1.0, 22.0, 19.06154746539849, 2.0**-28, 0.625, 0.54930614],
    "arcsin": [0.5, 0.975, 1.0, 2.0**-27, math.sqrt(0.5)],
    "arccos": [0.5, 0.975, 1.0, 2.0**-57, math.sqrt(0.5)],
    "arctan": [7 / 16, 11 / 16, 19 / 16, 39 / 16, 1.0, 2.0**66, 2.0**-27],
    "arcsinh": [0.35355339, 0.70710678, 1.0, 2.0**-28, 2.0**26, 2.0**500, 2.0**512],
    "arccosh": [1.0, 1.06066017, 1.25, 2.0, 2.0**26, 2.0**500, 2.0**512],
    "arctanh": [0.17157288, 0.1998, 0.47759225, 1 - 2.0**-53, 0.5, 2.0**-28],
    "erf": [0.75, 0.84375, 1.25, 2.857, 5.9215871960, 6.0, 2.0**-28],
    "erfc": [0.75, 3.25, 5.9215871960, 26.5, 26.543258454, 27.226017111, 27.3, 2.0**-55],
    "cbrt": [1.0, 2.0, 4.0, 8.0, 27.0, 2.0**-1022, 2.0**1023],
}
EXACT = {
    "arcsin": mpmath.asin,
    "arccos": mpmath.acos,
    "arctan": mpmath.atan,
    "arcsinh": mpmath.asinh,
    "arccosh": mpmath.acosh,
    "arctanh": mpmath.atanh,
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    # mpmath's fails on huge numbers, where it has no gmpy2
    "erfc": lambda x: mpmath.erfc(x) if x < 30 else mpmath.mpf(0),
}


def samples(name: str) -> np.ndarray:
    """Some 8,000 numbers of the function's domain, the same ones each time."""
    rng = np.random.default_rng(17)
    parts = [
        rng.uniform(-1.0, 1.0, 2500),
        rng.uniform(-30.0, 30.0, 2500),
        rng.uniform(-750.0, 750.0, 1000),
        rng.uniform(-1.2e6, 1.2e6, 700),
        10.0 ** rng.uniform(-308, 300, 700) * rng.choice([-1.0, 1.0], 700),
        1.0 + 10.0 ** rng.uniform(-16, 0, 500) * rng.choice([-1.0, 1.0], 500),
        rng.integers(1, 1 << 52, 60).view(np.float64),  # subnormal
        np.array([SMALLEST, -SMALLEST, 2.0**-1022, np.nextafter(2.0**-1022, 0), 1e300, LARGEST]),
        np.arange(1.0, 250.0) * (math.pi / 2),
    ]
    for point in POINTS[name]:
        bits = np.float64(point).view(np.int64) + np.arange(-4, 5)
        parts += [bits.view(np.float64), -bits.view(np.float64)]
    x = np.concatenate(parts)
    if name in ("arcsin", "arccos"):
        return x[np.abs(x) <= 1]
    if name == "arctanh":
        return x[np.abs(x) < 1]
    if name == "arccosh":
        x = np.abs(x)
        return x[x >= 1]
    if name == "log":
        return np.abs(x)
    if name == "log1p":
        return x[x > -1]
    return x


@pytest.mark.parametrize("name", POINTS)
def test_error_is_at_most_one_unit(name: str) -> None:
    exactly = EXACT.get(name) or getattr(mpmath, name)
    x = samples(name)
    assert x.size > 3000
    y = getattr(F, name)(cg.Variable(x)).data
    with mpmath.workprec(140):
        errors = [
            distance(value, exactly(mpmath.mpf(at)))
            for at, value in zip(x.tolist(), y.tolist(), strict=True)
        ]
    worst = int(np.argmax(errors))
    assert errors[worst] <= 1.0, f"{name}({x[worst]!r}) gave {y[worst]!r}: {errors[worst]:.3f} ULP"


def pairs() -> tuple[np.ndarray, np.ndarray]:
    """Some 9,000 points of the plane: all over it, near the axes and diagonals, and at its ends."""
    rng = np.random.default_rng(19)
    scales = 2.0 ** rng.uniform(-1070, 960, 2000)
    near = np.array([0.41421356237309503, 0.5, 1.0, 2.0, 2.414213562373095, 2.0**-54, 2.0**53])
    ratios = np.repeat(near, 200) * (1 + rng.integers(-100, 100, 1400) * 2.0**-52)
    subnormal = rng.integers(1, 1 << 52, (2, 300)).view(np.float64)
    parts = [
        rng.uniform(-1.0, 1.0, (2, 2000)),
        np.array([scales, scales * rng.uniform(0.1, 10.0, 2000)]),
        np.array([scales, scales * 2.0 ** rng.uniform(-60, 60, 2000)]),
        10.0 ** rng.uniform(-307, 307, (2, 500)),
        np.array([ratios * scales[:1400], scales[:1400]]),
        subnormal,
        np.array([subnormal[0], 2.0 ** rng.uniform(-1040, -1000, 300)]),
    ]
    a, b = np.hstack(parts)
    a, b = a[a != 0], b[a != 0]  # mpmath has no -0
    return a * rng.choice([-1.0, 1.0], a.size), b * rng.choice([-1.0, 1.0], b.size)


@pytest.mark.parametrize("name", ["arctan2", "hypot"])
def test_error_of_two_arguments_is_at_most_one_unit(name: str) -> None:
    exactly = {"arctan2": mpmath.atan2, "hypot": mpmath.hypot}[name]
    a, b = pairs()
    assert a.size > 8000
    y = getattr(F, name)(cg.Variable(a), b).data
    with mpmath.workprec(140):
        errors = [
            distance(value, exactly(mpmath.mpf(p), mpmath.mpf(q)))
            for p, q, value in zip(a.tolist(), b.tolist(), y.tolist(), strict=True)
        ]
    worst = int(np.argmax(errors))
    at = f"{name}({a[worst]!r}, {b[worst]!r})"
    assert errors[worst] <= 1.0, f"{at} gave {y[worst]!r}: {errors[worst]:.3f} ULP"


ENDS = [0.0, SMALLEST, 1.0, float(LARGEST), math.inf]


@pytest.mark.parametrize("name", ["arctan2", "hypot"])
def test_two_arguments_at_zero_one_and_the_ends(name: str) -> None:
    signed = [*ENDS, *[-x for x in ENDS], math.nan]
    points = list(itertools.product(signed, signed))
    a, b = np.array(points).T
    one_by_one = {"arctan2": math.atan2, "hypot": math.hypot}[name]
    expected = np.array([one_by_one(p, q) for p, q in points])
    y = getattr(F, name)(cg.Variable(a), b).data
    np.testing.assert_array_equal(y, expected)
    known = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(y)[known], np.signbit(expected)[known])


@pytest.mark.parametrize(
    ("name", "points", "values"),
    [
        ("arcsinh", [0.0, -0.0, math.inf, -math.inf], [0.0, -0.0, math.inf, -math.inf]),
        ("arccosh", [1.0, math.inf], [0.0, math.inf]),
        ("arctanh", [0.0, -0.0, 1.0, -1.0], [0.0, -0.0, math.inf, -math.inf]),
        ("erf", [0.0, -0.0, math.inf, -math.inf, 6.0, -1e300], [0.0, -0.0, 1.0, -1.0, 1.0, -1.0]),
        ("erfc", [0.0, -0.0, math.inf, -math.inf, 28.0, -1e300], [1.0, 1.0, 0.0, 2.0, 0.0, 2.0]),
        ("cbrt", [0.0, -0.0, math.inf, -math.inf], [0.0, -0.0, math.inf, -math.inf]),
    ],
)
def test_zeros_and_infinities(name: str, points: list[float], values: list[float]) -> None:
    y = getattr(F, name)(cg.Variable([*points, math.nan])).data
    np.testing.assert_array_equal(y, [*values, math.nan])
    np.testing.assert_array_equal(np.signbit(y[:-1]), np.signbit(values))


def test_cube_roots_of_cubes_are_exact() -> None:
    roots = np.concatenate([np.arange(1.0, 3000.0), np.arange(3001.0, 2.0**17, 97.0)])
    for scale in (1.0, 2.0**-340, 2.0**280):
        y = F.cbrt(cg.Variable((roots * scale) ** 3)).data
        np.testing.assert_array_equal(y, roots * scale)


@pytest.mark.parametrize(
    "name",
    ["sin", "tan", "sinh", "tanh", "arcsin", "arctan", "expm1", "log1p", "arcsinh", "arctanh"],
)
def test_tiny_arguments_come_back_unchanged(name: str) -> None:
    x = np.array([0.0, SMALLEST, 3 * SMALLEST, 1e-310, 2.0**-1022, 1e-200, 1e-30])
    x = np.concatenate([x, -x])
    y = getattr(F, name)(cg.Variable(x)).data
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(np.signbit(y), np.signbit(x))


@pytest.mark.parametrize(
    "name",
    ["sin", "tan", "sinh", "tanh", "arcsin", "arctan", "arcsinh", "arctanh", "erf", "cbrt"],
)
def test_odd_functions_are_odd_to_the_bit(name: str) -> None:
    x = samples(name)
    f = getattr(F, name)
    np.testing.assert_array_equal(f(cg.Variable(-x)).data, -f(cg.Variable(x)).data)


@pytest.mark.parametrize("name", ["cos", "cosh"])
def test_even_functions_are_even_to_the_bit(name: str) -> None:
    x = samples(name)
    f = getattr(F, name)
    np.testing.assert_array_equal(f(cg.Variable(-x)).data, f(cg.Variable(x)).data)


def test_sine_and_cosine_stay_in_range() -> None:
    x = np.concatenate([samples("sin"), np.arange(1, 20000) * (math.pi / 2)])
    for f in (F.sin, F.cos):
        assert np.abs(f(cg.Variable(x)).data).max() <= 1.0


@pytest.mark.parametrize("name", ["log", "arcsin", "arccos", "log1p", "arccosh", "arctanh"])
def test_nan_outside_the_domain(name: str) -> None:
    outside = {
        "log": [-1.0, -SMALLEST, -np.inf],
        "log1p": [-1.5, -np.inf],
        "arccosh": [np.nextafter(1, 0), 0.0, -0.0, -1.0, -LARGEST, -np.inf],
    }
    x = outside.get(name, [np.nextafter(1, 2), -np.nextafter(1, 2), 2.0, np.inf, -np.inf])
    assert np.isnan(getattr(F, name)(cg.Variable(x)).data).all()
