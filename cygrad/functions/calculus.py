"""cumprod, diff, gradient, trapezoid, interp, linspace: along an axis, what depends on neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

from cygrad.core.variable import Variable
from cygrad.functions.arithmetic import add, div, mul, sub
from cygrad.functions.broadcasting import reshape, sum
from cygrad.functions.comparison import both, equal, equals, is_nan, less, opposite
from cygrad.functions.integers import axis_or_none, integer
from cygrad.functions.operation import as_variable
from cygrad.functions.rearrangement import moveaxis
from cygrad.functions.selection import where
from cygrad.functions.stacking import concat

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = [
    "cumprod",
    "diff",
    "gradient",
    "interp",
    "linspace",
    "trapezoid",
]


def cumprod(x: _ArrayLike, axis: SupportsIndex | None = None) -> Variable:
    """The products of the elements up to each one, along an axis.

    Parameters
    ----------
    x : Variable or array_like
    axis : int, optional
        The axis to multiply along; x flattened if None.

    Returns
    -------
    Variable
        Of x's shape; one axis of x's size if axis is None.

    Raises
    ------
    IndexError
        If the axis is out of bounds.

    Notes
    -----
    Computed by doubling: products of 2, 4, 8, ... neighbours. So the derivatives, of any order, are
    made of products, and right where elements are zero.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([2.0, 0.0, 3.0])
    >>> y = F.cumprod(x); y.backward(); y, x.grad
    (variable([2., 0., 0.]), variable([1., 8., 0.]))
    """
    v = as_variable(x, "cumprod")
    place = axis_or_none("cumprod", axis)
    if place is None or (v.ndim == 0 and place in (0, -1)):
        v, place = reshape(v, -1), 0
    y = moveaxis(v, place, 0)
    n, step = y.shape[0], 1
    while step < n:
        y = concat([y[:step], mul(y[step:], y[: n - step])])
        step *= 2
    return moveaxis(y, 0, place)


def diff(
    x: _ArrayLike,
    n: int = 1,
    axis: SupportsIndex = -1,
    prepend: _ArrayLike | None = None,
    append: _ArrayLike | None = None,
) -> Variable:
    """The differences of neighbours along an axis, n times.

    Parameters
    ----------
    x : Variable or array_like
        Of one or more axes.
    n : int, default 1
    axis : int, default -1
    prepend, append : Variable, float or array_like, optional
        What stands before and after x, along the axis; a number is one slice of it.

    Returns
    -------
    Variable
        Shorter by n along the axis.

    Raises
    ------
    ValueError
        If n is negative, or x is a number.
    IndexError
        If the axis is out of bounds.

    Notes
    -----
    y_k = x_(k+1) - x_k.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.diff(cg.Variable([1.0, 4.0, 9.0]))
    variable([3., 5.])
    """
    v = as_variable(x, "diff")
    n, place_of_axis = integer("diff", "n", n), integer("diff", "axis", axis)
    if v.ndim == 0:
        raise ValueError("diff: a number has no neighbours; x must have at least one axis")
    if n < 0:
        raise ValueError(f"diff: n must not be negative, got {n}")
    if n == 0:
        return v
    y = moveaxis(v, place_of_axis, 0)
    parts = [y]
    for place, more in ((0, prepend), (2, append)):
        if more is not None:
            w = as_variable(more, "diff")
            if w.ndim == 0:
                w = mul(w, np.ones((1, *y.shape[1:])))
            else:
                w = moveaxis(w, place_of_axis, 0)
            parts.insert(place, w)
    y = concat(parts) if len(parts) > 1 else y
    for _ in range(min(n, len(y))):  # then nothing is left
        y = sub(y[1:], y[:-1])
    return moveaxis(y, 0, place_of_axis)


def gradient(
    x: _ArrayLike, spacing: float | _ArrayLike = 1.0, axis: SupportsIndex = -1
) -> Variable:
    """The slope of sampled values along an axis, by second-order differences.

    (Not the derivative of a computation, which `Variable.backward` gives.)

    Parameters
    ----------
    x : Variable or array_like
        The values.
    spacing : float, Variable or array_like, default 1.0
        The distance of the samples; or a vector of their places.
    axis : int, default -1

    Returns
    -------
    Variable
        Of x's shape. First-order differences at the ends.

    Raises
    ------
    ValueError
        If there are fewer than two samples, or not as many places as samples.
    IndexError
        If the axis is out of bounds.

    Notes
    -----
    In between, (x_(i+1) - x_(i-1)) / (2 h); with unequal distances l before and r after a sample,
    (r s + l t) / (l + r) of the slopes s before and t after it: np.gradient's formulas.
    Differentiated with respect to the values and to the spacing.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.gradient(cg.Variable([0.0, 1.0, 4.0, 9.0]))
    variable([1., 2., 4., 5.])
    """
    v = as_variable(x, "gradient")
    place = integer("gradient", "axis", axis)
    if v.ndim == 0 or v.shape[place if -v.ndim <= place < v.ndim else 0] < 2:
        raise ValueError(f"gradient: needs at least two samples along an axis of shape {v.shape}")
    y = moveaxis(v, place, 0)
    h = as_variable(spacing, "gradient")
    if h.ndim == 0:
        middle = div(sub(y[2:], y[:-2]), mul(h, 2.0))
        ends = [div(sub(y[1:2], y[:1]), h), div(sub(y[-1:], y[-2:-1]), h)]
    else:
        if h.shape != y.shape[:1]:
            raise ValueError(f"gradient: {h.shape} places do not fit {y.shape[0]} samples")
        steps = reshape(sub(h[1:], h[:-1]), (-1, *[1] * (y.ndim - 1)))
        slopes = div(sub(y[1:], y[:-1]), steps)
        left, right = steps[:-1], steps[1:]
        total = add(left, right)
        middle = div(add(mul(right, slopes[:-1]), mul(left, slopes[1:])), total)
        ends = [slopes[:1], slopes[-1:]]
    return moveaxis(concat([ends[0], middle, ends[1]]), 0, place)


def trapezoid(
    y: _ArrayLike, x: _ArrayLike | None = None, dx: float = 1.0, axis: SupportsIndex = -1
) -> Variable:
    """The integral of sampled values along an axis, by the trapezoidal rule.

    Parameters
    ----------
    y : Variable or array_like
        The values.
    x : Variable or array_like, optional
        The places of the samples: a vector, or of y's shape.
    dx : float, default 1.0
        Their distance, if x is None.
    axis : int, default -1

    Returns
    -------
    Variable
        Of y's shape without the axis.

    Raises
    ------
    ValueError
        If x does not fit y.
    IndexError
        If the axis is out of bounds.

    Notes
    -----
    sum_k (x_(k+1) - x_k) (y_k + y_(k+1)) / 2, differentiated with respect to both.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.trapezoid(cg.Variable([1.0, 2.0, 4.0]), dx=0.5)
    variable(2.25)
    """
    place = integer("trapezoid", "axis", axis)
    v = moveaxis(as_variable(y, "trapezoid"), place, -1)
    steps: Variable | float = dx
    if x is not None:
        places = as_variable(x, "trapezoid")
        steps = diff(places, axis=-1 if places.ndim == 1 else place)
        steps = steps if steps.ndim == 1 else moveaxis(steps, place, -1)
    return sum(div(mul(steps, add(v[..., 1:], v[..., :-1])), 2.0), -1)


def interp(
    x: _ArrayLike,
    xp: _ArrayLike,
    fp: _ArrayLike,
    left: _ArrayLike | None = None,
    right: _ArrayLike | None = None,
) -> Variable:
    """The piecewise linear function through points, at x.

    Parameters
    ----------
    x : Variable, float or array_like
        Where to evaluate.
    xp, fp : Variable or array_like
        The abscissas, which increase, and the ordinates of the points: vectors of equal length.
    left, right : Variable or float, optional
        The value before the first and after the last point; theirs if None.

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    ValueError
        If xp and fp are not vectors of equal length, or empty.

    Notes
    -----
    Differentiated with respect to x (the slope; at a point, that on its right), xp and fp.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.interp(cg.Variable([0.5, 1.5, 9.0]), [0.0, 1.0, 2.0], [0.0, 10.0, 30.0])
    variable([ 5., 20., 30.])
    """
    at = as_variable(x, "interp")
    px, py = as_variable(xp, "interp"), as_variable(fp, "interp")
    if px.ndim != 1 or px.shape != py.shape or px.size == 0:
        raise ValueError(
            f"interp: the points must be vectors of equal length, not {px.shape} and {py.shape}"
        )
    before, after = less(at, px[0]), less(px[-1], at)
    first: _ArrayLike = py[0] if left is None else left
    last: _ArrayLike = py[-1] if right is None else right
    if px.size == 1:
        return where(before, first, where(after, last, add(mul(at, 0.0), py[0])))
    k = np.clip(np.searchsorted(px.data, at.data, side="right") - 1, 0, px.size - 2)
    x0, x1, y0, y1 = px[k], px[k + 1], py[k], py[k + 1]
    # At the last point, its own value, not one rounded on the way there.
    inner = add(y0, mul(sub(at, x0), div(sub(y1, y0), sub(x1, x0))))
    unknown = is_nan(inner)
    if sum(unknown):  # beside an infinity: the weighted mean, without inf - inf and 0 inf
        share = div(sub(at, x0), sub(x1, x0))
        share = where(both(is_nan(share), opposite(is_nan(at))), 1.0, share)
        share = where(equal(at, x0), 0.0, share)
        near = where(equals(share, 1.0), 0.0, mul(sub(1.0, share), y0))
        far = where(equals(share, 0.0), 0.0, mul(share, y1))
        inner = where(unknown, add(near, far), inner)
    return where(before, first, where(after, last, inner))


def linspace(
    start: _ArrayLike, stop: _ArrayLike, num: int = 50, endpoint: bool = True, axis: int = 0
) -> Variable:
    """Evenly spaced numbers from start to stop, differentiated with respect to both.

    (`cygrad.linspace` makes a leaf.)

    Parameters
    ----------
    start, stop : Variable, float or array_like
        Of shapes that broadcast.
    num : int, default 50
        How many.
    endpoint : bool, default True
        Whether stop is the last of them.
    axis : int, default 0
        Where their axis stands in the result.

    Returns
    -------
    Variable

    Raises
    ------
    ValueError
        If num is negative, or the shapes do not broadcast.

    Notes
    -----
    y_k = (1 - t_k) start + t_k stop, t_k = k / (num - 1), or k / num without the endpoint.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.linspace(cg.Variable(0.0), cg.Variable(1.0), 5)
    variable([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    a, b = as_variable(start, "linspace"), as_variable(stop, "linspace")
    num, axis = integer("linspace", "num", num), integer("linspace", "axis", axis)
    if num < 0:
        raise ValueError(f"linspace: num must not be negative, got {num}")
    ndim = len(np.broadcast_shapes(a.shape, b.shape))
    t: Any = np.linspace(0.0, 1.0, num, endpoint).reshape((-1, *[1] * ndim))
    y = add(mul(a, 1.0 - t), mul(b, t))
    return moveaxis(y, 0, axis)
