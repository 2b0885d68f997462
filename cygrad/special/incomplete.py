"""The incomplete gamma and beta functions and their inverses.

scipy computes the values; the derivatives, by the parameters too, are cygrad's own
(kernels/incomplete.h).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cygrad.core.variable import Variable
from cygrad.special.incomplete_slopes import beta, gamma
from cygrad.special.operation import SpecialFunction

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = [
    "betainc",
    "betaincinv",
    "gammainc",
    "gammaincc",
    "gammainccinv",
    "gammaincinv",
]

# ---- The table ----------------------------------------------------------------------------------

_gammainc = SpecialFunction(
    "gammainc",
    None,
    lambda p, a, x: gamma["a"](a, x),
    lambda p, a, x: gamma["density"](a, x),
)
_gammaincc = SpecialFunction(
    "gammaincc",
    None,
    lambda q, a, x: -gamma["a"](a, x),
    lambda q, a, x: -gamma["density"](a, x),
)
# Where P(a, x) is kept, dx = -(dP/da) / (dP/dx) da.
_gammaincinv = SpecialFunction(
    "gammaincinv",
    None,
    lambda x, a, p: gamma["slope_a"](a, x),
    lambda x, a, p: 1.0 / gamma["density"](a, x),
)
_gammainccinv = SpecialFunction(
    "gammainccinv",
    None,
    lambda x, a, q: gamma["slope_a"](a, x),
    lambda x, a, q: -1.0 / gamma["density"](a, x),
)
_betainc = SpecialFunction(
    "betainc",
    None,
    lambda p, a, b, x: beta["a"](a, b, x, 1.0 - x),
    lambda p, a, b, x: beta["b"](a, b, x, 1.0 - x),
    lambda p, a, b, x: beta["density"](a, b, x, 1.0 - x),
)
_betaincinv: SpecialFunction = SpecialFunction(
    "betaincinv",
    None,
    lambda x, a, b, p: beta["slope_a"](a, b, x, _complement(b, a, p)),
    lambda x, a, b, p: beta["slope_b"](a, b, x, _complement(b, a, p)),
    lambda x, a, b, p: 1.0 / beta["density"](a, b, x, _complement(b, a, p)),
)
# 1 - x has digits that x near 1 lost.
_complement: SpecialFunction = SpecialFunction(
    "betainccinv",
    None,
    lambda y, b, a, p: -beta["slope_b"](a, b, _betaincinv(a, b, p), y),
    lambda y, b, a, p: -beta["slope_a"](a, b, _betaincinv(a, b, p), y),
    lambda y, b, a, p: -1.0 / beta["density"](a, b, _betaincinv(a, b, p), y),
)


# ---- The functions ------------------------------------------------------------------------------


def gammainc(a: _ArrayLike, x: _ArrayLike) -> Variable:
    """The regularized lower incomplete gamma function, elementwise.

    Parameters
    ----------
    a : Variable, float or array_like
        Positive.
    x : Variable or array_like
        Not negative.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to; nan where a or x is out of its range.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = f(x) = x^(a - 1) e^-x / gamma(a). dy/da is the integral of (log t - digamma(a)) f(t) from
    0 to x; it is computed from the side of x where the integrand has one sign, by a power series or a
    Gauss-Legendre rule: relative error 1e-14 at most for all a up to 1e150. So is the second
    derivative, outside of its zeros; a third one by a is not known. At a = 0, dy/da is the slope to
    the right.

    Examples
    --------
    >>> import cygrad as cg, cygrad.special as special
    >>> a = cg.Variable(1.0)
    >>> y = special.gammainc(a, 0.5); y
    variable(0.3934693402873665)
    >>> y.backward(); a.grad
    variable(-0.4894575761023784)
    """
    return _gammainc(a, x)


def gammaincc(a: _ArrayLike, x: _ArrayLike) -> Variable:
    """1 - gammainc(a, x), elementwise, without cancellation.

    Parameters
    ----------
    a : Variable, float or array_like
        Positive.
    x : Variable or array_like
        Not negative.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to; nan where a or x is out of its range.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = -x^(a - 1) e^-x / gamma(a); the derivatives are those of `gammainc`, negated.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.gammaincc(1.0, 0.5)
    variable(0.6065306597126334)
    """
    return _gammaincc(a, x)


def gammaincinv(a: _ArrayLike, y: _ArrayLike) -> Variable:
    """The inverse of `gammainc`: the x with gammainc(a, x) = y, elementwise.

    Parameters
    ----------
    a : Variable, float or array_like
        Positive.
    y : Variable, float or array_like
        Between 0 and 1.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to; nan where a or y is out of its range.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    ImportError
        If scipy is not installed.

    Notes
    -----
    By the implicit function theorem, with P = gammainc: dx/dy = 1 / (dP/dx), dx/da = -(dP/da) /
    (dP/dx). For y near 1 use `gammainccinv`, whose argument has the digits.

    Examples
    --------
    >>> import cygrad as cg, cygrad.special as special
    >>> y = cg.Variable([0.5])
    >>> x = special.gammaincinv(1.0, y); x
    variable([0.69314718])
    >>> x.backward(); y.grad
    variable([2.])
    """
    return _gammaincinv(a, y)


def gammainccinv(a: _ArrayLike, y: _ArrayLike) -> Variable:
    """The inverse of `gammaincc`: the x with gammaincc(a, x) = y, elementwise.

    Parameters
    ----------
    a : Variable, float or array_like
        Positive.
    y : Variable, float or array_like
        Between 0 and 1.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to; nan where a or y is out of its range.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    ImportError
        If scipy is not installed.

    Notes
    -----
    With P = gammainc: dx/dy = -1 / (dP/dx), dx/da = -(dP/da) / (dP/dx).

    Examples
    --------
    >>> import cygrad as cg, cygrad.special as special
    >>> y = cg.Variable([0.5])
    >>> x = special.gammainccinv(1.0, y); x
    variable([0.69314718])
    >>> x.backward(); y.grad
    variable([-2.])
    """
    return _gammainccinv(a, y)


def betainc(a: _ArrayLike, b: _ArrayLike, x: _ArrayLike) -> Variable:
    """The regularized incomplete beta function of x in [0, 1], elementwise.

    Parameters
    ----------
    a, b : Variable, float or array_like
        Positive.
    x : Variable or array_like

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to; nan where an input is out of its range.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = f(x) = x^(a - 1) (1 - x)^(b - 1) / beta(a, b). dy/da is the integral of (log t - digamma(a)
    + digamma(a + b)) f(t) from 0 to x, and so for b; as in `gammainc`, it is computed from the side of
    x where nothing cancels, by a Gauss-Legendre rule: relative error 1e-14 at most for all a and b up
    to 1e150. So are the second derivatives, outside of their zeros; third ones by a and b are not
    known. At a = 0 or b = 0 the slopes are those to the right.

    Examples
    --------
    >>> import cygrad as cg, cygrad.special as special
    >>> a = cg.Variable(1.0)
    >>> y = special.betainc(a, 1.0, 0.5); y
    variable(0.5)
    >>> y.backward(); a.grad
    variable(-0.3465735902799726)
    """
    return _betainc(a, b, x)


def betaincinv(a: _ArrayLike, b: _ArrayLike, y: _ArrayLike) -> Variable:
    """The inverse of `betainc`: the x with betainc(a, b, x) = y, elementwise.

    Parameters
    ----------
    a, b : Variable, float or array_like
        Positive.
    y : Variable, float or array_like
        Between 0 and 1.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to; nan where an input is out of its range.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    ImportError
        If scipy is not installed.

    Notes
    -----
    By the implicit function theorem, with I = betainc: dx/dy = 1 / (dI/dx), dx/da = -(dI/da) /
    (dI/dx), and so for b. The derivatives keep their digits where x rounds to 1.

    Examples
    --------
    >>> import cygrad as cg, cygrad.special as special
    >>> y = cg.Variable(0.25)
    >>> x = special.betaincinv(1.0, 1.0, y)
    >>> x.backward(); y.grad
    variable(1.0)
    """
    return _betaincinv(a, b, y)
