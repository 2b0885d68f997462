"""Errors in units in the last place: the gap between the floating-point numbers around the exact
result, as large as 2^-1074 among the subnormals.
"""

import math

import mpmath
import numpy as np

SMALLEST = 5e-324
LARGEST = float(np.finfo(np.float64).max)


def distance(value: float, exact: mpmath.mpf) -> float:
    """|value - exact| in units in the last place of exact."""
    magnitude = abs(exact)
    if magnitude >= mpmath.ldexp(1, 1024):  # half a unit beyond the largest number
        return 0.0 if value == math.copysign(math.inf, exact) else math.inf
    if not math.isfinite(value):
        past_largest = magnitude - LARGEST
        return 1.0 if past_largest > 0 else math.inf
    exponent = mpmath.frexp(magnitude)[1] if magnitude else -1100
    unit = mpmath.ldexp(1, max(exponent - 53, -1074))
    return float(abs(mpmath.mpf(value) - exact) / unit)
