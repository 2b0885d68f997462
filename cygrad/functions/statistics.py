"""average, median, quantile, ptp, and the reductions that leave nan out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from cygrad.core.variable import Variable
from cygrad.functions import integers
from cygrad.functions.arithmetic import add, div, mul, sub
from cygrad.functions.broadcasting import broadcast_to, reshape, sum
from cygrad.functions.comparison import above, is_finite, is_nan, opposite
from cygrad.functions.lengths import euclidean
from cygrad.functions.operation import as_variable
from cygrad.functions.powers import sqrt, square
from cygrad.functions.rearrangement import check_axes, sort
from cygrad.functions.reduction import max, mean, min
from cygrad.functions.selection import where
from cygrad.functions.shape import transpose

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike, _Axis, _PlainNumbers

__all__ = [
    "average",
    "median",
    "nanmax",
    "nanmean",
    "nanmin",
    "nanstd",
    "nansum",
    "nanvar",
    "ptp",
    "quantile",
]


def checked_axis(where: str, v: Variable, axis: Any) -> Any:
    """The axis argument as Python's own ints that v has."""
    axis = integers.axes(where, axis)
    if axis is not None and not (v.ndim == 0 and axis in (0, -1)):  # NumPy's axis of a number
        check_axes(where, v, axis)
    return axis


def axes_of(v: Variable, axis: Any) -> tuple[int, ...]:
    """The axes that an axis argument names, counted from 0."""
    return normalize_axis_tuple(range(v.ndim) if axis is None else axis, v.ndim, "axis")


def between(below: Variable, above: Variable, weight: Any) -> Variable:
    """below + weight (above - below), for weights of numbers; below where a weight is 0.

    Beside an infinity it is the infinity, and nan between two opposite ones.
    """
    step = mul(where(weight == 0, 0.0, sub(above, below)), weight)
    y = add(below, step)
    infinite = opposite(is_finite(y))
    if not sum(infinite):
        return y
    # The weighted sum is the same number, but inf - inf does not come up in it.
    a, b = where(infinite, below, 0.0), where(mul(infinite, weight != 0), above, 0.0)
    finite = add(where(infinite, 0.0, below), where(infinite, 0.0, step))
    return add(add(finite, mul(a, 1.0 - weight)), mul(b, weight))


def average(
    x: _ArrayLike,
    axis: _Axis = None,
    weights: _ArrayLike | None = None,
    keepdims: bool = False,
) -> Variable:
    """The weighted mean over axes.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to average over; all if None.
    weights : Variable or array_like, optional
        Of x's shape, or of the shape of the axes; the plain mean if None.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.

    Returns
    -------
    Variable
        Of x's shape without the axes.

    Raises
    ------
    ValueError
        If the weights do not fit, or add up to 0.

    Notes
    -----
    y = sum(w x) / sum(w), differentiated with respect to both.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.average(cg.Variable([1.0, 2.0, 3.0]), weights=[1.0, 1.0, 2.0])
    variable(2.25)
    """
    v = as_variable(x, "average")
    axis, keepdims = checked_axis("average", v, axis), bool(keepdims)
    if weights is None:
        return mean(v, axis, keepdims)
    w = as_variable(weights, "average")
    if w.shape != v.shape:
        axes = axes_of(v, axis)
        if w.shape != tuple(v.shape[d] for d in axes):
            raise ValueError(f"average: weights of shape {w.shape} do not fit x of shape {v.shape}")
        w = transpose(w, tuple(int(d) for d in np.argsort(axes)))
        w = reshape(w, tuple(v.shape[d] if d in axes else 1 for d in range(v.ndim)))
        w = broadcast_to(w, v.shape)
    total = sum(w, axis, keepdims)
    if not np.all(total.data):
        raise ValueError("average: weights add up to 0, so that there is no mean")
    return div(sum(mul(v, w), axis, keepdims), total)


def ptp(x: _ArrayLike, axis: _Axis = None, keepdims: bool = False) -> Variable:
    """The difference of the maximum and the minimum over axes.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to reduce; all if None. Negative ones count from the last.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.

    Returns
    -------
    Variable
        Of x's shape without the axes.

    Raises
    ------
    IndexError
        If an axis is out of bounds.
    ValueError
        If an axis is named twice, or there is nothing to take the maximum of.
    TypeError
        If an axis is not an int.

    Notes
    -----
    dy = d max(x) - d min(x); equal extremes share the gradient evenly, as for `max` and `min`.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.ptp(cg.Variable([1.0, 5.0, 2.0]))
    variable(4.0)
    """
    v = as_variable(x, "ptp")
    axis, keepdims = checked_axis("ptp", v, axis), bool(keepdims)
    return sub(max(v, axis, keepdims), min(v, axis, keepdims))


