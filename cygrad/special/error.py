"""The error function, the normal distribution's, and exponential integrals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.entropy import as_variable
from cygrad.special.operation import SpecialFunction, scipys

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = [
    "erfcinv",
    "erfcx",
    "erfinv",
    "exp1",
    "expi",
    "log_ndtr",
    "ndtr",
    "ndtri",
]

# ---- The table ----------------------------------------------------------------------------------

_SQRT_PI = math.sqrt(math.pi)
_SQRT_2PI = math.sqrt(2.0 * math.pi)

_erfinv = SpecialFunction("erfinv", None, lambda y, x: 0.5 * _SQRT_PI * F.exp(y * y))
_erfcinv = SpecialFunction("erfcinv", None, lambda y, x: -0.5 * _SQRT_PI * F.exp(y * y))
_erfcx = SpecialFunction("erfcx", None, lambda y, x: 2.0 * x * y - 2.0 / _SQRT_PI)
_ndtri = SpecialFunction("ndtri", None, lambda y, x: _SQRT_2PI * F.exp(0.5 * y * y))
_log_ndtr = SpecialFunction("log_ndtr", None, lambda y, x: _slope(x))
_exp1 = SpecialFunction("exp1", None, lambda y, x: -F.exp(-x) / x)
_expi = SpecialFunction("expi", None, lambda y, x: F.exp(x) / x)


def _inverse_mills(x: NDArray[np.float64]) -> Any:
    """The normal density over its distribution function, also far out in the left tail."""
    with np.errstate(over="ignore"):
        return math.sqrt(2.0 / math.pi) / scipys("erfcx")(-x / math.sqrt(2.0))


_slope: SpecialFunction = SpecialFunction("log_ndtr", _inverse_mills, lambda y, x: -y * (x + y))


# ---- The functions ------------------------------------------------------------------------------


def erfinv(x: _ArrayLike) -> Variable:
    """The inverse of erf, elementwise: infinite at -1 and 1.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = sqrt(pi) / 2 exp(y^2).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.erfinv([0.0, 0.5])
    variable([0.        , 0.47693628])
    """
    return _erfinv(x)


def erfcinv(x: _ArrayLike) -> Variable:
    """The inverse of erfc, elementwise: infinite at 0 and 2.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = -sqrt(pi) / 2 exp(y^2).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.erfcinv([0.5, 1.0])
    variable([ 0.47693628, -0.        ])
    """
    return _erfcinv(x)


def erfcx(x: _ArrayLike) -> Variable:
    """exp(x^2) erfc(x), elementwise.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = 2 x y - 2 / sqrt(pi), which loses digits as x grows: some 1e-16 x^2.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.erfcx([0.0, 10.0])
    variable([1.        , 0.05614099])
    """
    return _erfcx(x)


def ndtr(x: _ArrayLike) -> Variable:
    """The distribution function of the standard normal distribution, elementwise.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    Computed as erfc(-x / sqrt(2)) / 2; dy/dx = exp(-x^2 / 2) / sqrt(2 pi).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.ndtr([-1.0, 0.0])
    variable([0.15865525, 0.5       ])
    """
    return 0.5 * F.erfc(as_variable(x) * -math.sqrt(0.5))


def log_ndtr(x: _ArrayLike) -> Variable:
    """log(ndtr(x)), elementwise, also far out in the left tail.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx is the inverse Mills ratio r(x) = exp(-x^2 / 2) / (sqrt(2 pi) ndtr(x)), computed by
    erfcx, and dr/dx = -r (x + r).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.log_ndtr([-40.0, 0.0])
    variable([-8.04608442e+02, -6.93147181e-01])
    """
    return _log_ndtr(x)


def ndtri(x: _ArrayLike) -> Variable:
    """The inverse of ndtr, elementwise: infinite at 0 and 1.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = sqrt(2 pi) exp(y^2 / 2).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.ndtri([0.5, 0.975])
    variable([0.        , 1.95996398])
    """
    return _ndtri(x)


def exp1(x: _ArrayLike) -> Variable:
    """The integral of e^-t / t from x to infinity, elementwise.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = -e^-x / x.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.exp1([0.5, 1.0])
    variable([0.55977359, 0.21938393])
    """
    return _exp1(x)


def expi(x: _ArrayLike) -> Variable:
    """The integral of e^t / t from minus infinity to x, elementwise.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = e^x / x.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.expi([0.5, 1.0])
    variable([0.4542199 , 1.89511782])
    """
    return _expi(x)
