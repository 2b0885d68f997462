"""Derivatives of powers and roots: pow in each of its forms, square, sqrt, cbrt, hypot, reciprocal."""

from collections.abc import Callable

import mpmath
import numpy as np

import cygrad.functions as F
from derivatives import Exact, Slope, around, line

RNG = np.random.default_rng(47)
EVERYWHERE = np.concatenate([line(RNG, 40), around([1.0, 20.0, 1e-300, 1e300])])
POSITIVE = np.abs(EVERYWHERE)[EVERYWHERE != 0]


def near_overflow(exponent: float) -> np.ndarray:
    """Numbers whose power is close to the largest and to the smallest double."""
    logs = np.concatenate([RNG.uniform(650, 760, 25), RNG.uniform(-800, -650, 25)]) / exponent
    return np.exp(logs[np.abs(logs) < 709])


def power(c: float) -> Slope:
    at = np.concatenate([EVERYWHERE if c == int(c) else POSITIVE, near_overflow(c)])
    return Slope(
        f"x ** {c:g}",
        lambda x: x**c,
        lambda x: c * x ** (mpmath.mpf(c) - 1),
        lambda x: mpmath.mpf(c) * (mpmath.mpf(c) - 1) * x ** (mpmath.mpf(c) - 2),
        at,
    )


def by_base(c: float) -> Slope:
    """The same, where the exponent is an array."""
    row = power(c)
    return Slope(
        f"pow(x, [{c:g}])", lambda x: F.pow(x, np.full(x.shape, c)), row.first, row.second, row.at
    )


def by_exponent(base: float, call: Callable[..., object], name: str) -> Slope:
    def log() -> mpmath.mpf:
        return mpmath.log(mpmath.mpf(base))

    first: Exact = lambda x: mpmath.mpf(base) ** x * log()
    second: Exact = lambda x: mpmath.mpf(base) ** x * log() ** 2
    at = RNG.uniform(-1.0, 1.0, 150) * 760 / abs(float(np.log(base)))
    return Slope(name, call, first, second, np.concatenate([at, around([0.0, 1.0, 1e-300])]))


ROWS = [
    *[power(c) for c in (2, 3, 4, 5, 7, -1, -2, -3, 0.5, 1.5, 2.5, 1 / 3, -0.3, 1e-9, 33.7)],
    *[by_base(c) for c in (1.0 + 2**-40, 2.0, 2.7, -1.3, 0.1)],
    *[by_exponent(c, lambda x, c=c: c**x, f"{c:g} ** x") for c in (2.0, 0.3, 10.0, 1e300, 1.0001)],
    *[
        by_exponent(c, lambda x, c=c: F.pow(np.full(x.shape, c), x), f"pow([{c:g}], x)")
        for c in (1.7, 1e-9)
    ],
    Slope("square", F.square, lambda x: 2 * x, lambda _: mpmath.mpf(2), EVERYWHERE),
    Slope(
        "sqrt",
        F.sqrt,
        lambda x: 1 / (2 * mpmath.sqrt(x)),
        lambda x: -1 / (4 * x * mpmath.sqrt(x)),
        POSITIVE,
    ),
    Slope(
        "cbrt",
        F.cbrt,
        lambda x: mpmath.cbrt(abs(x)) ** -2 / 3,
        lambda x: -2 * mpmath.sign(x) * mpmath.cbrt(abs(x)) ** -5 / 9,
        EVERYWHERE[EVERYWHERE != 0],
    ),
    Slope(
        "reciprocal",
        F.reciprocal,
        lambda x: -1 / x**2,
        lambda x: 2 / x**3,
        EVERYWHERE[EVERYWHERE != 0],
    ),
    *[
        Slope(
            f"hypot(x, {b:g})",
            lambda x, b=b: F.hypot(x, b),
            lambda x, b=b: x / mpmath.hypot(x, b),
            lambda x, b=b: mpmath.mpf(b) ** 2 / mpmath.hypot(x, b) ** 3,
            EVERYWHERE,
        )
        for b in (3.0, 1e-200, -1e300, 1e-300)
    ],
]
