# Layout: the shape and strides of a Variable, immutable, shared and counted.

from cygrad.kernels.limits cimport MAX_NDIM

cdef struct Layout:
    Py_ssize_t refs         # how many hold it
    Py_ssize_t size         # number of elements
    int ndim
    bint contiguous         # in C order and without gaps
    Py_ssize_t* shape       # ndim lengths, in the same block of memory
    Py_ssize_t* strides     # ndim byte distances

cdef Layout* SCALAR         # shape ()
cdef Layout* EMPTY          # shape (0,)

# Every Layout* returned is a new reference; release() gives it back.
cdef Layout* contiguous_layout(int ndim, const Py_ssize_t* shape) except NULL
cdef Layout* strided_layout(int ndim, const Py_ssize_t* shape,
                            const Py_ssize_t* strides) except NULL

# Arguments become ints of Python's own before any shape is read: an __index__ may run any code.
cdef object plain_int(object n)
cdef list ints_of(object shape, str where)      # from an int or a sequence of ints
cdef Layout* layout_of_shape(object shape) except NULL
cdef Layout* reshaped_layout(const Layout* old, list given, str where) except NULL
cdef Layout* broadcast_layouts(Layout* a, Layout* b) except NULL
cdef tuple shape_of(const Layout* layout)
cdef int same_dims(const Layout* a, const Layout* b) noexcept nogil
cdef void free_layout(Layout* layout) noexcept

cdef inline Layout* share(Layout* layout) noexcept nogil:
    layout.refs += 1
    return layout

cdef inline void release(Layout* layout) noexcept:
    layout.refs -= 1
    if layout.refs == 0:
        free_layout(layout)

cdef inline bint same_shape(const Layout* a, const Layout* b) noexcept nogil:
    return a is b or same_dims(a, b)
