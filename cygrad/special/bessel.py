"""Bessel functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cygrad.core.variable import Variable
from cygrad.special import cylinder
from cygrad.special.operation import SpecialFunction

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = [
    "j0",
    "j1",
    "jn",
    "jv",
    "y0",
    "y1",
    "yn",
    "yv",
]

# ---- The table ----------------------------------------------------------------------------------

_j0 = SpecialFunction("j0", lambda x: cylinder.j(0.0, x), lambda y, x: -j1(x))
_j1 = SpecialFunction("j1", lambda x: cylinder.j(1.0, x), lambda y, x: 0.5 * (j0(x) - jv(2.0, x)))
_y0 = SpecialFunction("y0", lambda x: cylinder.y(0.0, x), lambda y, x: -y1(x))
_y1 = SpecialFunction("y1", lambda x: cylinder.y(1.0, x), lambda y, x: y0(x) - y / x)
_jv = SpecialFunction(
    "jv", cylinder.j, None, lambda y, n, x: 0.5 * (jv(n - 1.0, x) - jv(n + 1.0, x))
)
_yv = SpecialFunction(
    "yv", cylinder.y, None, lambda y, n, x: 0.5 * yv(n - 1.0, x) - 0.5 * yv(n + 1.0, x)
)

# ---- The functions ------------------------------------------------------------------------------


def j0(x: _ArrayLike) -> Variable:
    """The Bessel function of the first kind, of order 0, elementwise.

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = -j1(x).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.j0([0.5, 2.0])
    variable([0.93846981, 0.22389078])
    """
    return _j0(x)


def j1(x: _ArrayLike) -> Variable:
    """The Bessel function of the first kind, of order 1, elementwise.

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = (j0(x) - jv(2, x)) / 2.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.j1([0.5, 2.0])
    variable([0.24226846, 0.57672481])
    """
    return _j1(x)


def y0(x: _ArrayLike) -> Variable:
    """The Bessel function of the second kind, of order 0, elementwise.

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = -y1(x). nan for negative x.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.y0([0.5, 2.0])
    variable([-0.44451873,  0.51037567])
    """
    return _y0(x)


def y1(x: _ArrayLike) -> Variable:
    """The Bessel function of the second kind, of order 1, elementwise.

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = (y0(x) - yv(2, x)) / 2. nan for negative x.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.y1([0.5, 2.0])
    variable([-1.47147239, -0.10703243])
    """
    return _y1(x)


def jv(n: _ArrayLike, x: _ArrayLike) -> Variable:
    """The Bessel function of the first kind, of order n, elementwise.

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
    dy/dx = (jv(n - 1, x) - jv(n + 1, x)) / 2. `jn` is the same function.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.jv(2, [0.5, 2.0])
    variable([0.03060402, 0.35283403])
    """
    return _jv(n, x)


def yv(n: _ArrayLike, x: _ArrayLike) -> Variable:
    """The Bessel function of the second kind, of order n, elementwise.

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
    dy/dx = (yv(n - 1, x) - yv(n + 1, x)) / 2. `yn` is the same function.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.yv(2, [0.5, 2.0])
    variable([-5.44137084, -0.6174081 ])
    """
    return _yv(n, x)


jn = jv
yn = yv
