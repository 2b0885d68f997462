"""Derivatives of the gamma function and its kin."""

import mpmath
import numpy as np

from cygrad import special
from derivatives import Slope, around

RNG = np.random.default_rng(43)
ZERO = 1.4616321449683623  # of digamma, and of gamma'
POSITIVE = np.concatenate(
    [
        RNG.uniform(0.0, 3.0, 120),
        RNG.uniform(2.0, 40.0, 60),
        10.0 ** RNG.uniform(-300, 300, 60),
        np.abs(around([0.5, 1.0, ZERO, 2.0, 2.5, 2.0**-1022, 1e300])),
    ]
)
BETWEEN = POSITIVE[(POSITIVE > 1e-100) & (POSITIVE < 30.0)]
NEGATIVE = -RNG.uniform(0.01, 30.0, 120)
NEGATIVE = NEGATIVE[np.abs(NEGATIVE - np.round(NEGATIVE)) > 1e-3]
REAL = np.concatenate([POSITIVE, NEGATIVE])
IN_RANGE = REAL[(np.abs(REAL) > 1e-100) & (np.abs(REAL) < 140.0)]


def zeros(f: object, first: int, last: int) -> tuple[float, ...]:
    """The zero of a function with poles at the negative integers, between each two of them."""
    return tuple(
        float(mpmath.findroot(f, (-n + 1e-6, -n + 1 - 1e-6), solver="bisect", verify=False))
        for n in range(first, last)
    )


def trigamma(x: mpmath.mpf) -> mpmath.mpf:
    """mpmath's, and by reflection for negative x."""
    if x > 0:
        return mpmath.psi(1, x)
    return (mpmath.pi / mpmath.sinpi(x)) ** 2 - mpmath.psi(1, 1 - x)


def tetragamma(x: mpmath.mpf) -> mpmath.mpf:
    if x > 0:
        return mpmath.psi(2, x)
    cot, sin = mpmath.cospi(x) / mpmath.sinpi(x), mpmath.sinpi(x)
    return mpmath.psi(2, 1 - x) - 2 * mpmath.pi**3 * cot / sin**2


def pentagamma(x: mpmath.mpf) -> mpmath.mpf:
    if x > 0:
        return mpmath.psi(3, x)
    sin = mpmath.sinpi(x) ** 2
    return mpmath.pi**4 * (6 / sin**2 - 4 / sin) - mpmath.psi(3, 1 - x)


def gamma_slope(x: mpmath.mpf) -> mpmath.mpf:
    return mpmath.gamma(x) * mpmath.digamma(x)


def gamma_bend(x: mpmath.mpf) -> mpmath.mpf:
    return mpmath.gamma(x) * (mpmath.digamma(x) ** 2 + trigamma(x))


def beta_slope(b: float, x: mpmath.mpf) -> mpmath.mpf:
    return mpmath.beta(x, b) * (mpmath.digamma(x) - mpmath.digamma(x + b))


def beta_bend(b: float, x: mpmath.mpf) -> mpmath.mpf:
    gap = mpmath.digamma(x) - mpmath.digamma(x + b)
    return mpmath.beta(x, b) * (gap**2 + trigamma(x) - trigamma(x + b))


def beta_row(b: float) -> Slope:
    return Slope(
        f"beta(a, {b})",
        lambda a: special.beta(a, b),
        lambda a: beta_slope(mpmath.mpf(b), a),
        lambda a: beta_bend(mpmath.mpf(b), a),
        BETWEEN,
        value=lambda a: mpmath.beta(a, b),  # the exponential of betaln
        own=1e3,
    )


def multi(order: int, at: mpmath.mpf) -> mpmath.mpf:
    return mpmath.fsum(mpmath.psi(order, at - mpmath.mpf(j) / 2) for j in range(3))


DIGAMMA_ZEROS = zeros(mpmath.digamma, 1, 31)

ROWS = [
    Slope("gammaln", special.gammaln, mpmath.digamma, trigamma, REAL, zeros=DIGAMMA_ZEROS),
    Slope("loggamma", special.loggamma, mpmath.digamma, trigamma, POSITIVE),
    # The second derivative has a zero between each two negative integers.
    Slope("digamma", special.digamma, trigamma, tetragamma, POSITIVE),
    Slope("digamma of negative numbers", special.digamma, trigamma, tetragamma, NEGATIVE,
          zeros=zeros(tetragamma, 1, 31), near=1e-2),
    # polygamma(2, x) is computed to 1e-14, as is its derivative
    Slope("polygamma(1)", lambda x: special.polygamma(1, x), tetragamma, pentagamma, POSITIVE, ulps=64.0),
    Slope("polygamma(2)", lambda x: special.polygamma(2, x), pentagamma,
          lambda x: mpmath.psi(4, x), POSITIVE, ulps=64.0),
    Slope("gamma", special.gamma, gamma_slope, gamma_bend, IN_RANGE, zeros=DIGAMMA_ZEROS),
    Slope("psi", special.psi, trigamma, tetragamma, POSITIVE),
    beta_row(4.0),
    beta_row(0.3),
    beta_row(1e9),
    # A sum of three, of which one is negative below 2.46.
    Slope("multigammaln(a, 3)", lambda a: special.multigammaln(a, 3),
          lambda a: multi(0, a), lambda a: multi(1, a), POSITIVE[POSITIVE > 1.01],
          zeros=(2.2377,), near=0.3),
]  # fmt: skip
