"""roll, rot90, pad, diag, diagonal, trace, sort, partition, take_along_axis, moveaxis, swapaxes.

The same elements elsewhere. NumPy's own function is applied to the elements' positions, and the
elements are gathered from there; the derivative is that of the gathering.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from cygrad.core.variable import Variable
from cygrad.functions.broadcasting import reshape, sum
from cygrad.functions.indexing import take
from cygrad.functions.integers import axes, axis_or_none, integer, integers
from cygrad.functions.operation import as_variable
from cygrad.functions.selection import where
from cygrad.functions.shape import transpose

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike, _Axis, _PlainNumbers, _Positions

# What NumPy's functions make of an array of positions: Any, as their types allow little else.

__all__ = [
    "diag",
    "diagonal",
    "moveaxis",
    "pad",
    "partition",
    "roll",
    "rot90",
    "sort",
    "swapaxes",
    "take_along_axis",
    "trace",
]


Positions = Any


def rearranged(v: Variable, function: Callable[[Positions], Positions]) -> Variable:
    """What NumPy's function, which only moves elements, makes of v."""
    return take(v, function(np.arange(v.size).reshape(v.shape)))


def check_axes(where: str, v: Variable, *axes: int | tuple[int, ...]) -> None:
    """IndexError if v does not have them: NumPy's has no function's name, or is an OverflowError."""
    for given in axes:
        for axis in given if isinstance(given, tuple) else (given,):
            if not -v.ndim <= axis < v.ndim:
                raise IndexError(
                    f"{where}: axis {axis} is out of bounds for an array of {v.ndim} dimensions"
                )


def offset_of(where: str, name: str, value: Any, v: Variable) -> int:
    """Which diagonal; beyond v's edges all are the same."""
    offset = integer(where, name, value)
    if v.ndim == 1:  # which makes a matrix large enough
        return offset
    edge = max(v.shape, default=0)
    return min(max(offset, -edge), edge)


def placed(v: Variable, positions: Positions, background: _ArrayLike = 0.0) -> Variable:
    """The elements at the positions; the background where a position is negative."""
    outside = positions < 0
    if v.size == 0 or not outside.any():
        kept = take(v, positions) if v.size else as_variable(np.zeros(positions.shape), "pad")
    else:
        kept = take(v, np.where(outside, 0, positions))
    return where(outside, background, kept)


def roll(x: _ArrayLike, shift: int | tuple[int, ...], axis: _Axis = None) -> Variable:
    """x with its elements moved along axes; what leaves at one end comes back at the other.

    Parameters
    ----------
    x : Variable or array_like
    shift : int or tuple of int
        By how many places; one for all axes, or one for each.
    axis : int or tuple of int, optional
        Along which axes; x flattened, and given its shape again, if None.

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    IndexError
        If an axis is out of bounds.
    ValueError
        If there is not a shift for each axis.
    TypeError
        If a shift is not an int.

    Notes
    -----
    The gradient is moved back.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.roll(cg.Variable([1.0, 2.0, 3.0]), 1)
    variable([3., 1., 2.])
    """
    v = as_variable(x, "roll")
    shift, along = integers("roll", "shift", shift, "whole numbers"), axes("roll", axis)
    return rearranged(v, lambda p: np.roll(p, shift, along))


