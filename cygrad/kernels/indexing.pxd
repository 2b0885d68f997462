# Blocks of memory chosen by position. The caller guarantees that every position is inside x, and
# that y or g has n blocks.

cdef void gather_blocks(const double* x, const Py_ssize_t* positions, Py_ssize_t n,
                        Py_ssize_t block, double* y) noexcept nogil
cdef void scatter_add_blocks(const double* g, const Py_ssize_t* positions, Py_ssize_t n,
                             Py_ssize_t block, double* x) noexcept nogil
