"""squeeze, unsqueeze, transpose: views of the same memory."""

from cygrad.core.function cimport Function, Op, connect
from cygrad.core.layout cimport Layout, MAX_NDIM, ints_of, release, shape_of, strided_layout
from cygrad.core.operators cimport OPERATORS
from cygrad.core.variable cimport Variable, describe, view_of
from cygrad.functions.axes cimport mask_of_axes, plain_axes, reduced_axes
from cygrad.functions.broadcasting cimport with_shape
from cygrad.functions.operation cimport as_variable, operation, push_linear, reading


# ---- squeeze, unsqueeze: without axes of length 1, and with new ones --------------------------

cdef list squeezed_shape(Variable x, object axis):
    cdef unsigned long long mask = reduced_axes(axis, x, "squeeze")
    shape = []
    for d in range(x.layout.ndim):
        if not (mask >> d) & 1:
            shape.append(x.layout.shape[d])
        elif x.layout.shape[d] != 1:
            if axis is not None:
                raise ValueError(f"squeeze: axis {d} of {describe(x)} is not of length 1")
            shape.append(x.layout.shape[d])
    return shape


cdef Variable squeezed(Variable x, object axis):
    return with_shape(x, squeezed_shape(x, axis))


def squeeze(x, axis=None):
    """x without axes of length 1.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to drop; all of length 1 if None.

    Returns
    -------
    Variable
        A view.

    Raises
    ------
    ValueError
        If an axis named is not of length 1.
    IndexError
        If it is out of bounds.
    TypeError
        If an axis is not an int.

    Notes
    -----
    The gradient is reshaped to x's shape.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.squeeze(cg.zeros(1, 3, 1), axis=-1).shape
    (1, 3)
    """
    return squeezed(as_variable(x, "squeeze"), axis)


def unsqueeze(x, axis):
    """x with new axes of length 1.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int
        Where the new axes stand in the result.

    Returns
    -------
    Variable
        A view.

    Raises
    ------
    IndexError
        If an axis is out of bounds for the result.
    ValueError
        If an axis is named twice, or there would be more than 32.
    TypeError
        If an axis is not an int.

    Notes
    -----
    The gradient is reshaped to x's shape.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.unsqueeze(cg.zeros(3), 0).shape
    (1, 3)
    """
    cdef Variable v = as_variable(x, "unsqueeze")
    cdef list places
    cdef Py_ssize_t ndim
    cdef unsigned long long mask
    if axis is None:
        raise TypeError("unsqueeze: axis must be an int or a tuple of ints, not None")
    places = plain_axes(axis, "unsqueeze")
    ndim = v.layout.ndim + len(places)
    if ndim > MAX_NDIM:
        raise ValueError(f"unsqueeze: an array may have at most {MAX_NDIM} dimensions")
    mask = mask_of_axes(places, <int>ndim, "unsqueeze")
    lengths = iter(v.shape)
    return with_shape(v, [1 if (mask >> d) & 1 else next(lengths) for d in range(ndim)])


cdef Variable unsqueezed(Variable x, int axis):
    shape = list(shape_of(x.layout))
    shape.insert(axis, 1)
    return with_shape(x, shape)


# ---- transpose: axes in another order ---------------------------------------------------------

cdef Variable vjp_transpose(Function f, Variable gy, int i):
    inverse = [0] * len(f.saved)
    for d, axis in enumerate(f.saved):
        inverse[axis] = d
    return permuted(gy, tuple(inverse))

cdef Op TRANSPOSE = reading(operation(b"Transpose", vjp_transpose), 0, 0)

cdef object again_transpose(Function f, tuple xs):
    return permuted(<Variable>xs[0], f.saved)

TRANSPOSE.again = again_transpose
TRANSPOSE.push = push_linear


cdef Variable permuted(Variable x, tuple axes):
    """x with axis axes[d] at place d; the caller guarantees a permutation of x's axes."""
    cdef Py_ssize_t dims[MAX_NDIM]
    cdef Py_ssize_t strides[MAX_NDIM]
    cdef Layout* layout
    cdef Variable y
    cdef Function f
    cdef int d, axis
    if len(axes) != x.layout.ndim:
        raise ValueError(f"transpose: axes {axes} do not match {describe(x)}")
    for d in range(x.layout.ndim):
        axis = axes[d]
        dims[d] = x.layout.shape[axis]
        strides[d] = x.layout.strides[axis]
    layout = strided_layout(x.layout.ndim, dims, strides)
    y = view_of(x, x.ptr, layout)
    release(layout)
    f = connect(&TRANSPOSE, y, x, None)
    if f is not None:
        f.saved = axes
    return y


cdef tuple REVERSED = tuple([tuple(reversed(range(n))) for n in range(MAX_NDIM + 1)])
cdef tuple SWAPPED = tuple([tuple([*range(n - 2), n - 1, n - 2]) if n >= 2 else ()
                            for n in range(MAX_NDIM + 1)])


cdef Variable swap_last_axes(Variable x):
    return permuted(x, <tuple>SWAPPED[x.layout.ndim])


cdef object transpose_operator(object x):
    return permuted(<Variable>x, <tuple>REVERSED[(<Variable>x).layout.ndim])


cdef object permute_operator(object x, object axes):
    cdef Variable v = as_variable(x, "transpose")
    cdef int ndim
    if axes is None:
        return transpose_operator(v)
    axes = ints_of(axes, "transpose")
    ndim = v.layout.ndim
    order = tuple([a + ndim if a < 0 else a for a in axes])
    if sorted(order) != list(range(ndim)):
        raise ValueError(f"transpose: axes {axes} are not a permutation of the axes of "
                         f"{describe(v)}")
    return permuted(v, order)


def transpose(x, axes=None):
    """x with its axes in another order.

    Parameters
    ----------
    x : Variable or array_like
    axes : tuple of int, optional
        The axis of x that stands at each place of the result; reversed if None.

    Returns
    -------
    Variable
        A view.

    Raises
    ------
    ValueError
        If axes is not a permutation of x's axes.
    TypeError
        If the axes are not made of ints.

    Notes
    -----
    The gradient is transposed by the inverse permutation.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.transpose(cg.zeros(2, 3, 4), (1, 0, 2)).shape
    (3, 2, 4)
    """
    return permute_operator(x, axes)


OPERATORS.transpose = transpose_operator
OPERATORS.permute = permute_operator
