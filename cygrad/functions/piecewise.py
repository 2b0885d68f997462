"""fmax, fmin, heaviside, nan_to_num, select, sinc, deg2rad, rad2deg.

Elementwise functions made of others: by `where`, whose gradient goes to what was chosen alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cygrad.core.variable import Variable
from cygrad.functions.arithmetic import add, div, mul, sign, sub
from cygrad.functions.comparison import above, below, equals, is_finite, is_nan
from cygrad.functions.operation import as_variable
from cygrad.functions.powers import square
from cygrad.functions.rounding import remainder, rint
from cygrad.functions.selection import clip, maximum, minimum, where
from cygrad.functions.trigonometric import sin

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = [
    "deg2rad",
    "fmax",
    "fmin",
    "heaviside",
    "nan_to_num",
    "rad2deg",
    "select",
    "sinc",
]


def fmax(a: _ArrayLike, b: _ArrayLike) -> Variable:
    """The greater of a and b, elementwise; where one is nan, the other.

    Parameters
    ----------
    a, b : Variable, float or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        Of the broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    TypeError
        If an input is neither a Variable nor real numbers.

    Notes
    -----
    The gradient flows to the greater input; where they are equal, half to each. Where one is nan,
    all of it flows to the other.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.fmax(cg.Variable([1.0, 5.0, float("nan")]), 3.0)
    variable([3., 5., 3.])
    """
    x, y = as_variable(a, "fmax"), as_variable(b, "fmax")
    return maximum(where(is_nan(x), y, x), where(is_nan(y), x, y))


def fmin(a: _ArrayLike, b: _ArrayLike) -> Variable:
    """The smaller of a and b, elementwise; where one is nan, the other.

    Parameters
    ----------
    a, b : Variable, float or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        Of the broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    TypeError
        If an input is neither a Variable nor real numbers.

    Notes
    -----
    The gradient flows to the smaller input; where they are equal, half to each. Where one is nan,
    all of it flows to the other.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.fmin(cg.Variable([1.0, 5.0, float("nan")]), 3.0)
    variable([1., 3., 3.])
    """
    x, y = as_variable(a, "fmin"), as_variable(b, "fmin")
    return minimum(where(is_nan(x), y, x), where(is_nan(y), x, y))


def heaviside(x: _ArrayLike, at_zero: _ArrayLike) -> Variable:
    """0 below 0, 1 above, and `at_zero` at 0, elementwise.

    Parameters
    ----------
    x : Variable or array_like
    at_zero : Variable, float or array_like
        The value where x is 0; of a shape that broadcasts with x's.

    Returns
    -------
    Variable
        Of the broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    The derivative with respect to x is 0; that with respect to `at_zero` is 1 where x is 0.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.heaviside(cg.Variable([-2.0, 0.0, 3.0]), 0.5)
    variable([0. , 0.5, 1. ])
    """
    v = as_variable(x, "heaviside")
    step = div(add(sign(v), 1.0), 2.0)
    return where(equals(v, 0.0), as_variable(at_zero, "heaviside"), step)


def nan_to_num(
    x: _ArrayLike, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Variable:
    """x with numbers in place of nan and the infinities, elementwise.

    Parameters
    ----------
    x : Variable or array_like
    nan : float, default 0.0
        What stands in place of nan.
    posinf, neginf : float, optional
        What stands in place of inf and of -inf; the greatest and the least finite number if None.

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    The gradient passes where x is finite, and is 0 where it was replaced.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.nan_to_num(cg.Variable([1.0, float("nan"), float("inf")]), posinf=9.0)
    variable([1., 0., 9.])
    """
    v = as_variable(x, "nan_to_num")
    greatest = np.finfo(np.float64).max
    highest = greatest if posinf is None else posinf
    lowest = -greatest if neginf is None else neginf
    infinities = where(above(v, 0.0), highest, lowest)
    return where(is_finite(v), v, where(is_nan(v), nan, infinities))


def select(
    conditions: Sequence[_ArrayLike], choices: Sequence[_ArrayLike], default: _ArrayLike = 0.0
) -> Variable:
    """The choice of the first condition that is true, elementwise; the default where none is.

    Parameters
    ----------
    conditions : sequence of array_like
        Of bool; no gradient flows to them.
    choices : sequence of Variable or array_like
        One for each condition; all shapes broadcast together.
    default : Variable, float or array_like

    Returns
    -------
    Variable
        Of the broadcast shape.

    Raises
    ------
    ValueError
        If there are not as many choices as conditions, or none; if the shapes do not broadcast.

    Notes
    -----
    The gradient flows to the chosen input alone.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([-1.0, 0.5, 3.0])
    >>> F.select([x < 0, x > 1], [-x, x * x], default=x)
    variable([1. , 0.5, 9. ])
    """
    if len(conditions) != len(choices) or not conditions:
        raise ValueError(
            f"select: needs a choice for each condition, and at least one; got {len(conditions)} "
            f"conditions and {len(choices)} choices"
        )
    y = as_variable(default, "select")
    chosen = [as_variable(choice, "select") for choice in choices]
    for condition, choice in zip(reversed(conditions), reversed(chosen), strict=True):
        y = where(condition, choice, y)
    return y


def sinc(x: _ArrayLike) -> Variable:
    """sin(pi x) / (pi x), elementwise; 1 at 0.

    Notes
    -----
    Near 0, where the derivatives of the quotient cancel, it is the power series
    1 - t/3! + t^2/5! - ..., t = (pi x)^2; elsewhere the sine of pi times the distance to the nearest
    whole number, of which no digit is lost where x is large.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.sinc(cg.Variable([0.0, 0.5]))
    variable([1.        , 0.63661977])
    """
    v = as_variable(x, "sinc")
    angle = mul(v, math.pi)
    near = below(square(angle), 0.25)
    away = where(near, 1.0, v)
    # sin(pi x) = (-1)^n sin(pi (x - n)): exact where pi x would be rounded by more than a turn.
    whole = rint(away)
    turned = mul(sin(mul(sub(away, whole), math.pi)), sub(1.0, mul(remainder(whole, 2.0), 2.0)))
    t = square(where(near, angle, 0.0))
    series: Variable | float = 0.0
    for k in reversed(range(10)):
        series = add(mul(series, t), (-1) ** k / math.factorial(2 * k + 1))
    return where(near, series, div(turned, mul(away, math.pi)))


def deg2rad(x: _ArrayLike) -> Variable:
    """Degrees as radians: x pi/180, elementwise.

    Notes
    -----
    dy/dx = pi/180.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.deg2rad(cg.Variable(180.0))
    variable(3.141592653589793)
    """
    return mul(as_variable(x, "deg2rad"), math.pi / 180.0)


def rad2deg(x: _ArrayLike) -> Variable:
    """Radians as degrees: x 180/pi, elementwise.

    Notes
    -----
    dy/dx = 180/pi.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.rad2deg(cg.Variable(3.141592653589793))
    variable(180.0)
    """
    return mul(as_variable(x, "rad2deg"), 180.0 / math.pi)


# ---- For NumPy's clip and round, and the methods of their names ---------------------------------


def between(x: _ArrayLike, low: Any, high: Any) -> Variable:
    """x between bounds that may be arrays and Variables: np.clip."""
    if all(bound is None or np.ndim(bound) == 0 for bound in (low, high)) and not any(
        isinstance(bound, Variable) for bound in (low, high)
    ):
        return clip(x, low, high)
    y = as_variable(x, "clip")
    if low is not None:
        y = maximum(y, low)
    return y if high is None else minimum(y, high)


def rounded(x: _ArrayLike, decimals: int = 0) -> Variable:
    """x to so many decimals, a half to the even digit: np.round."""
    if decimals == 0:
        return rint(x)
    v = as_variable(x, "around")
    return add(mul(v, 0.0), np.round(v.data, decimals))
