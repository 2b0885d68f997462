"""Derivatives of the Bessel functions J and Y.

Their values are scipy's, some ULP off, and off in absolute terms at their zeros, of which each
derivative has as many: the numbers tried are those where the derivatives are no smaller than a fifth
of the functions' amplitude, and the bounds say how far scipy's values are off there.
"""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from cygrad import special
from derivatives import Exact, Slope

pytest.importorskip("scipy.special")

RNG = np.random.default_rng(67)
POSITIVE = np.concatenate(
    [10.0 ** RNG.uniform(-12, 0, 20), RNG.uniform(0.0, 30.0, 80), RNG.uniform(30.0, 100.0, 20)]
)

Cylinder = Callable[[mpmath.mpf, mpmath.mpf], mpmath.mpf]


def slopes(f: Cylinder, n: float, order: int) -> Exact:
    def exact(x: mpmath.mpf) -> mpmath.mpf:
        terms = [
            (-1) ** k * mpmath.binomial(order, k) * f(mpmath.mpf(n) - order + 2 * k, x)
            for k in range(order + 1)
        ]
        return mpmath.fsum(terms) / 2**order

    return exact


def large(f: Exact) -> np.ndarray:
    """The numbers where f is not near one of its zeros."""
    with mpmath.workdps(30):
        sizes = np.array([abs(float(f(mpmath.mpf(x)))) for x in POSITIVE.tolist()])
    return POSITIVE[(sizes > 0.2 * np.sqrt(2 / (np.pi * POSITIVE))) | (POSITIVE < 0.5)]


def rows(
    name: str, call: Callable[..., Any], f: Cylinder, n: float, ulps: float = 32.0
) -> list[Slope]:
    first, second = slopes(f, n, 1), slopes(f, n, 2)
    return [
        Slope(
            f"{name} first", call, first, None, large(first), ulps=ulps, dense=2 * ulps, digits=40
        ),
        Slope(f"{name} second", call, None, second, large(second), digits=40),
    ]


ROWS = [
    *rows("j0", special.j0, mpmath.besselj, 0),
    *rows("j1", special.j1, mpmath.besselj, 1),
    *rows("jn(2, x)", lambda x: special.jn(2, x), mpmath.besselj, 2),
    *rows("jv(2.5, x)", lambda x: special.jv(2.5, x), mpmath.besselj, 2.5, ulps=256.0),
    *rows("y0", special.y0, mpmath.bessely, 0),
    *rows("y1", special.y1, mpmath.bessely, 1),
    *rows("yn(2, x)", lambda x: special.yn(2, x), mpmath.bessely, 2),
    *rows("yv(2.5, x)", lambda x: special.yv(2.5, x), mpmath.bessely, 2.5),
]
