"""flip, repeat, tile: the elements in another order, or several times.

Made of views and broadcasting, whose derivatives are theirs.
"""

from cygrad.core.layout cimport (
    Layout, MAX_NDIM, ints_of, layout_of_shape, release,
)
from cygrad.core.variable cimport Variable, describe
from cygrad.functions.axes cimport axes_of, axis_to_flatten, single_axis
from cygrad.functions.broadcasting cimport broadcast_to_layout, copied, reshaped, with_shape
from cygrad.functions.indexing cimport get_view
from cygrad.functions.operation cimport as_variable

import numpy as np

from cygrad.functions.indexing import take


def flip(x, axis=None):
    """x with the order of the elements along axes reversed.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to reverse; all if None.

    Returns
    -------
    Variable
        A view.

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
    The gradient is reversed along the same axes.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.flip(cg.Variable([[1.0, 2.0], [3.0, 4.0]]), axis=1)
    variable([[2., 1.],
              [4., 3.]])
    """
    cdef Variable v = as_variable(x, "flip")
    cdef unsigned long long axes = axes_of(axis, v, "flip")
    return get_view(v, tuple([slice(None, None, -1) if (axes >> d) & 1 else slice(None)
                              for d in range(v.layout.ndim)]))


# ---- tile and repeat: a new axis for the copies, broadcast, and merged with its neighbour ------

cdef Variable multiplied(Variable x, list separate, list together, list result, str where):
    """x with new axes of length 1, then lengthened, then merged."""
    cdef Layout* layout
    cdef Variable y
    if len(together) > MAX_NDIM:
        raise ValueError(f"{where}: {describe(x)} has too many axes to be repeated along so many; "
                         f"an array may have at most {MAX_NDIM}")
    layout = layout_of_shape(together)
    try:
        y = broadcast_to_layout(with_shape(x, separate), layout)
    finally:
        release(layout)
    return reshaped(y, result)


def tile(x, reps):
    """Copies of x side by side.

    Parameters
    ----------
    x : Variable or array_like
    reps : int or tuple of int
        How many copies along each axis. Where it names fewer axes than x has, they are x's last;
        where it names more, x gets new axes of length 1 in front.

    Returns
    -------
    Variable
        A copy.

    Raises
    ------
    ValueError
        If a number of copies is negative.
    TypeError
        If it is not an int.

    Notes
    -----
    The gradient is summed over the copies.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.tile(cg.Variable([1.0, 2.0]), (2, 2))
    variable([[1., 2., 1., 2.],
              [1., 2., 1., 2.]])
    """
    cdef Variable v = as_variable(x, "tile")
    counts = ints_of(reps, "tile")
    for count in counts:
        if count < 0:
            raise ValueError(f"tile: reps must not be negative, got {reps!r}")
    ndim = max(len(counts), v.layout.ndim)
    counts = [1] * (ndim - len(counts)) + counts
    lengths = [1] * (ndim - v.layout.ndim) + list(v.shape)
    separate = []
    together = []
    result = []
    for count, length in zip(counts, lengths):
        if count != 1:
            separate.append(1)
            together.append(count)
        separate.append(length)
        together.append(length)
        result.append(count * length)
    if len(together) == ndim:       # nothing is repeated; the result is a copy all the same
        v = copied(v)
    return multiplied(v, separate, together, result, "tile")


def repeat(x, repeats, axis=None):
    """x with each element, or each slice along an axis, several times in a row.

    Parameters
    ----------
    x : Variable or array_like
    repeats : int or 1-d array_like of int
        How often; one number for all, or one for each.
    axis : int, optional
        The axis to repeat along; x flattened if None.

    Returns
    -------
    Variable
        A copy.

    Raises
    ------
    ValueError
        If a number is negative, or there is not one for each slice.
    TypeError
        If it is not an int.
    IndexError
        If the axis is out of bounds.

    Notes
    -----
    The gradient is summed over the copies.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.repeat(cg.Variable([1.0, 2.0]), 2), F.repeat(cg.Variable([1.0, 2.0]), [1, 3])
    (variable([1., 1., 2., 2.]), variable([1., 2., 2., 2.]))
    """
    cdef Variable v = as_variable(x, "repeat")
    cdef int place = 0
    if isinstance(repeats, Variable):
        raise TypeError("repeat: repeats must be integers, not a Variable; use its .data")
    counts = np.array(repeats)      # of its own
    if counts.size == 0 and not isinstance(repeats, np.ndarray):
        counts = counts.astype(np.intp)
    if counts.dtype.kind not in "iu":
        raise TypeError(f"repeat: repeats must be integers, not {repeats!r}")
    if counts.size and counts.min() < 0:
        raise ValueError(f"repeat: repeats must not be negative, got {repeats!r}")
    axis = axis_to_flatten(axis, v, "repeat")
    if axis is None:
        v = reshaped(v, -1)
    else:
        place = single_axis(axis, v, "repeat")
    n = v.shape[place]
    if counts.size == 1 and counts.ndim < 2:
        count = int(counts.item())
        before = list(v.shape[:place])
        after = list(v.shape[place + 1:])
        if count == 1:
            v = copied(v)
        return multiplied(v, before + [n, 1] + after, before + [n, count] + after,
                          before + [n * count] + after, "repeat")
    if counts.shape != (n,):
        raise ValueError(f"repeat: repeats of shape {counts.shape} do not fit {describe(v)}: "
                         f"takes one number, or {n}, one for each slice along axis {place}")
    return take(v, np.repeat(np.arange(n), counts.astype(np.intp)), place)
