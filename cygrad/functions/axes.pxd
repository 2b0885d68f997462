# What an axis argument of the user's names. Several axes are a bit mask: bit d for axis d.

from cygrad.core.layout cimport Layout
from cygrad.core.variable cimport Variable

# The argument is converted first, which may run code that assigns x.data, and x's axes are counted
# then.
cdef unsigned long long axes_of(object axis, Variable x, str where) except? 0xFFFFFFFFFFFFFFFF

# The same where NumPy takes 0 and -1 for the axis of a number, which has none: a mask of no axes.
cdef unsigned long long reduced_axes(object axis, Variable x, str where) except? 0xFFFFFFFFFFFFFFFF

# The two steps of it: to a list of Python's own ints, or None; and to a mask among ndim axes.
cdef list plain_axes(object axis, str where)
cdef unsigned long long mask_of_axes(list axes, int ndim,
                                     str where) except? 0xFFFFFFFFFFFFFFFF

# One axis, counted from 0; and its two steps, of which the first gives Python's own int.
cdef int single_axis(object axis, Variable x, str where) except -1
cdef object plain_axis(object axis, str where)
cdef int place_of_axis(object axis, int ndim, str where) except -1

# One int; or None, where x is to be flattened.
cdef object axis_to_flatten(object axis, Variable x, str where)

# How many elements are reduced to one, and the contiguous layout that remains.
cdef Py_ssize_t count_of(const Layout* layout, unsigned long long axes) noexcept
cdef Layout* reduced_layout(const Layout* layout, unsigned long long axes,
                            bint keepdims) except NULL