def rot90(x: _ArrayLike, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Variable:
    """x turned by k right angles, from the first of two axes towards the second.

    Parameters
    ----------
    x : Variable or array_like
        Of two or more axes.
    k : int, default 1
        How often; negative the other way round.
    axes : pair of int, default (0, 1)
        The plane to turn in.

    Returns
    -------
    Variable

    Raises
    ------
    ValueError
        If the axes are not two different axes of x.
    TypeError
        If k is not an int.

    Notes
    -----
    The gradient is turned back.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.rot90(cg.Variable([[1.0, 2.0], [3.0, 4.0]]))
    variable([[2., 4.],
              [1., 3.]])
    """
    v = as_variable(x, "rot90")
    k = integer("rot90", "k", k, "whole numbers")
    plane: Any = integers("rot90", "axes", axes)
    return rearranged(v, lambda p: np.rot90(p, k % 4, plane))


GATHERED = ("edge", "reflect", "symmetric", "wrap")


def widths_of(pad_width: Any) -> Any:
    """np.pad's widths: a number, pairs, or a dict of them by axis; of ints alone."""
    if isinstance(pad_width, dict):
        return {integer("pad", "an axis", a): widths_of(w) for a, w in pad_width.items()}
    widths = np.asarray(pad_width)
    if widths.size > 0 and widths.dtype.kind not in "iu":
        raise TypeError(f"pad: pad_width must be made of ints, not {pad_width!r}")
    return widths.tolist()


def pad(
    x: _ArrayLike,
    pad_width: _Positions,
    mode: str = "constant",
    constant_values: _PlainNumbers = 0.0,
) -> Variable:
    """x with more elements before and after, along each axis.

    Parameters
    ----------
    x : Variable or array_like
    pad_width : int, pair of int, or sequence of pairs of int
        How many elements before and after; for all axes, or for each.
    mode : str, default 'constant'
        What they are: 'constant'; 'edge', the last element; 'reflect' and 'symmetric', the elements
        mirrored without and with the last; 'wrap', those of the other end.
    constant_values : float, pair of float, or sequence of pairs of float, default 0
        In mode 'constant', the number, or those before and after, for all axes or for each.

    Returns
    -------
    Variable

    Raises
    ------
    ValueError
        For another mode, such as NumPy's 'mean' and 'linear_ramp'; if pad_width does not fit x, or
        there is nothing to repeat.
    TypeError
        If pad_width is not made of ints, or constant_values is a Variable.

    Notes
    -----
    The gradient of an element is summed over its copies.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([1.0, 2.0, 3.0])
    >>> F.pad(x, 1), F.pad(x, (0, 2), "reflect")
    (variable([0., 1., 2., 3., 0.]), variable([1., 2., 3., 2., 1.]))
    """
    v = as_variable(x, "pad")
    widths: Any = widths_of(pad_width)
    if mode in GATHERED:
        return rearranged(v, lambda p: np.pad(p, widths, mode=mode))  # type: ignore[call-overload]
    if mode != "constant":
        raise ValueError(
            f"pad: mode={mode!r} is not differentiated; it is 'constant', "
            f"{', '.join(map(repr, GATHERED))}. Join what you need by concat"
        )
    if isinstance(constant_values, Variable):
        raise TypeError("pad: constant_values are numbers, not a Variable; use .data, or concat")
    inside = np.pad(np.arange(v.size).reshape(v.shape), widths, constant_values=-1)
    border: Any = constant_values
    if np.ndim(border) == 0:
        border = float(border)
    else:
        border = np.pad(np.zeros(v.shape), widths, constant_values=border)
    return placed(v, inside, border)


def diag(x: _ArrayLike, k: int = 0) -> Variable:
    """The matrix with a vector on its diagonal, or the diagonal of a matrix.

    Parameters
    ----------
    x : Variable or array_like
        Of one or two axes.
    k : int, default 0
        Which diagonal: 0 the main one, above it the positive ones.

    Returns
    -------
    Variable
        A matrix of zeros but for the diagonal; or a vector.

    Raises
    ------
    ValueError
        If x has neither one nor two axes.

    Notes
    -----
    The gradient is the diagonal of the result's, or a matrix with that on its diagonal.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.diag(cg.Variable([1.0, 2.0])), F.diag(cg.Variable([[1.0, 2.0], [3.0, 4.0]]))
    (variable([[1., 0.],
              [0., 2.]]), variable([1., 4.]))
    """
    v = as_variable(x, "diag")
    k = offset_of("diag", "k", k, v)
    if v.ndim == 2:
        return diagonal(v, k)
    if v.ndim != 1:
        raise ValueError(f"diag: x has {v.ndim} axes; it must be a vector or a matrix")
    return placed(v, np.diag(np.arange(1, v.size + 1), k) - 1)


def diagonal(x: _ArrayLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Variable:
    """The diagonals of the matrices in two of x's axes.

    Parameters
    ----------
    x : Variable or array_like
        Of two or more axes.
    offset : int, default 0
        Which diagonal: 0 the main one, above it the positive ones.
    axis1, axis2 : int, default 0 and 1
        The axes of the rows and of the columns.

    Returns
    -------
    Variable
        x's shape without the two axes, and at the end the diagonal's length.

    Raises
    ------
    ValueError
        If x has fewer than two axes, or the two are the same.
    IndexError
        If an axis is out of bounds.

    Notes
    -----
    The gradient is 0 but on the diagonals.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.diagonal(cg.Variable([[1.0, 2.0], [3.0, 4.0]]), 1)
    variable([2.])
    """
    v = as_variable(x, "diagonal")
    axis1, axis2 = integer("diagonal", "axis1", axis1), integer("diagonal", "axis2", axis2)
    offset = offset_of("diagonal", "offset", offset, v)
    if v.ndim > 1:
        check_axes("diagonal", v, axis1, axis2)
    return rearranged(v, lambda p: np.diagonal(p, offset, axis1, axis2))


def trace(x: _ArrayLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Variable:
    """The sums along the diagonals of the matrices in two of x's axes.

    Parameters
    ----------
    x : Variable or array_like
        Of two or more axes.
    offset : int, default 0
        Which diagonal: 0 the main one, above it the positive ones.
    axis1, axis2 : int, default 0 and 1
        The axes of the rows and of the columns.

    Returns
    -------
    Variable
        x's shape without the two axes.

    Raises
    ------
    ValueError
        If x has fewer than two axes, or the two are the same.
    IndexError
        If an axis is out of bounds.

    Notes
    -----
    The gradient is gy on the diagonals, and 0 elsewhere.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.trace(cg.Variable([[1.0, 2.0], [3.0, 4.0]]))
    variable(5.0)
    """
    v = as_variable(x, "trace")
    axis1, axis2 = integer("trace", "axis1", axis1), integer("trace", "axis2", axis2)
    offset = offset_of("trace", "offset", offset, v)
    if v.ndim > 1:
        check_axes("trace", v, axis1, axis2)
    return sum(diagonal(v, offset, axis1, axis2), -1)


def sort(x: _ArrayLike, axis: SupportsIndex | None = -1) -> Variable:
    """x in ascending order along an axis; nan at the end.

    Parameters
    ----------
    x : Variable or array_like
    axis : int, optional
        The axis to sort along, by default the last; x flattened if None.

    Returns
    -------
    Variable
        Of x's shape; one axis if axis is None.

    Raises
    ------
    IndexError
        If the axis is out of bounds.

    Notes
    -----
    Each gradient flows to the element that stands at its place. The order of equal elements, and so
    who of them gets which, is that in x (a stable sort).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.sort(cg.Variable([3.0, 1.0, 2.0]))
    variable([1., 2., 3.])
    """
    v = as_variable(x, "sort")
    axis = axis_or_none("sort", axis)
    if axis is None:
        v, axis = reshape(v, -1), 0
    check_axes("sort", v, axis)
    return take_along_axis(v, np.argsort(v.data, axis, kind="stable"), axis)


def partition(x: _ArrayLike, kth: int | Sequence[int], axis: SupportsIndex | None = -1) -> Variable:
    """x, ordered so far that the elements at places `kth` stand as in the sorted array.

    The smaller stand before them, the rest after.

    Parameters
    ----------
    x : Variable or array_like
    kth : int or sequence of int
        The places.
    axis : int, optional
        The axis to order along, by default the last; x flattened if None.

    Returns
    -------
    Variable
        Of x's shape; one axis if axis is None. The order within the parts is NumPy's.

    Raises
    ------
    ValueError
        If a place is out of bounds.
    IndexError
        If the axis is.

    Notes
    -----
    Each gradient flows to the element that stands at its place, as for `sort`.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.partition(cg.Variable([3.0, 1.0, 2.0]), 0)[0]
    variable(1.0)
    """
    v = as_variable(x, "partition")
    axis, kth = axis_or_none("partition", axis), integers("partition", "kth", kth)
    if axis is None:
        v, axis = reshape(v, -1), 0
    check_axes("partition", v, axis)
    n = v.shape[axis]
    for place in kth if isinstance(kth, tuple) else (kth,):
        if not -n <= place < n:
            raise ValueError(f"partition: place {place} is out of bounds for an axis of length {n}")
    return take_along_axis(v, np.argpartition(v.data, kth, axis), axis)


def take_along_axis(
    x: _ArrayLike, indices: _Positions, axis: SupportsIndex | None = -1
) -> Variable:
    """The elements at indices along an axis, as argsort and argmax give them.

    Parameters
    ----------
    x : Variable or array_like
    indices : integer array_like
        Of x's number of axes; all but the axis broadcast with x's.
    axis : int, optional
        By default the last; x flattened if None.

    Returns
    -------
    Variable
        Of the indices' shape, broadcast.

    Raises
    ------
    IndexError
        If an index or the axis is out of bounds, or the indices are not integers.
    ValueError
        If the numbers of axes differ.
    TypeError
        If the indices are a Variable.

    Notes
    -----
    The gradient is added into zeros at the indices; elements chosen twice get both.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([[3.0, 1.0], [5.0, 7.0]])
    >>> F.take_along_axis(x, [[1], [0]], axis=1)
    variable([[1.],
              [5.]])
    """
    v = as_variable(x, "take_along_axis")
    if isinstance(indices, Variable):
        raise TypeError("take_along_axis: indices must be integers, not a Variable; use its .data")
    chosen = np.asarray(indices)
    axis = axis_or_none("take_along_axis", axis)
    if axis is not None:
        check_axes("take_along_axis", v, axis)
    return rearranged(v, lambda p: np.take_along_axis(p, chosen, axis))


def moveaxis(
    x: _ArrayLike, source: int | Sequence[int], destination: int | Sequence[int]
) -> Variable:
    """x with axes at other places; the others keep their order.

    Parameters
    ----------
    x : Variable or array_like
    source, destination : int or sequence of int
        The axes, and where they stand in the result.

    Returns
    -------
    Variable
        A view.

    Raises
    ------
    IndexError
        If an axis is out of bounds.
    ValueError
        If an axis is named twice, or there are not as many places as axes.

    Notes
    -----
    The gradient's axes are moved back.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.moveaxis(cg.zeros(2, 3, 4), 0, -1).shape
    (3, 4, 2)
    """
    v = as_variable(x, "moveaxis")
    source = integers("moveaxis", "source", source)
    destination = integers("moveaxis", "destination", destination)
    check_axes("moveaxis", v, source, destination)
    moved = normalize_axis_tuple(source, v.ndim, "source")
    places = normalize_axis_tuple(destination, v.ndim, "destination")
    if len(moved) != len(places):
        raise ValueError(f"moveaxis: {len(moved)} axes and {len(places)} places for them")
    order = [axis for axis in range(v.ndim) if axis not in moved]
    for place, axis in sorted(zip(places, moved, strict=True)):
        order.insert(place, axis)
    return transpose(v, order)


def swapaxes(x: _ArrayLike, axis1: SupportsIndex, axis2: SupportsIndex) -> Variable:
    """x with two axes in each other's place.

    Parameters
    ----------
    x : Variable or array_like
    axis1, axis2 : int

    Returns
    -------
    Variable
        A view.

    Raises
    ------
    IndexError
        If an axis is out of bounds.

    Notes
    -----
    The gradient's axes are swapped back.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.swapaxes(cg.zeros(2, 3, 4), 0, 2).shape
    (4, 3, 2)
    """
    v = as_variable(x, "swapaxes")
    axis1, axis2 = integer("swapaxes", "axis1", axis1), integer("swapaxes", "axis2", axis2)
    check_axes("swapaxes", v, axis1, axis2)
    first = normalize_axis_index(axis1, v.ndim)
    second = normalize_axis_index(axis2, v.ndim)
    order = list(range(v.ndim))
    order[first], order[second] = second, first
    return transpose(v, order)
