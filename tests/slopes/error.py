"""Derivatives of the error function's family and of the normal distribution's."""

import mpmath as mp
import numpy as np

from cygrad import special
from cygrad.functions import gaussian
from derivatives import Slope, around, line

RNG = np.random.default_rng(29)
EVERYWHERE = np.concatenate([line(RNG, 50), around([0.0, 1.0, 26.5, 27.0, 37.5, 38.0, 1e200])])
LEFT = -(2.0 ** RNG.uniform(-60, 1000, 60))
NORMAL = np.concatenate([EVERYWHERE, LEFT, RNG.uniform(-5, 5, 100), around([37.0, 1e8, 1e150], 2)])
SCALED = np.concatenate(
    [RNG.uniform(-26, 60, 200), RNG.uniform(-1, 1, 60), 2.0 ** RNG.uniform(0, 90, 60)]
)
TINY = 2.0 ** RNG.uniform(-1074, -1, 100)
UPPER = 1.0 - 2.0 ** RNG.uniform(-53, -1, 60)
CENTRAL = RNG.choice([-1.0, 1.0], 60) * 2.0 ** RNG.uniform(-53, -1, 60)
UNIT = np.concatenate([RNG.uniform(0, 1, 100), TINY, UPPER, 0.5 + 0.5 * CENTRAL])
UNIT = UNIT[(UNIT > 0) & (UNIT < 1)]
SIGNED = np.concatenate([RNG.uniform(-1, 1, 100), UPPER, -UPPER, CENTRAL])
TWICE = np.concatenate([RNG.uniform(0, 2, 100), TINY, 2.0 - TINY[TINY > 1e-15], 1.0 + CENTRAL])


def bell(x: mp.mpf, a: float) -> mp.mpf:
    return mp.exp(-a * x * x)


def integral(n: int, x: mp.mpf) -> mp.mpf:
    """exp(x^2) times erfc integrated n times (DLMF 7.18)."""
    if x > 60:
        total, term, m = mp.mpf(0), mp.mpf(1), 0
        while abs(term) > mp.eps:
            total += term
            m += 1
            term *= -mp.mpf(2 * m + n - 1) * (2 * m + n) / (m * (2 * x) ** 2)
        return 2 / mp.sqrt(mp.pi) * total / (2 * x) ** (n + 1)
    with mp.workdps(90):
        before, value = 2 / mp.sqrt(mp.pi), mp.erfc(x) * mp.exp(x * x)
        for k in range(1, n + 1):
            before, value = value, (before - 2 * x * value) / (2 * k)
        return value


def density(x: mp.mpf) -> mp.mpf:
    return bell(x, 0.5) / mp.sqrt(2 * mp.pi) if abs(x) < 1e4 else mp.mpf(0)


def mills(x: mp.mpf) -> mp.mpf:
    return density(x) if x > 60 else mp.sqrt(2 / mp.pi) / integral(0, -x / mp.sqrt(2))


def mills_slope(x: mp.mpf) -> mp.mpf:
    if x > 0:
        return -mills(x) * (x + mills(x))
    z = -x / mp.sqrt(2)
    e0, e1, e2 = (integral(n, z) for n in range(3))
    return 4 * e2 / e0 - 2 * (e1 / e0) ** 2 - 1


def erfcinv(x: mp.mpf) -> mp.mpf:
    """By Newton's method on log(erfc)."""
    if x > 1:
        return -erfcinv(2 - x)
    y = mp.sqrt(-mp.log(x)) if x < 0.5 else (1 - x) * mp.sqrt(mp.pi) / 2
    target = mp.log(x)
    for _ in range(60):
        e = integral(0, y)
        step = (mp.log(e) - y * y - target) * e * mp.sqrt(mp.pi) / 2
        y += step
        if abs(step) <= abs(y) * mp.mpf(10) ** -40:
            break
    return y


def erfcinv_slope(x: mp.mpf) -> mp.mpf:
    return -mp.sqrt(mp.pi) / 2 * mp.exp(erfcinv(x) ** 2)


def erfcinv_bend(x: mp.mpf) -> mp.mpf:
    return 2 * erfcinv(x) * erfcinv_slope(x) ** 2


ROWS = [
    Slope(
        "exp_minus_square",
        gaussian.exp_minus_square,
        lambda x: -2 * x * bell(x, 1),
        lambda x: (4 * x * x - 2) * bell(x, 1),
        EVERYWHERE,
        zeros=(np.sqrt(0.5), -np.sqrt(0.5)),
        near=0.02,
    ),
    Slope(
        "exp_minus_half_square",
        gaussian.exp_minus_half_square,
        lambda x: -x * bell(x, 0.5),
        lambda x: (x * x - 1) * bell(x, 0.5),
        EVERYWHERE,
        zeros=(1.0, -1.0),
        near=0.02,
    ),
    Slope(
        "erfcx",
        special.erfcx,
        lambda x: -2 * integral(1, x),
        lambda x: 8 * integral(2, x),
        SCALED,
    ),
    Slope("ndtr", special.ndtr, density, lambda x: -x * density(x), NORMAL),
    Slope("log_ndtr", special.log_ndtr, mills, mills_slope, NORMAL),
    Slope(
        "erfinv",
        special.erfinv,
        lambda x: -erfcinv_slope(1 - x),
        lambda x: 2 * erfcinv(1 - x) * erfcinv_slope(1 - x) ** 2,
        SIGNED,
    ),
    Slope("erfcinv", special.erfcinv, erfcinv_slope, erfcinv_bend, TWICE),
    Slope(
        "ndtri",
        special.ndtri,
        lambda p: -2 * mp.sqrt(2) * erfcinv_slope(2 * p),
        lambda p: -4 * mp.sqrt(2) * erfcinv_bend(2 * p),
        UNIT,
    ),
    Slope(
        "exp1",
        special.exp1,
        lambda x: -mp.exp(-x) / x,
        lambda x: mp.exp(-x) * (x + 1) / x**2,
        np.concatenate([RNG.uniform(0, 740, 100), 2.0 ** RNG.uniform(-1000, 3, 100)]),
    ),
    Slope(
        "expi",
        special.expi,
        lambda x: mp.exp(x) / x,
        lambda x: mp.exp(x) * (x - 1) / x**2,
        np.concatenate([EVERYWHERE[EVERYWHERE != 0], RNG.uniform(700, 717, 60)]),
    ),
]