def median(x: _ArrayLike, axis: _Axis = None, keepdims: bool = False) -> Variable:
    """The middle element over axes, the mean of the middle two where their number is even.

    nan where there is one, or nothing.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to reduce; all if None. Negative ones count from the last.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.

    Returns
    -------
    Variable
        Of x's shape without the axes.

    Raises
    ------
    IndexError
        If an axis is out of bounds.
    ValueError
        If an axis is named twice.
    TypeError
        If an axis is not an int.

    Notes
    -----
    The gradient flows to the middle element, half to each of two.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.median(cg.Variable([5.0, 1.0, 2.0, 4.0]))
    variable(3.0)
    """
    return quantile(as_variable(x, "median"), 0.5, axis, keepdims)


def quantile(
    x: _ArrayLike, q: _PlainNumbers, axis: _Axis = None, keepdims: bool = False
) -> Variable:
    """The numbers below which the fractions q of the elements lie, over axes.

    Parameters
    ----------
    x : Variable or array_like
    q : float or array_like of float
        Fractions between 0 and 1; no gradient flows to them.
    axis : int or tuple of int, optional
        The axes to reduce; all if None.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.

    Returns
    -------
    Variable
        q's shape, and x's without the axes.

    Raises
    ------
    ValueError
        If a fraction is not between 0 and 1, or an axis is named twice.
    TypeError
        If q is a Variable.
    IndexError
        If an axis is out of bounds.

    Notes
    -----
    Between the sorted elements it is interpolated linearly, at q (n - 1), NumPy's method 'linear';
    the gradient flows to the two elements, in the shares of the interpolation. nan where there is
    one, or nothing.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.quantile(cg.Variable([5.0, 1.0, 2.0]), [0.25, 1.0])
    variable([1.5, 5. ])
    """
    v = as_variable(x, "quantile")
    axis, keepdims = checked_axis("quantile", v, axis), bool(keepdims)
    if isinstance(q, Variable):
        raise TypeError("quantile: q is not differentiated, and must not be a Variable; use .data")
    fractions: Any = np.asarray(q, dtype=np.float64)
    if not np.all((fractions >= 0) & (fractions <= 1)):
        raise ValueError(f"quantile: fractions must be between 0 and 1, got {q!r}")
    axes = axes_of(v, axis)
    rest = [d for d in range(v.ndim) if d not in axes]
    kept = [v.shape[d] for d in rest]
    # The reduced axes first, as one.
    rows = reshape(
        transpose(v, [*axes, *rest]), (v.size // int(np.prod(kept)) if v.size else 0, *kept)
    )
    n = rows.shape[0]
    shape = tuple(1 if d in axes else v.shape[d] for d in range(v.ndim)) if keepdims else (*kept,)
    if n == 0:
        return as_variable(np.full(fractions.shape + shape, np.nan), "quantile")
    ordered = sort(rows, 0)
    place: Any = np.asarray(fractions * (n - 1))
    low = np.floor(place).astype(np.intp)
    weight = (place - low).reshape((*fractions.shape, *[1] * len(kept)))
    y = between(ordered[low], ordered[np.minimum(low + 1, n - 1)], weight)
    unknown = max(is_nan(rows), 0)
    if sum(unknown):
        y = where(unknown, np.nan, y)
    return reshape(y, fractions.shape + shape)


def nansum(x: _ArrayLike, axis: _Axis = None, keepdims: bool = False) -> Variable:
    """The sum over axes of what is not nan.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to sum over; all if None. Negative ones count from the last.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.

    Returns
    -------
    Variable
        Of x's shape without the axes.

    Raises
    ------
    IndexError
        If an axis is out of bounds.
    ValueError
        If an axis is named twice.
    TypeError
        If an axis is not an int.

    Notes
    -----
    dy/dx = 1, and 0 at a nan. The sum of nothing is 0, as in NumPy.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.nansum(cg.Variable([1.0, float("nan"), 2.0]))
    variable(3.0)
    """
    v = as_variable(x, "nansum")
    axis, keepdims = checked_axis("nansum", v, axis), bool(keepdims)
    return sum(where(is_nan(v), 0.0, v), axis, keepdims)


def nanmean(x: _ArrayLike, axis: _Axis = None, keepdims: bool = False) -> Variable:
    """The mean over axes of what is not nan; nan where there is nothing else.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to average over; all if None. Negative ones count from the last.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.

    Returns
    -------
    Variable
        Of x's shape without the axes.

    Raises
    ------
    IndexError
        If an axis is out of bounds.
    ValueError
        If an axis is named twice.
    TypeError
        If an axis is not an int.

    Notes
    -----
    dy/dx = 1/n, with n the number of elements that are not nan; 0 at a nan.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.nanmean(cg.Variable([1.0, float("nan"), 2.0]))
    variable(1.5)
    """
    v = as_variable(x, "nanmean")
    axis, keepdims = checked_axis("nanmean", v, axis), bool(keepdims)
    count = sum(opposite(is_nan(v)), axis, keepdims)
    return div(nansum(v, axis, keepdims), count)


def nanvar(x: _ArrayLike, axis: _Axis = None, keepdims: bool = False, ddof: float = 0) -> Variable:
    """The variance over axes of what is not nan; nan where there are not more than ddof numbers.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to reduce; all if None. Negative ones count from the last.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.
    ddof : float, default 0
        What is taken from the number n of elements that are not nan before dividing by it, as for
        `variance`.

    Returns
    -------
    Variable
        Of x's shape without the axes.

    Raises
    ------
    IndexError
        If an axis is out of bounds.
    ValueError
        If an axis is named twice.
    TypeError
        If an axis is not an int.

    Notes
    -----
    y = sum((x - nanmean(x))^2) / (n - ddof); dy/dx = 2 (x - nanmean(x)) / (n - ddof), and 0 at a
    nan.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.nanvar(cg.Variable([1.0, float("nan"), 2.0]))
    variable(0.25)
    """
    v = as_variable(x, "nanvar")
    axis, keepdims = checked_axis("nanvar", v, axis), bool(keepdims)
    count, deviation = deviations(v, axis, keepdims, ddof)
    return div(sum(square(deviation), axis, keepdims), count)


def deviations(v: Variable, axis: _Axis, keepdims: bool, ddof: float) -> tuple[Variable, Variable]:
    """How many numbers there are less ddof, nan if none are left; and x - nanmean(x), 0 at a nan."""
    unknown = is_nan(v)
    count = sub(sum(opposite(unknown), axis, keepdims), ddof)
    mean_of = nanmean(v, axis, True)
    return where(above(count, 0.0), count, np.nan), where(unknown, 0.0, sub(v, mean_of))


def nanstd(x: _ArrayLike, axis: _Axis = None, keepdims: bool = False, ddof: float = 0) -> Variable:
    """The standard deviation over axes of what is not nan; nan where `nanvar` is.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to reduce; all if None. Negative ones count from the last.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.
    ddof : float, default 0
        What is taken from the number n of elements that are not nan before dividing by it, as for
        `variance`.

    Returns
    -------
    Variable
        Of x's shape without the axes.

    Raises
    ------
    IndexError
        If an axis is out of bounds.
    ValueError
        If an axis is named twice.
    TypeError
        If an axis is not an int.

    Notes
    -----
    The square root of `nanvar`: dy/dx = (x - nanmean(x)) / ((n - ddof) y), and 0 at a nan and where
    y is 0.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.nanstd(cg.Variable([1.0, float("nan"), 3.0]))
    variable(1.0)
    """
    v = as_variable(x, "nanstd")
    axis, keepdims = checked_axis("nanstd", v, axis), bool(keepdims)
    count, deviation = deviations(v, axis, keepdims, ddof)
    return div(euclidean(deviation, axis, keepdims), sqrt(count))


def nanmax(x: _ArrayLike, axis: _Axis = None, keepdims: bool = False) -> Variable:
    """The maximum over axes of what is not nan; nan where there is nothing else.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to reduce; all if None. Negative ones count from the last.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.

    Returns
    -------
    Variable
        Of x's shape without the axes.

    Raises
    ------
    IndexError
        If an axis is out of bounds.
    ValueError
        If an axis is named twice, or there is nothing to take the maximum of.
    TypeError
        If an axis is not an int.

    Notes
    -----
    Equal extremes share the gradient evenly, as for `max`; none flows to a nan.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.nanmax(cg.Variable([1.0, float("nan"), 2.0]))
    variable(2.0)
    """
    v = as_variable(x, "nanmax")
    axis, keepdims = checked_axis("nanmax", v, axis), bool(keepdims)
    unknown = is_nan(v)
    y = max(where(unknown, -np.inf, v), axis, keepdims)
    return where(min(unknown, axis, keepdims), np.nan, y)


def nanmin(x: _ArrayLike, axis: _Axis = None, keepdims: bool = False) -> Variable:
    """The minimum over axes of what is not nan; nan where there is nothing else.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to reduce; all if None. Negative ones count from the last.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.

    Returns
    -------
    Variable
        Of x's shape without the axes.

    Raises
    ------
    IndexError
        If an axis is out of bounds.
    ValueError
        If an axis is named twice, or there is nothing to take the minimum of.
    TypeError
        If an axis is not an int.

    Notes
    -----
    Equal extremes share the gradient evenly, as for `max`; none flows to a nan.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.nanmin(cg.Variable([1.0, float("nan"), 2.0]))
    variable(1.0)
    """
    v = as_variable(x, "nanmin")
    axis, keepdims = checked_axis("nanmin", v, axis), bool(keepdims)
    unknown = is_nan(v)
    y = min(where(unknown, np.inf, v), axis, keepdims)
    return where(min(unknown, axis, keepdims), np.nan, y)
