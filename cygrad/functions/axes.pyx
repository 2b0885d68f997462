"""What an axis argument of the user's names.

Several axes are a bit mask, in C and in the Function (`saved`): bit d for axis d.
"""

cimport numpy as cnp
from cpython.object cimport PyObject

from cygrad.core.layout cimport Layout, MAX_NDIM, contiguous_layout, plain_int
from cygrad.core.variable cimport Variable

cnp.import_array()

ctypedef unsigned long long axes_t

cdef extern from "Python.h":
    bint PyIndex_Check(object x)
    Py_ssize_t PyNumber_AsSsize_t(object x, PyObject* overflow) except? -1


# ---- Several axes -----------------------------------------------------------------------------

cdef list plain_axes(object axis, str where):
    """An axis argument, None, an int or a tuple of ints, as Python's own ints; None stays."""
    if axis is None:
        return None
    items = axis if isinstance(axis, (tuple, list)) else (axis,)
    axes = []
    for a in items:
        try:
            axes.append(plain_int(a))
        except TypeError:
            if PyIndex_Check(a) and not cnp.PyArray_Check(a):
                raise           # by an __index__ of the user's
            raise TypeError(f"{where}: axis must be None, an int or a tuple of ints, "
                            f"not {axis!r}") from None
    return axes


cdef axes_t mask_of_axes(list axes, int ndim, str where) except? 0xFFFFFFFFFFFFFFFF:
    """The bit mask of what plain_axes() gives, among ndim axes."""
    cdef axes_t mask = 0, bit
    if axes is None:
        return ((<axes_t>1) << ndim) - 1
    for a in axes:
        bit = bit_of_axis(a, ndim, where)
        if mask & bit:
            raise ValueError(f"{where}: duplicate value in axis {tuple(axes)}")
        mask |= bit
    return mask


cdef axes_t bit_of_axis(object axis, int ndim, str where) except 0:
    cdef Py_ssize_t d = PyNumber_AsSsize_t(axis, NULL)      # a huge one becomes the greatest
    if not -ndim <= d < ndim:
        raise IndexError(f"{where}: axis {axis} is out of bounds for an array of {ndim} dimensions")
    return (<axes_t>1) << (d + ndim if d < 0 else d)


cdef axes_t axes_of(object axis, Variable x, str where) except? 0xFFFFFFFFFFFFFFFF:
    """The bit mask of an axis argument: None, an int, or a tuple of ints.

    x is looked at when the argument has been converted, which may run code that assigns x.data.
    """
    cdef list axes
    if type(axis) is int:
        return bit_of_axis(axis, x.layout.ndim, where)
    axes = plain_axes(axis, where)
    return mask_of_axes(axes, x.layout.ndim, where)


cdef axes_t reduced_axes(object axis, Variable x, str where) except? 0xFFFFFFFFFFFFFFFF:
    """axes_of where NumPy takes 0 and -1 for the axis of a number, which has none."""
    cdef list axes
    if axis is None:
        return mask_of_axes(None, x.layout.ndim, where)
    axes = plain_axes(axis, where)
    if x.layout.ndim == 0 and not isinstance(axis, (tuple, list)) and axes[0] in (0, -1):
        return 0
    return mask_of_axes(axes, x.layout.ndim, where)


cdef object axis_to_flatten(object axis, Variable x, str where):
    """An axis argument, None or one int, as Python's own int; None where x is to be flattened.

    That is so too where x is a number and the axis one of those that NumPy takes for a number's.
    """
    if axis is None:
        return None
    if isinstance(axis, (tuple, list)):
        raise TypeError(f"{where}: axis must be an int or None, not {axis!r}")
    axis = plain_axes(axis, where)[0]
    return None if x.layout.ndim == 0 and axis in (0, -1) else axis


# ---- One axis ---------------------------------------------------------------------------------

cdef object plain_axis(object axis, str where):
    """An axis argument that must be one int, as Python's own."""
    if axis is None or isinstance(axis, (tuple, list)):
        raise TypeError(f"{where}: axis must be an int, not {axis!r}")
    return plain_axes(axis, where)[0]


cdef int single_axis(object axis, Variable x, str where) except -1:
    """An axis argument that must be one int, counted from 0."""
    return place_of_axis(plain_axis(axis, where), x.layout.ndim, where)


cdef int place_of_axis(object axis, int ndim, str where) except -1:
    """The same for a plain int, among ndim axes."""
    cdef unsigned long long mask = mask_of_axes([axis], ndim, where)
    cdef int d = 0
    while not (mask >> d) & 1:
        d += 1
    return d


# ---- What is reduced, and what remains --------------------------------------------------------

cdef Layout* reduced_layout(const Layout* layout, axes_t axes, bint keepdims) except NULL:
    """The contiguous layout that remains when the axes are reduced."""
    cdef Py_ssize_t dims[MAX_NDIM]
    cdef int n = 0, d
    for d in range(layout.ndim):
        if not (axes >> d) & 1:
            dims[n] = layout.shape[d]
            n += 1
        elif keepdims:
            dims[n] = 1
            n += 1
    return contiguous_layout(n, dims)


cdef Py_ssize_t count_of(const Layout* layout, axes_t axes) noexcept:
    """How many elements are reduced to one."""
    cdef Py_ssize_t count = 1
    cdef int d
    for d in range(layout.ndim):
        if (axes >> d) & 1:
            count *= layout.shape[d]
    return count
