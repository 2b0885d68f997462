"""append, array_split, hstack, vstack, dstack, column_stack, atleast_1d, _2d, _3d, meshgrid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

from cygrad.core.variable import Variable
from cygrad.functions.broadcasting import broadcast_to, reshape
from cygrad.functions.integers import integer
from cygrad.functions.operation import as_variable
from cygrad.functions.stacking import concat, split

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike, _Integers

__all__ = [
    "append",
    "array_split",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "column_stack",
    "dstack",
    "hstack",
    "meshgrid",
    "vstack",
]


MAX_INPUTS = 30000  # of a Function: so many parts can be joined in the backward pass


def variables_of(where: str, xs: Iterable[_ArrayLike]) -> list[Variable]:
    if not isinstance(xs, Iterable) and not hasattr(xs, "__getitem__"):
        raise TypeError(f"{where}: takes a sequence of arrays, not {type(xs).__name__}")
    return [as_variable(x, where) for x in xs]


def append(x: _ArrayLike, values: _ArrayLike, axis: SupportsIndex | None = None) -> Variable:
    """x with values at its end.

    Parameters
    ----------
    x, values : Variable or array_like
        Of equal shapes but for the axis.
    axis : int, optional
        The axis to append along; both flattened if None.

    Returns
    -------
    Variable
        Of x's shape, but for the axis; a vector if axis is None.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    IndexError
        If the axis is out of bounds.

    Notes
    -----
    The gradient is cut into the two parts.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.append(cg.Variable([1.0, 2.0]), 3.0)
    variable([1., 2., 3.])
    """
    parts = [as_variable(x, "append"), as_variable(values, "append")]
    if axis is None:
        return concat([reshape(v, -1) for v in parts])
    return concat(parts, axis)


def array_split(
    x: _ArrayLike, sections: SupportsIndex | _Integers, axis: SupportsIndex = 0
) -> tuple[Variable, ...]:
    """x cut along an axis into nearly equal parts, or at places.

    Parameters
    ----------
    x : Variable or array_like
    sections : int or sequence of int
        How many parts, of which the first are longer by 1 where the length does not divide; or the
        places where to cut.
    axis : int, default 0

    Returns
    -------
    tuple of Variable
        Views.

    Raises
    ------
    ValueError
        If the number of parts is not positive, or x has no axes.
    IndexError
        If the axis is out of bounds.

    Notes
    -----
    The gradients of the parts are joined; where places out of order let parts overlap, they add up.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.array_split(cg.Variable([1.0, 2.0, 3.0]), 2)
    (variable([1., 2.]), variable([3.]))
    >>> F.array_split(cg.Variable([1.0, 2.0, 3.0]), [1])
    (variable([1.]), variable([2., 3.]))
    """
    v = as_variable(x, "array_split")
    axis = integer("array_split", "axis", axis)
    places: Any = sections
    if not isinstance(places, Variable) and np.ndim(places) == 1:
        places = [integer("array_split", "sections", place) for place in places]
    else:
        places = integer("array_split", "sections", places)
        if not 0 < places <= MAX_INPUTS:
            raise ValueError(
                f"array_split: sections must be positive and at most {MAX_INPUTS}, not {places}"
            )
    if v.ndim == 0:
        raise ValueError("array_split: a zero-dimensional array cannot be split")
    if not -v.ndim <= axis < v.ndim:
        raise IndexError(f"array_split: axis {axis} is out of bounds for {v.ndim} dimensions")
    parts = np.array_split(np.arange(v.shape[axis]), places)
    if sum(map(len, parts)) == v.shape[axis]:
        return split(v, [len(part) for part in parts], axis)
    # Places out of order, whose parts overlap.
    lead: Any = (slice(None),) * (axis % v.ndim)
    return tuple(v[(*lead, part)] for part in parts)


def atleast_1d(x: _ArrayLike) -> Variable:
    """x, or a vector of it where it is a number.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        A view, or x itself if it has as many axes.

    Notes
    -----
    The gradient is reshaped to x's shape.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.atleast_1d(cg.Variable(3.0))
    variable([3.])
    """
    v = as_variable(x, "atleast_1d")
    return v if v.ndim > 0 else reshape(v, 1)


def atleast_2d(x: _ArrayLike) -> Variable:
    """x with new axes in front until it has two.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        A view, or x itself if it has as many axes.

    Notes
    -----
    The gradient is reshaped to x's shape.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.atleast_2d(cg.Variable([1.0, 2.0])).shape
    (1, 2)
    """
    v = as_variable(x, "atleast_2d")
    return v if v.ndim > 1 else reshape(v, (1, v.size))


def atleast_3d(x: _ArrayLike) -> Variable:
    """x with new axes until it has three: (1, n, 1) of a vector, (m, n, 1) of a matrix.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        A view, or x itself if it has as many axes.

    Notes
    -----
    The gradient is reshaped to x's shape.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.atleast_3d(cg.Variable([1.0, 2.0])).shape
    (1, 2, 1)
    """
    v = as_variable(x, "atleast_3d")
    if v.ndim > 2:
        return v
    return reshape(v, (*v.shape, 1) if v.ndim == 2 else (1, v.size, 1))


def hstack(xs: Iterable[_ArrayLike]) -> Variable:
    """Arrays side by side: joined along the second axis, vectors along their only one.

    Parameters
    ----------
    xs : sequence of Variable or array_like
        Of equal shapes but for the axis; numbers are vectors of one element.

    Returns
    -------
    Variable
        As long along the axis as all together.

    Raises
    ------
    ValueError
        If the shapes do not fit, or there is nothing to join.

    Notes
    -----
    The gradient is cut into the parts.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.hstack([cg.Variable([1.0, 2.0]), 3.0])
    variable([1., 2., 3.])
    """
    parts = [atleast_1d(v) for v in variables_of("hstack", xs)]
    return concat(parts, 0 if parts and parts[0].ndim == 1 else 1)


def vstack(xs: Iterable[_ArrayLike]) -> Variable:
    """Arrays one below the other: joined along the first axis, vectors being rows.

    Parameters
    ----------
    xs : sequence of Variable or array_like
        Of equal shapes but for the first axis; vectors count as (1, n), numbers as (1, 1).

    Returns
    -------
    Variable
        Of two or more axes.

    Raises
    ------
    ValueError
        If the shapes do not fit, or there is nothing to join.

    Notes
    -----
    The gradient is cut into the parts.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.vstack([cg.Variable([1.0, 2.0]), [3.0, 4.0]])
    variable([[1., 2.],
              [3., 4.]])
    """
    return concat([atleast_2d(v) for v in variables_of("vstack", xs)])


def dstack(xs: Iterable[_ArrayLike]) -> Variable:
    """Arrays one behind the other: joined along the third axis.

    Parameters
    ----------
    xs : sequence of Variable or array_like
        Of equal shapes but for the third axis; vectors count as (1, n, 1), matrices as (m, n, 1).

    Returns
    -------
    Variable
        Of three or more axes.

    Raises
    ------
    ValueError
        If the shapes do not fit, or there is nothing to join.

    Notes
    -----
    The gradient is cut into the parts.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.dstack([cg.Variable([1.0, 2.0]), [3.0, 4.0]])
    variable([[[1., 3.],
               [2., 4.]]])
    """
    return concat([atleast_3d(v) for v in variables_of("dstack", xs)], 2)


def column_stack(xs: Iterable[_ArrayLike]) -> Variable:
    """Arrays side by side, vectors being columns.

    Parameters
    ----------
    xs : sequence of Variable or array_like
        Of equal shapes but for the second axis; vectors count as (n, 1), numbers as (1, 1).

    Returns
    -------
    Variable
        Of two or more axes.

    Raises
    ------
    ValueError
        If the shapes do not fit, or there is nothing to join.

    Notes
    -----
    The gradient is cut into the parts.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.column_stack([cg.Variable([1.0, 2.0]), [3.0, 4.0]])
    variable([[1., 3.],
              [2., 4.]])
    """
    columns = variables_of("column_stack", xs)
    return concat([v if v.ndim > 1 else reshape(v, (v.size, 1)) for v in columns], 1)


def meshgrid(*xs: _ArrayLike, indexing: str = "xy", sparse: bool = False) -> tuple[Variable, ...]:
    """The coordinates of the points of a grid, from those along each axis.

    Parameters
    ----------
    *xs : Variable or array_like
        Vectors, of lengths n_1, n_2, ...
    indexing : 'xy' or 'ij', default 'xy'
        'ij': the results have shape (n_1, n_2, ...); 'xy': the first two axes are swapped.
    sparse : bool, default False
        Leave the axes along which a result does not change at length 1.

    Returns
    -------
    tuple of Variable
        Views, one for each vector.

    Raises
    ------
    ValueError
        If indexing is something else.

    Notes
    -----
    The gradient of a coordinate is summed over the points that have it.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.meshgrid(cg.Variable([1.0, 2.0]), cg.Variable([3.0, 4.0]))
    (variable([[1., 2.],
              [1., 2.]]), variable([[3., 3.],
              [4., 4.]]))
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing must be 'xy' or 'ij', not {indexing!r}")
    parts = [reshape(as_variable(x, "meshgrid"), -1) for x in xs]
    order = list(range(len(parts)))
    if indexing == "xy" and len(parts) > 1:
        order[0], order[1] = 1, 0
    grids = []
    for part, axis in zip(parts, order, strict=True):
        grids.append(reshape(part, tuple(-1 if d == axis else 1 for d in range(len(parts)))))
    if sparse:
        return tuple(grids)
    whole = np.broadcast_shapes(*[grid.shape for grid in grids])
    return tuple(broadcast_to(grid, whole) for grid in grids)
