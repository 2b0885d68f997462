"""gamma, gammaln, digamma, trigamma and polygamma against mpmath, on all of float64."""

import math
import os
import subprocess
import sys

import mpmath
import numpy as np
import pytest

import cygrad as cg
from cygrad import special
from ulp import SMALLEST, distance

ZERO = 1.4616321449683623  # of digamma
# Where a core begins or ends, and zeros of the functions.
POINTS = [0.5, 1.0, ZERO, 1.75, 2.0, 2.5, 3.0, 10.0, 170.0, 2.0**-60, 2.0**-1022, 2.0**51]


def trigamma(x: object) -> cg.Variable:
    return special.polygamma(1, x)


FUNCTIONS = {
    "gamma": special.gamma,
    "gammaln": special.gammaln,
    "digamma": special.digamma,
    "trigamma": trigamma,
}


def log_gamma(x: mpmath.mpf) -> mpmath.mpf:
    if x > 0:
        return mpmath.loggamma(x)
    return mpmath.log(mpmath.pi / abs(x * mpmath.sinpi(x))) - mpmath.loggamma(-x)


def exact_trigamma(x: mpmath.mpf) -> mpmath.mpf:
    if x > 0:
        return mpmath.psi(1, x)
    return (mpmath.pi / mpmath.sinpi(x)) ** 2 - mpmath.psi(1, 1 - x)


EXACT = {
    "gamma": mpmath.gamma,
    "gammaln": log_gamma,
    "digamma": mpmath.digamma,
    "trigamma": exact_trigamma,
}


def near(point: float, count: int = 12) -> np.ndarray:
    return (np.float64(point).view(np.int64) + np.arange(-count, count + 1)).view(np.float64)


def positive() -> np.ndarray:
    rng = np.random.default_rng(29)
    tiny = 10.0 ** rng.uniform(-16, -1, 120) * rng.choice([-1.0, 1.0], 120)
    parts = [
        rng.uniform(0.0, 3.0, 500),
        rng.uniform(1.9, 12.0, 300),
        rng.uniform(0.0, 171.0, 300),
        10.0 ** rng.uniform(-307, 305, 300),
        np.concatenate([1.0 + tiny, 2.0 + tiny, ZERO + tiny]),
        *[near(point) for point in POINTS],
        np.array([SMALLEST, 1e-320, 1e-310, 2.0**-1024, 1e300, 2.5563481638716906e305]),
    ]
    return np.concatenate(parts)


def negative() -> np.ndarray:
    rng = np.random.default_rng(31)
    gap = 10.0 ** rng.uniform(-14, -1, 300) * rng.choice([-1.0, 1.0], 300)
    parts = [
        -rng.uniform(0.0, 3.0, 400),
        -rng.uniform(0.0, 40.0, 400),
        -rng.uniform(0.0, 180.0, 300),
        -(10.0 ** rng.uniform(-307, 9, 300)),
        -rng.integers(1, 60, 300) + gap,
    ]
    x = np.concatenate(parts)
    return x[(x < 0) & (x != np.round(x))]


def worst_error(name: str, x: np.ndarray, leave_out: float = 0.0) -> tuple[float, float]:
    """The largest error in ULP where the result is not below `leave_out`, and where it is."""
    y = FUNCTIONS[name](x).data
    errors = []
    with mpmath.workdps(60):
        for at, value in zip(x.tolist(), y.tolist(), strict=True):
            if (name == "gamma" and abs(at) < 2.0**-1024) or (
                name == "trigamma" and abs(at) < 1e-154
            ):
                assert value == math.copysign(math.inf, at if name == "gamma" else 1.0)
            else:
                exact = EXACT[name](mpmath.mpf(at))
                errors.append((distance(value, exact) if abs(exact) >= leave_out else 0.0, at))
    return max(errors)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_error_is_at_most_two_units(name: str) -> None:
    x = positive()
    if name == "gamma":
        x = x[x < 172.0]
    error, at = worst_error(name, x)
    assert error <= (1.0 if name == "gamma" else 2.0), f"{name}({at!r}): {error:.3f} ULP"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_error_of_negative_numbers_is_at_most_two_units(name: str) -> None:
    x = negative()
    if name == "gamma":
        x = x[x > -170.0]
    # near the zeros, of which there are two between any negative integers, some digits are lost
    error, at = worst_error(name, x, leave_out=1e-3 if name in ("gammaln", "digamma") else 0.0)
    assert error <= 2.0, f"{name}({at!r}): {error:.3f} ULP"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_element_has_the_same_bits_at_every_place(name: str) -> None:
    x = np.concatenate([positive(), negative(), [0.0, -0.0, np.inf, -np.inf, np.nan, -1.0, -7.0]])
    np.random.default_rng(5).shuffle(x)
    whole = FUNCTIONS[name](x).data
    one_by_one = np.array([FUNCTIONS[name](at).item() for at in x])
    np.testing.assert_array_equal(whole, one_by_one)
    order = np.argsort(x)
    np.testing.assert_array_equal(FUNCTIONS[name](x[order]).data, whole[order])
    np.testing.assert_array_equal(FUNCTIONS[name](x[:1000][::-3]).data, whole[:1000][::-3])


