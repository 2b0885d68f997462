"""Derivatives of the incomplete gamma and beta functions, by x and by a parameter."""

from typing import Any

import mpmath
import numpy as np
import pytest

from cygrad import special
from derivatives import Exact, Slope

pytest.importorskip("scipy.special")

RNG = np.random.default_rng(31)
POSITIVE = 10.0 ** RNG.uniform(-12, 2.7, 60)
UNIT = np.concatenate([10.0 ** RNG.uniform(-12, 0, 30), 1.0 - 10.0 ** RNG.uniform(-12, 0, 30)])
AROUND = 1e6 * (1.0 + 1e-3 * RNG.uniform(-30, 30, 40))


def gamma_density(shape: float) -> Exact:
    a = mpmath.mpf(shape)  # a - 1 is exact
    return lambda x: mpmath.exp((a - 1) * mpmath.log(x) - x - mpmath.loggamma(a))


def gamma_rows(a: float, at: np.ndarray, **more: Any) -> list[Slope]:
    f = gamma_density(a)

    def bent(x: mpmath.mpf) -> mpmath.mpf:
        return f(x) * ((mpmath.mpf(a) - 1 - x) / x)

    return [
        Slope(f"gammainc({a}, x)", lambda x: special.gammainc(a, x), f, bent, at, **more),
        Slope(
            f"gammaincc({a}, x)",
            lambda x: special.gammaincc(a, x),
            lambda x: -f(x),
            lambda x: -bent(x),
            at,
            **more,
        ),
    ]


def beta_row(a: float, b: float, at: np.ndarray, **more: Any) -> Slope:
    exact_a, exact_b = mpmath.mpf(a), mpmath.mpf(b)

    def f(x: mpmath.mpf) -> mpmath.mpf:
        return x ** (exact_a - 1) * (1 - x) ** (exact_b - 1) / mpmath.beta(exact_a, exact_b)

    return Slope(
        f"betainc({a}, {b}, x)",
        lambda x: special.betainc(a, b, x),
        f,
        lambda x: f(x) * ((exact_a - 1) / x - (exact_b - 1) / (1 - x)),
        at,
        **more,
    )


def by_parameter(name: str, call: Any, exact: Any, at: np.ndarray, **more: Any) -> Slope:
    def derivative(order: int) -> Exact:
        step = mpmath.mpf(10) ** -25
        return lambda a: mpmath.diff(exact, a, order, h=step * a)

    return Slope(name, call, derivative(1), derivative(2), at, digits=90, **more)


def power_series(a: mpmath.mpf, x: float) -> mpmath.mpf:
    return mpmath.gammainc(a, 0, x, regularized=True)


PARAMETERS = 10.0 ** RNG.uniform(-3, 2, 25)

ROWS = [
    *gamma_rows(2.5, POSITIVE, ulps=5.0),  # a power, an exponential and 1 / gamma(a)
    *gamma_rows(0.3, POSITIVE, ulps=5.0),
    # The exponent is up to 700, and its rounding is not all of the error.
    *gamma_rows(1e6, AROUND, ulps=10.0),
    beta_row(2.5, 0.4, UNIT, ulps=5.0),
    beta_row(7.0, 300.0, UNIT, ulps=10.0),
    by_parameter(
        "gammainc(a, 3)",
        lambda a: special.gammainc(a, 3.0),
        lambda a: power_series(a, 3.0),
        PARAMETERS,
        ulps=8.0,  # a sum over a quadrature rule times the density
    ),
    by_parameter(
        "gammaincc(a, 0.4)",
        lambda a: special.gammaincc(a, 0.4),
        lambda a: -power_series(a, 0.4),
        PARAMETERS,
        ulps=8.0,
        rtol=1e-12,  # near its zero
    ),
    by_parameter(
        "betainc(a, 2, 0.7)",
        lambda a: special.betainc(a, 2.0, 0.7),
        lambda a: mpmath.betainc(a, 2, 0, 0.7, regularized=True),
        PARAMETERS,
        ulps=8.0,
    ),
    by_parameter(
        "betainc(3, b, 0.6)",
        lambda b: special.betainc(3.0, b, 0.6),
        lambda b: mpmath.betainc(3, b, 0, 0.6, regularized=True),
        PARAMETERS,
        ulps=8.0,
    ),
]
