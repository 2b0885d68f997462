"""What the quantile functions (ppf) share, and operations of the distributions that need their own.

A q out of [0, 1] and a parameter out of its range give nan, and so are the slopes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.operation import SpecialFunction
from cygrad.stats.standard import positive

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

_Array: TypeAlias = NDArray[np.float64]


def placed(z: Variable, loc: _ArrayLike, scale: _ArrayLike) -> Variable:
    """loc + scale z."""
    return F.add(z * positive(scale), loc)


def _cauchy_cdf(z: _Array) -> Any:
    return np.arctan2(1.0, -z) / math.pi


def _cauchy_ppf(q: _Array) -> Any:
    """tan(pi (q - 1/2)), by the cotangent of what is left or right of q near the ends."""
    with np.errstate(divide="ignore", invalid="ignore"):
        near = np.where(q < 0.25, -1.0 / np.tan(math.pi * q), 1.0 / np.tan(math.pi * (1.0 - q)))
        middle = np.tan(math.pi * (q - 0.5))
        return np.where(np.abs(q - 0.5) > 0.25, near, middle)


def _laplace_cdf(z: _Array) -> Any:
    half = 0.5 * np.exp(-np.abs(z))
    return np.where(z > 0.0, 1.0 - half, half)


def _laplace_ppf(q: _Array) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(q > 0.5, -np.log(2.0 * (1.0 - q)), np.log(2.0 * q))


cauchy_cdf = SpecialFunction(
    "cauchy.cdf", _cauchy_cdf, lambda p, z: 1.0 / (math.pi * (1.0 + z * z))
)
cauchy_ppf = SpecialFunction("cauchy.ppf", _cauchy_ppf, lambda z, q: math.pi * (1.0 + z * z))
laplace_cdf = SpecialFunction("laplace.cdf", _laplace_cdf, lambda p, z: 0.5 * F.exp(-F.abs(z)))
laplace_ppf = SpecialFunction("laplace.ppf", _laplace_ppf, lambda z, q: 1.0 / F.minimum(q, 1.0 - q))
