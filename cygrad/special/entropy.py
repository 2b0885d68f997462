"""Products with logarithms, 0 where a factor is: xlogy, entropies. All without scipy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.operation import SpecialFunction

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = [
    "entr",
    "kl_div",
    "rel_entr",
    "xlog1py",
    "xlogy",
]

_Array: TypeAlias = NDArray[np.float64]


# ---- The table ----------------------------------------------------------------------------------


def as_variable(x: _ArrayLike) -> Variable:
    return x if isinstance(x, Variable) else Variable(x, requires_grad=False)


def _times_log(x: _Array, y: _Array) -> Any:
    with np.errstate(all="ignore"):
        return np.where((x == 0) & ~np.isnan(y), 0.0, x * np.log(y))


def _times_log1p(x: _Array, y: _Array) -> Any:
    with np.errstate(all="ignore"):
        return np.where((x == 0) & ~np.isnan(y), 0.0, x * np.log1p(y))


def _log_where(x: Variable, y: Variable) -> Variable:
    """log y, the derivative of x log y by x; 0 where both are 0, as in PyTorch."""
    none = (x.data == 0) & (y.data <= 0)
    return F.where(none, 0.0, F.log(F.where(none, 1.0, y)))


def _log1p_where(x: Variable, y: Variable) -> Variable:
    none = (x.data == 0) & (y.data <= -1)
    return F.where(none, 0.0, F.log1p(F.where(none, 0.0, y)))


def _ratio(x: Variable, y: Variable) -> Variable:
    """x / y; 0 where both are 0."""
    return x / F.where((x.data == 0) & (y.data == 0), 1.0, y)


_xlogy = SpecialFunction(
    "xlogy", _times_log, lambda v, x, y: _log_where(x, y), lambda v, x, y: _ratio(x, y)
)
_xlog1py = SpecialFunction(
    "xlog1py",
    _times_log1p,
    lambda v, x, y: _log1p_where(x, y),
    lambda v, x, y: _ratio(x, y + 1.0),
)


def _entropy(x: _Array) -> Any:
    with np.errstate(all="ignore"):
        return np.where(x == 0, 0.0, np.where(x < 0, -np.inf, -x * np.log(x)))


def _relative(x: _Array, y: _Array) -> Any:
    with np.errstate(all="ignore"):
        ratio = x / y
        extreme = (ratio == 0.0) | np.isinf(ratio)
        logarithm = np.where(extreme, np.log(x) - np.log(y), np.log(ratio))
        inside = np.where(x == 0, 0.0, x * logarithm)
        value = np.where((y > 0) & (x > 0) | (x == 0) & (y >= 0), inside, np.inf)
    return np.where(np.isnan(x) | np.isnan(y), np.nan, value)


def _divergence(x: _Array, y: _Array) -> Any:
    with np.errstate(all="ignore"):
        value = _relative(x, y) - x + y
    inside = (y > 0) & (x > 0) | (x == 0) & (y >= 0) | np.isnan(x) | np.isnan(y)
    return np.where(inside, value, np.inf)


_entr = SpecialFunction("entr", _entropy, lambda v, x: -1.0 - F.log(x))
_rel_entr = SpecialFunction(
    "rel_entr", _relative, lambda v, x, y: F.log(x / y) + 1.0, lambda v, x, y: -x / y
)
_kl_div = SpecialFunction(
    "kl_div", _divergence, lambda v, x, y: F.log(x / y), lambda v, x, y: 1.0 - x / y
)


# ---- The functions ------------------------------------------------------------------------------


def xlogy(x: _ArrayLike, y: _ArrayLike) -> Variable:
    """x log(y), and 0 where x is 0; elementwise.

    Parameters
    ----------
    x, y : Variable, float or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    dx = log(y), and 0 where x and y are 0; dy = x / y, and 0 where x and y are 0.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.xlogy([0.0, 2.0], [0.0, 1.0])
    variable([0., 0.])
    """
    return _xlogy(x, y)


def xlog1py(x: _ArrayLike, y: _ArrayLike) -> Variable:
    """x log(1 + y), and 0 where x is 0; elementwise.

    Parameters
    ----------
    x, y : Variable, float or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    dx = log(1 + y), and 0 where x is 0 and y is -1; dy = x / (1 + y), and 0 there.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.xlog1py([0.0, 2.0], [-1.0, 0.0])
    variable([0., 0.])
    """
    return _xlog1py(x, y)


def entr(x: _ArrayLike) -> Variable:
    """-x log(x), 0 at 0 and -inf below; elementwise.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    dy/dx = -log(x) - 1.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.entr([0.0, 0.5])
    variable([0.        , 0.34657359])
    """
    return _entr(x)


def rel_entr(x: _ArrayLike, y: _ArrayLike) -> Variable:
    """x log(x / y), 0 where x is 0, inf where x or y is negative; elementwise.

    Parameters
    ----------
    x, y : Variable, float or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    dx = log(x / y) + 1, dy = -x / y.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.rel_entr([0.0, 2.0], [1.0, 2.0])
    variable([0., 0.])
    """
    return _rel_entr(x, y)


def kl_div(x: _ArrayLike, y: _ArrayLike) -> Variable:
    """x log(x / y) - x + y, inf where x or y is negative; elementwise.

    Parameters
    ----------
    x, y : Variable, float or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    dx = log(x / y), dy = 1 - x / y.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.kl_div([0.0, 2.0], [1.0, 2.0])
    variable([1., 0.])
    """
    return _kl_div(x, y)
