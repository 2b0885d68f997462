# y = a b for stacks of matrices, by NumPy's BLAS. Strides in bytes; those of the stacks first, then
# the two of a matrix. y is contiguous. The caller guarantees at most MAX_NDIM - 2 stack axes and
# memory behind every element.
cdef void matmul_strided(const double* a, const Py_ssize_t* a_strides,
                         const double* b, const Py_ssize_t* b_strides, double* y,
                         int batch_ndim, const Py_ssize_t* batch_shape,
                         Py_ssize_t m, Py_ssize_t n, Py_ssize_t p) noexcept nogil

# Whether BLAS takes a matrix of these strides (rows, columns) as it is.
cdef bint blas_ready(Py_ssize_t rows, Py_ssize_t columns, Py_ssize_t row_stride,
                     Py_ssize_t column_stride) noexcept nogil
