"""Modified Bessel functions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from cygrad.core.variable import Variable
from cygrad.special import cylinder
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
    "k0e",
    "k1",
    "k1e",
    "kv",
    "kve",
]

# ---- The table ----------------------------------------------------------------------------------

# The slopes of I and K are sums of positive terms. Those of the scaled ones would be differences
# that cancel: each derivative of them is an operation of its own.

_i0 = SpecialFunction("i0", lambda x: cylinder.i(0.0, x), lambda y, x: i1(x))
_i1 = SpecialFunction(
    "i1", lambda x: cylinder.i(1.0, x), lambda y, x: 0.5 * i0(x) + 0.5 * iv(2.0, x)
)
_iv = SpecialFunction(
    "iv", cylinder.i, None, lambda y, n, x: 0.5 * iv(n - 1.0, x) + 0.5 * iv(n + 1.0, x)
)
_k0 = SpecialFunction("k0", lambda x: cylinder.k(0.0, x), lambda y, x: -k1(x))
_k1 = SpecialFunction("k1", lambda x: cylinder.k(1.0, x), lambda y, x: -(k0(x) + y / x))
_kv = SpecialFunction(
    "kv", cylinder.k, None, lambda y, n, x: -(0.5 * kv(n - 1.0, x) + 0.5 * kv(n + 1.0, x))
)


@cache
def _ive(m: int) -> SpecialFunction:
    """The m-th derivative of ive."""
    return SpecialFunction(
        "ive" + "'" * m,
        lambda n, x: cylinder.scaled_i(n, x, m),
        None,
        lambda y, n, x: _ive(m + 1)(n, x),
    )


@cache
def _kve(m: int) -> SpecialFunction:
    """The m-th derivative of kve."""
    return SpecialFunction(
        "kve" + "'" * m,
        lambda n, x: cylinder.scaled_k(n, x, m),
        None,
        lambda y, n, x: _kve(m + 1)(n, x),
    )


_i0e = SpecialFunction("i0e", lambda x: cylinder.scaled_i(0.0, x), lambda y, x: _ive(1)(0.0, x))
_i1e = SpecialFunction("i1e", lambda x: cylinder.scaled_i(1.0, x), lambda y, x: _ive(1)(1.0, x))
_k0e = SpecialFunction("k0e", lambda x: cylinder.scaled_k(0.0, x), lambda y, x: _kve(1)(0.0, x))
_k1e = SpecialFunction("k1e", lambda x: cylinder.scaled_k(1.0, x), lambda y, x: _kve(1)(1.0, x))

# ---- The functions ------------------------------------------------------------------------------


def i0(x: _ArrayLike) -> Variable:
    """The Bessel function of the first kind, modified, of order 0, elementwise.

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

    Notes
    -----
    dy/dx = i1e(x) - sign(x) i0e(x), computed as a sum in which nothing cancels; 0 at the kink at
    0, and nan from the second derivative on.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.i0e([0.5, 2.0])
    variable([0.64503527, 0.30850832])
    """
    return _i0e(x)


def i1e(x: _ArrayLike) -> Variable:
    """exp(-|x|) i1(x), elementwise.

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
    return _ive(0)(n, x)


def k0e(x: _ArrayLike) -> Variable:
    """exp(x) k0(x), elementwise.

    Notes
    -----
    dy/dx = k0e(x) - k1e(x), computed as a sum in which nothing cancels. nan for negative x.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.k0e([0.5, 2.0])
    variable([1.52410939, 0.84156822])
    """
    return _k0e(x)


def k1e(x: _ArrayLike) -> Variable:
    """exp(x) k1(x), elementwise.

    Notes
    -----
    dy/dx = k1e(x) - (k0e(x) + kve(2, x)) / 2, computed as a sum in which nothing cancels. nan for
    negative x.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.k1e([0.5, 2.0])
    variable([2.73100971, 1.03347685])
    """
    return _k1e(x)


def kve(n: _ArrayLike, x: _ArrayLike) -> Variable:
    """exp(x) kv(n, x), elementwise.

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
        If scipy is not installed and an order is neither 0 nor a whole number up to 4.

    Notes
    -----
    dy/dx = kve(n, x) - (kve(n - 1, x) + kve(n + 1, x)) / 2, computed without cancellation for whole
    numbers n up to 4, and for x above 25 and n^2 / 2.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.kve(2, [0.5, 2.0])
    variable([12.44814822,  1.87504506])
    """
    return _kve(0)(n, x)
