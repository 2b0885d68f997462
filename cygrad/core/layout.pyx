"""Layout: the shape and strides of a Variable.

A Layout is immutable, so that any number of Variables, buffers and functions may point at one: an
elementwise operation gives its result the layout of its input by adding one to a count, and two
arrays of equal shape usually show it by equal pointers. Contiguous layouts that were used lately
are kept in a small table, so that equal shapes made apart meet in one Layout.

What an array's elements are, and where, is not known here (storage.pyx, variable.pyx).
"""

from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy

from operator import index

cdef enum:
    RECENT = 256
    MAX_BYTES = 0x7FFFFFFFFFFFFFFF

cdef object PLAIN = int.__pos__     # of a subclass of int, an int

cdef Layout* recent[RECENT]     # contiguous layouts by hash of their shape; holds references


cdef Layout* allocate(int ndim) except NULL:
    cdef Layout* layout
    if ndim > MAX_NDIM:
        raise ValueError(f"an array may have at most {MAX_NDIM} dimensions, not {ndim}")
    layout = <Layout*>malloc(sizeof(Layout) + 2 * ndim * sizeof(Py_ssize_t))
    if layout is NULL:
        raise MemoryError()
    layout.refs = 1
    layout.ndim = ndim
    layout.shape = <Py_ssize_t*>(layout + 1)
    layout.strides = layout.shape + ndim
    return layout


cdef void free_layout(Layout* layout) noexcept:
    free(layout)


cdef Layout* contiguous_layout(int ndim, const Py_ssize_t* shape) except NULL:
    """The C-ordered layout of a shape; ValueError for negative lengths and too many elements."""
    cdef Layout* layout
    cdef Py_ssize_t stride = sizeof(double), size = 1
    cdef size_t slot = ndim
    cdef int d
    if ndim == 0:
        return share(SCALAR)
    for d in range(ndim):
        slot = (slot * 31 + <size_t>shape[d]) * 0x9E3779B1U
    slot = (slot >> 7) % RECENT
    layout = recent[slot]
    if (layout is not NULL and layout.ndim == ndim
            and memcmp(layout.shape, shape, ndim * sizeof(Py_ssize_t)) == 0):
        return share(layout)
    layout = allocate(ndim)
    layout.contiguous = True
    for d in reversed(range(ndim)):
        layout.shape[d] = shape[d]
        layout.strides[d] = stride
        if shape[d] < 0:
            free(layout)
            raise ValueError("negative dimensions are not allowed")
        if shape[d] > 0:
            if stride > MAX_BYTES // shape[d]:
                free(layout)
                raise ValueError("array is too big: its size in bytes overflows")
            stride *= shape[d]
        size *= shape[d]
    layout.size = size
    if recent[slot] is not NULL:
        release(recent[slot])
    recent[slot] = share(layout)
    return layout


cdef Layout* strided_layout(int ndim, const Py_ssize_t* shape,
                            const Py_ssize_t* strides) except NULL:
    """The layout of a view; the caller guarantees that it stays inside its storage."""
    cdef Layout* layout
    cdef Py_ssize_t stride = sizeof(double), size = 1
    cdef bint contiguous = True
    cdef int d
    for d in range(ndim):
        size *= shape[d]
    for d in reversed(range(ndim)):
        if size > 0 and shape[d] != 1 and strides[d] != stride:
            contiguous = False
        stride *= shape[d]
    if contiguous:
        return contiguous_layout(ndim, shape)
    layout = allocate(ndim)
    layout.size = size
    layout.contiguous = False
    memcpy(layout.shape, shape, ndim * sizeof(Py_ssize_t))
    memcpy(layout.strides, strides, ndim * sizeof(Py_ssize_t))
    return layout


cdef object plain_int(object n):
    """n as an int of Python's own; TypeError if it is none.

    Arguments go through here before any shape is read: n.__index__ is code of the user's, which may
    assign .data, and so may be the operators of a subclass of int.
    """
    return n if type(n) is int else PLAIN(index(n))


cdef list ints_of(object shape, str where):
    """An int or a sequence of ints as a list of Python's own ints; before any shape is read."""
    if not isinstance(shape, (tuple, list)):
        try:
            return [plain_int(shape)]
        except TypeError:
            pass
    try:
        return [plain_int(n) for n in shape]
    except TypeError:
        raise TypeError(f"{where}: takes an int or a sequence of ints, not {shape!r}") from None


cdef Layout* layout_of_shape(object shape) except NULL:
    """The contiguous layout of a shape given in Python: an int or a sequence of ints."""
    cdef Py_ssize_t dims[MAX_NDIM]
    cdef Py_ssize_t n
    shape = ints_of(shape, "shape")
    n = len(shape)
    if n > MAX_NDIM:
        raise ValueError(f"an array may have at most {MAX_NDIM} dimensions, not {n}")
    try:
        for d in range(n):
            dims[d] = shape[d]
    except OverflowError:
        raise ValueError(f"array is too big: a length of {tuple(shape)} overflows") from None
    return contiguous_layout(<int>n, dims)


cdef Layout* reshaped_layout(const Layout* old, list given, str where) except NULL:
    """The contiguous layout for old's elements of a shape, in which one length may be -1.

    The shape is made of Python's own ints (`ints_of`): no code runs here that could free `old`.
    """
    cdef Py_ssize_t unknown = -1
    cdef object known = 1
    cdef list dims = given.copy()
    for d, n in enumerate(dims):
        if n == -1 and unknown < 0:
            unknown = d
        elif n < 0:
            raise ValueError(f"{where}: cannot reshape {shape_of(old)} into {tuple(dims)}: lengths "
                             "must not be negative, and only one may be -1")
        else:
            known *= n
    if unknown >= 0 and known > 0 and old.size % known == 0:
        dims[unknown] = old.size // known
        known = old.size
    if known != old.size or (unknown >= 0 and dims[unknown] < 0):
        raise ValueError(f"{where}: cannot reshape array of size {old.size} into shape "
                         f"{tuple(dims)}")
    return layout_of_shape(dims)


cdef Layout* broadcast_layouts(Layout* a, Layout* b) except NULL:
    """The contiguous layout of the shape that a and b broadcast to, by NumPy's rules."""
    cdef Py_ssize_t dims[MAX_NDIM]
    cdef Py_ssize_t p, q
    cdef int ndim = max(a.ndim, b.ndim), d, i, j
    for d in range(ndim):
        i = d - ndim + a.ndim
        j = d - ndim + b.ndim
        p = a.shape[i] if i >= 0 else 1
        q = b.shape[j] if j >= 0 else 1
        if p != q and p != 1 and q != 1:
            raise ValueError("operands could not be broadcast together with shapes "
                             f"{shape_of(a)} {shape_of(b)}")
        dims[d] = q if p == 1 else p
    return contiguous_layout(ndim, dims)


cdef tuple shape_of(const Layout* layout):
    cdef int d
    return tuple([layout.shape[d] for d in range(layout.ndim)])


cdef int same_dims(const Layout* a, const Layout* b) noexcept nogil:
    return (a.ndim == b.ndim
            and memcmp(a.shape, b.shape, a.ndim * sizeof(Py_ssize_t)) == 0)


cdef Py_ssize_t no_elements = 0

SCALAR = allocate(0)
SCALAR.size = 1
SCALAR.contiguous = True
EMPTY = contiguous_layout(1, &no_elements)