def test_factorials_are_exact() -> None:
    n = np.arange(1, 24)
    expected = [float(math.factorial(k - 1)) for k in n.tolist()]
    np.testing.assert_array_equal(special.gamma(n).data, expected)
    assert special.gammaln([1.0, 2.0]).data.tolist() == [0.0, 0.0]


AT = [0.0, -0.0, math.inf, -math.inf, -1.0, -2.0, -(2.0**60), 5e-324, -5e-324, 171.7, 1e308]
INF, NAN = math.inf, math.nan
EDGES = {
    "gamma": [INF, -INF, INF, NAN, NAN, NAN, NAN, INF, -INF, INF, INF],
    "gammaln": [
        INF,
        INF,
        INF,
        -INF,
        INF,
        INF,
        INF,
        744.4400719213812,
        744.4400719213812,
        None,
        INF,
    ],
    "loggamma": [INF, INF, INF, NAN, NAN, NAN, NAN, 744.4400719213812, NAN, None, INF],
    "digamma": [-INF, INF, INF, NAN, NAN, NAN, NAN, -INF, INF, None, None],
    "trigamma": [INF, INF, 0.0, INF, INF, INF, INF, INF, INF, None, 1e-308],
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str) -> None:
    f = FUNCTIONS.get(name, special.loggamma)
    y = f([*AT, math.nan]).data
    assert math.isnan(y[-1])
    for at, value, right in zip(AT, y.tolist(), EDGES[name], strict=False):
        if right is not None:
            np.testing.assert_array_equal(value, right, err_msg=f"{name}({at!r})")


def test_gamma_where_it_underflows() -> None:
    x = np.array([-170.5, -176.25, -177.75, -180.5, -183.5, -184.5, -200.5, -201.5])
    y = special.gamma(x).data
    with mpmath.workdps(40):
        right = np.array([float(mpmath.gamma(mpmath.mpf(at))) for at in x.tolist()])
    np.testing.assert_allclose(y, right, rtol=4e-16, atol=5e-324)
    np.testing.assert_array_equal(
        np.signbit(y), [True, True, False, True, False, True, True, False]
    )


@pytest.mark.parametrize("n", [2, 3, 4, 7, 16, 17, 30, 100, 169, 170, 200, 1000])
def test_polygamma(n: int) -> None:
    rng = np.random.default_rng(37)
    x = np.concatenate(
        [
            rng.uniform(0.05, 3.0, 25),
            rng.uniform(1.0, 30.0, 25),
            10.0 ** rng.uniform(0, 6, 15),
            -rng.uniform(0.05, 6.0, 25),
            [1e-3, 1.0, 200.0, 1e12],
        ]
    )
    y = special.polygamma(n, x).data
    with mpmath.workdps(100):
        for at, value in zip(x.tolist(), y.tolist(), strict=True):
            exact = exact_polygamma(n, mpmath.mpf(at))
            size = abs(exact)
            if at < 0:  # where two large terms nearly cancel, these count
                size += mpmath.factorial(n) * abs(mpmath.mpf(at) - round(at)) ** -(n + 1) * 1e-2
            if abs(exact) > 1.7e308:
                assert value == math.copysign(math.inf, exact), (n, at)
            elif abs(exact) > 1e-307:
                assert abs(value - exact) <= 1e-14 * size, (n, at, value, exact)


def exact_polygamma(n: int, x: mpmath.mpf) -> mpmath.mpf:
    total = mpmath.mpf(0)
    while x < 0:
        total -= (-1) ** n * mpmath.factorial(n) * x ** -(n + 1)
        x += 1
    return total + mpmath.psi(n, x)


def test_polygamma_of_orders() -> None:
    x = np.array([0.5, 2.0, 7.5])
    y = special.polygamma([[0], [1], [2], [5]], x).data
    for row, n in zip(y, (0, 1, 2, 5), strict=True):
        np.testing.assert_array_equal(row, special.polygamma(n, x).data)
    np.testing.assert_array_equal(y[0], special.digamma(x).data)
    for n in (-1, 0.5, 2.5, math.inf, math.nan):
        assert math.isnan(special.polygamma(n, 2.0).item())
    assert special.polygamma(2, [0.0, -0.0, -3.0, math.inf, -1e300]).data.tolist() == [
        -INF,
        -INF,
        -INF,
        0.0,
        -INF,
    ]
    assert special.polygamma(150, 1e-3).item() == -INF


BITS = """
import numpy as np, sys
from cygrad import special
rng = np.random.default_rng(41)
x = np.concatenate([rng.uniform(-30, 30, 3000), rng.uniform(0, 3, 1000),
                    10.0 ** rng.uniform(-300, 300, 1000)])
y = [special.gamma(x), special.gammaln(x), special.digamma(x), special.polygamma(1, x),
     special.polygamma(2, x[:500]), special.polygamma(40, x[:500])]
sys.stdout.buffer.write(b"".join(v.data.tobytes() for v in y))
"""


def test_every_instruction_set_gives_the_same_bits() -> None:
    results = set()
    for isa in ("baseline", "avx2", "avx512"):
        done = subprocess.run(
            [sys.executable, "-P", "-c", BITS],
            env={**os.environ, "CYGRAD_ISA": isa, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=False,
        )
        if done.returncode and b"no '" + isa.encode() in done.stderr:
            continue
        assert done.returncode == 0, done.stderr.decode()
        results.add(done.stdout)
    assert len(results) == 1
