"""Modified Bessel functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cygrad.core.variable import Variable
from cygrad.special.operation import SpecialFunction

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = [
    "i0",
    "i0e",
    "i1",
    "i1e",
    "iv",
    "ive",
    "k0",
    "k1",
    "kv",
]

# ---- The table ----------------------------------------------------------------------------------

_i0 = SpecialFunction("i0", None, lambda y, x: i1(x))
_i1 = SpecialFunction("i1", None, lambda y, x: 0.5 * (i0(x) + iv(2, x)))
_k0 = SpecialFunction("k0", None, lambda y, x: -k1(x))
_k1 = SpecialFunction("k1", None, lambda y, x: -0.5 * (k0(x) + kv(2, x)))
_i0e = SpecialFunction("i0e", None, lambda y, x: i1e(x) - _sign(x) * y)
_i1e = SpecialFunction("i1e", None, lambda y, x: 0.5 * (i0e(x) + ive(2, x)) - _sign(x) * y)
_iv = SpecialFunction("iv", None, None, lambda y, n, x: 0.5 * (iv(n - 1.0, x) + iv(n + 1.0, x)))
_kv = SpecialFunction("kv", None, None, lambda y, n, x: -0.5 * (kv(n - 1.0, x) + kv(n + 1.0, x)))
_ive = SpecialFunction(
    "ive",
    None,
    None,
    lambda y, n, x: 0.5 * (ive(n - 1.0, x) + ive(n + 1.0, x)) - _sign(x) * y,
)


def _sign(x: Variable) -> Variable:
    return Variable(np.sign(x.data), requires_grad=False)


# ---- The functions ------------------------------------------------------------------------------


def i0(x: _ArrayLike) -> Variable:
    """The Bessel function of the first kind, modified, of order 0, elementwise.

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
    dy/dx = i1(x).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.i0([0.5, 2.0])
    variable([1.06348337, 2.2795853 ])
    """
    return _i0(x)


def i1(x: _ArrayLike) -> Variable:
    """The Bessel function of the first kind, modified, of order 1, elementwise.

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
    dy/dx = (i0(x) + iv(2, x)) / 2.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.i1([0.5, 2.0])
    variable([0.25789431, 1.59063685])
    """
    return _i1(x)


def k0(x: _ArrayLike) -> Variable:
    """The Bessel function of the second kind, modified, of order 0, elementwise.

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
    dy/dx = -k1(x). nan for negative x.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.k0([0.5, 2.0])
    variable([0.92441907, 0.11389387])
    """
    return _k0(x)


def k1(x: _ArrayLike) -> Variable:
    """The Bessel function of the second kind, modified, of order 1, elementwise.

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
    dy/dx = -(k0(x) + kv(2, x)) / 2. nan for negative x.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.k1([0.5, 2.0])
    variable([1.65644112, 0.13986588])
    """
    return _k1(x)


def i0e(x: _ArrayLike) -> Variable:
    """exp(-|x|) i0(x), elementwise.

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
    dy/dx = i1e(x) - sign(x) i0e(x), 0 at the kink at 0.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.i0e([0.5, 2.0])
    variable([0.64503527, 0.30850832])
    """
    return _i0e(x)


def i1e(x: _ArrayLike) -> Variable:
    """exp(-|x|) i1(x), elementwise.

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
    dy/dx = (i0e(x) + ive(2, x)) / 2 - sign(x) i1e(x).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.i1e([0.5, 2.0])
    variable([0.1564208 , 0.21526929])
    """
    return _i1e(x)


def iv(n: _ArrayLike, x: _ArrayLike) -> Variable:
    """The modified Bessel function of the first kind, of order n, elementwise.

    Parameters
    ----------
    n : float or array_like
        The order. There is no gradient to it.
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
    dy/dx = (iv(n - 1, x) + iv(n + 1, x)) / 2.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.iv(2, [0.5, 2.0])
    variable([0.03190615, 0.68894845])
    """
    return _iv(n, x)


def kv(n: _ArrayLike, x: _ArrayLike) -> Variable:
    """The modified Bessel function of the second kind, of order n, elementwise.

    Parameters
    ----------
    n : float or array_like
        The order. There is no gradient to it.
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
    dy/dx = -(kv(n - 1, x) + kv(n + 1, x)) / 2.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.kv(2, [0.5, 2.0])
    variable([7.55018355, 0.25375975])
    """
    return _kv(n, x)


def ive(n: _ArrayLike, x: _ArrayLike) -> Variable:
    """exp(-|x|) iv(n, x), elementwise.

    Parameters
    ----------
    n : float or array_like
        The order. There is no gradient to it.
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
    dy/dx = (ive(n - 1, x) + ive(n + 1, x)) / 2 - sign(x) ive(n, x).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.ive(2, [0.5, 2.0])
    variable([0.01935206, 0.09323903])
    """
    return _ive(n, x)
