"""Derivatives of the modified Bessel functions; those of the others stand in tests/special."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

from cygrad import special
from derivatives import Exact, Slope, around

Function = Callable[..., Any]

RNG = np.random.default_rng(29)
POSITIVE = np.concatenate(
    [
        2.0 ** RNG.uniform(-1074, 0, 6),
        RNG.uniform(0.0, 2.0, 8),
        RNG.uniform(2.0, 50.0, 10),
        RNG.uniform(50.0, 700.0, 5),
        np.array([5e-324, 1e-310, 2.3e-308, 0.4, 1.6, 25.0, 698.0, 705.0]),
        np.abs(around([0.4, 25.0], 1)),
    ]
)
HUGE = np.concatenate([10.0 ** RNG.uniform(3, 300, 12), [1.1e9, 2.5e9]])


def besselk(n: float, x: mpmath.mpf) -> mpmath.mpf:
    """mpmath's, which is slow for whole n: their series (Abramowitz and Stegun 9.6.11, 9.7.2)."""
    n = abs(n)
    if x > 30:
        return series(n, 0, x, 1, 60) * mpmath.sqrt(mpmath.pi / 2) * mpmath.exp(-x)
    if n != int(n):
        return mpmath.besselk(n, x)
    z, log, harmonic = x * x / 4, -mpmath.log(x / 2) - mpmath.euler, mpmath.mpf(0)
    k0 = k1 = mpmath.mpf(0)
    term = mpmath.mpf(1)
    for k in range(16 + 5 * int(x)):
        k0 += term * (log + harmonic)
        harmonic += mpmath.mpf(1) / (k + 1)
        k1 += term / (k + 1) * (log + harmonic - mpmath.mpf(1) / (2 * k + 2))
        term *= z / (k + 1) ** 2
    ks = [k0, 1 / x - x / 2 * k1]
    for k in range(1, int(n)):
        ks.append(ks[k - 1] + 2 * k / x * ks[k])
    return ks[int(n)]


def i_slopes(n: float, m: int) -> Exact:
    def exact(x: mpmath.mpf) -> mpmath.mpf:
        terms = [mpmath.binomial(m, k) * mpmath.besseli(n - m + 2 * k, x) for k in range(m + 1)]
        return mpmath.fsum(terms) / 2**m

    return exact


def k_slopes(n: float, m: int) -> Exact:
    def exact(x: mpmath.mpf) -> mpmath.mpf:
        terms = [mpmath.binomial(m, k) * besselk(n - m + 2 * k, x) for k in range(m + 1)]
        return mpmath.fsum(terms) / (-2) ** m

    return exact


def series(n: float, m: int, x: mpmath.mpf, sign: int, count: int = 12) -> mpmath.mpf:
    """The m-th derivative of Hankel's series, over x^(1/2) for large x."""
    total, a = mpmath.mpf(0), mpmath.mpf(1)
    for k in range(count):
        total += sign**k * a * mpmath.rf(k + mpmath.mpf(1) / 2, m) / x ** (k + m)
        a *= (4 * mpmath.mpf(n) ** 2 - (2 * k + 1) ** 2) / (8 * (k + 1))
    return (-1) ** m * total / mpmath.sqrt(x)


def scaled_i_slopes(n: float, m: int) -> Exact:
    def exact(x: mpmath.mpf) -> mpmath.mpf:
        a = abs(x)
        sign = (-1) ** (int(n) + m) if x < 0 else 1
        if a > 1e6:
            return sign * series(n, m, a, -1) / mpmath.sqrt(2 * mpmath.pi)
        terms = [
            (-1) ** k * mpmath.binomial(2 * m, k) * mpmath.besseli(n + m - k, a)
            for k in range(2 * m + 1)
        ]
        return sign * mpmath.fsum(terms) * mpmath.exp(-a) / 2**m

    return exact


