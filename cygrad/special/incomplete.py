"""The incomplete gamma and beta functions; there is no gradient to their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.entropy import xlog1py, xlogy
from cygrad.special.gamma import betaln, gammaln
from cygrad.special.operation import SpecialFunction

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = [
    "betainc",
    "gammainc",
    "gammaincc",
]

# ---- The table ----------------------------------------------------------------------------------

_betainc = SpecialFunction(
    "betainc",
    None,
    None,
    None,
    lambda y, a, b, x: F.exp(xlogy(a - 1.0, x) + xlog1py(b - 1.0, -x) - betaln(a, b)),
)
_gammainc = SpecialFunction(
    "gammainc", None, None, lambda y, a, x: F.exp(xlogy(a - 1.0, x) - x - gammaln(a))
)
_gammaincc = SpecialFunction(
    "gammaincc", None, None, lambda y, a, x: -F.exp(xlogy(a - 1.0, x) - x - gammaln(a))
)


# ---- The functions ------------------------------------------------------------------------------


def betainc(a: _ArrayLike, b: _ArrayLike, x: _ArrayLike) -> Variable:
    """The regularized incomplete beta function of x in [0, 1], elementwise.

    Parameters
    ----------
    a, b : float or array_like
        Positive. There is no gradient to them.
    x : Variable or array_like

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    NotImplementedError
        If a Variable that requires a gradient is passed where there is none.
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = x^(a - 1) (1 - x)^(b - 1) / beta(a, b).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.betainc(1.0, 2.0, 0.5)
    variable(0.75)
    """
    return _betainc(a, b, x)


def gammainc(a: _ArrayLike, x: _ArrayLike) -> Variable:
    """The regularized lower incomplete gamma function, elementwise.

    Parameters
    ----------
    a : float or array_like
        Positive. There is no gradient to it.
    x : Variable or array_like

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    NotImplementedError
        If a Variable that requires a gradient is passed where there is none.
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = x^(a - 1) e^-x / gamma(a).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.gammainc(1.0, 0.5)
    variable(0.3934693402873665)
    """
    return _gammainc(a, x)


def gammaincc(a: _ArrayLike, x: _ArrayLike) -> Variable:
    """1 - gammainc(a, x), elementwise, without cancellation.

    Parameters
    ----------
    a : float or array_like
        Positive. There is no gradient to it.
    x : Variable or array_like

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    NotImplementedError
        If a Variable that requires a gradient is passed where there is none.
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = -x^(a - 1) e^-x / gamma(a).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.gammaincc(1.0, 0.5)
    variable(0.6065306597126334)
    """
    return _gammaincc(a, x)
