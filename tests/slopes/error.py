"""Derivatives of the error function's family."""

import mpmath
import numpy as np

from cygrad.functions import gaussian
from derivatives import Slope, around, line

RNG = np.random.default_rng(29)
EVERYWHERE = np.concatenate([line(RNG, 50), around([0.0, 1.0, 26.5, 27.0, 37.5, 38.0, 1e200])])


def bell(x: mpmath.mpf, a: mpmath.mpf) -> mpmath.mpf:
    return mpmath.exp(-a * x * x)


ROWS = [
    Slope(
        "exp_minus_square",
        gaussian.exp_minus_square,
        lambda x: -2 * x * bell(x, mpmath.mpf(1)),
        lambda x: (4 * x * x - 2) * bell(x, mpmath.mpf(1)),
        EVERYWHERE,
        zeros=(np.sqrt(0.5), -np.sqrt(0.5)),
        near=0.02,
    ),
    Slope(
        "exp_minus_half_square",
        gaussian.exp_minus_half_square,
        lambda x: -x * bell(x, mpmath.mpf(0.5)),
        lambda x: (x * x - 1) * bell(x, mpmath.mpf(0.5)),
        EVERYWHERE,
        zeros=(1.0, -1.0),
        near=0.02,
    ),
]