def scaled_k_slopes(n: float, m: int) -> Exact:
    def exact(x: mpmath.mpf) -> mpmath.mpf:
        if x > 1e6:
            return series(n, m, x, 1) * mpmath.sqrt(mpmath.pi / 2)
        terms = [
            (-1) ** k * mpmath.binomial(2 * m, k) * besselk(n + m - k, x) for k in range(2 * m + 1)
        ]
        return mpmath.fsum(terms) * mpmath.exp(x) / (-2) ** m

    return exact


def of_order(f: Function, n: float) -> Function:
    return lambda x: f(n, x)


SIGNED = np.concatenate([POSITIVE, -POSITIVE[::3]])
OVERFLOWING = np.concatenate([SIGNED, [0.0, -0.0, 709.0, 709.9, 712.0, -713.0, 750.0]])
SCALED = np.concatenate([SIGNED, HUGE, -HUGE])
VANISHING = np.concatenate([POSITIVE, [709.0, 745.0, 800.0]])

I_ROWS = {"i0": (special.i0, 0), "i1": (special.i1, 1), "iv(2, x)": (of_order(special.iv, 2), 2)}
IE_ROWS = {
    "i0e": (special.i0e, 0),
    "i1e": (special.i1e, 1),
    "ive(2, x)": (of_order(special.ive, 2), 2),
}
K_ROWS = {"k0": (special.k0, 0), "k1": (special.k1, 1), "kv(2, x)": (of_order(special.kv, 2), 2)}
KE_ROWS = {
    "k0e": (special.k0e, 0),
    "k1e": (special.k1e, 1),
    "kve(2, x)": (of_order(special.kve, 2), 2),
}

# Where the slope, and where the slope's slope changes its sign.
ZEROS = {
    "i1e": (1.5451273, 2.7814929),
    "ive(2, x)": (4.5614874, 0.69268852, 8.0574014),
}

# The slopes are Bessel functions of other orders, which are this far off between the table's points.
DENSE = {
    "i0": 5.0,
    "iv(2, x)": 5.0,
    "kv(2, x)": 5.0,
    "i1e": 9.0,
    "ive(2, x)": 9.0,
    "k0e": 5.0,
    "kve(2, x)": 5.0,
}

ROWS = [
    *(
        Slope(name, f, i_slopes(n, 1), i_slopes(n, 2), OVERFLOWING, dense=DENSE.get(name, 0.0))
        for name, (f, n) in I_ROWS.items()
    ),
    *(
        Slope(name, f, k_slopes(n, 1), k_slopes(n, 2), VANISHING, dense=DENSE.get(name, 0.0))
        for name, (f, n) in K_ROWS.items()
    ),
    *(
        Slope(
            name,
            f,
            scaled_i_slopes(n, 1),
            scaled_i_slopes(n, 2),
            SCALED,
            zeros=tuple(s * zero for zero in ZEROS.get(name, ()) for s in (1, -1)),
            # (2 - x u) exp(-x u) changes its sign in the sum, and cancels up to fourfold.
            ulps=8.0 if n == 2 else 4.0,
            dense=DENSE.get(name, 0.0),
            near=0.2,
        )
        for name, (f, n) in IE_ROWS.items()
    ),
    *(
        Slope(
            name,
            f,
            scaled_k_slopes(n, 1),
            scaled_k_slopes(n, 2),
            np.append(POSITIVE, HUGE),
            dense=DENSE.get(name, 0.0),
        )
        for name, (f, n) in KE_ROWS.items()
    ),
    # Of other orders the values are scipy's, up to 7 ULP off.
    Slope(
        "iv(1.7, x)",
        of_order(special.iv, 1.7),
        i_slopes(1.7, 1),
        i_slopes(1.7, 2),
        VANISHING,
        ulps=16,
    ),
    Slope(
        "kv(2.5, x)",
        of_order(special.kv, 2.5),
        k_slopes(2.5, 1),
        k_slopes(2.5, 2),
        VANISHING,
        ulps=16,
    ),
]
