# Kernels over the rows of a contiguous matrix. The caller guarantees rows * n elements behind each
# matrix; n is the length of a row.

cdef void softmax_rows(const double* x, double* y, Py_ssize_t rows, Py_ssize_t n) noexcept nogil
cdef void softmax_gradient_rows(const double* y, const double* gy, double* gx, Py_ssize_t rows,
                                Py_ssize_t n) noexcept nogil

# x - log(sum(exp(x))), and its gradient, for which y is the output.
cdef void log_softmax_rows(const double* x, double* y, Py_ssize_t rows, Py_ssize_t n) noexcept nogil
cdef void log_softmax_gradient_rows(const double* y, const double* gy, double* gx, Py_ssize_t rows,
                                    Py_ssize_t n) noexcept nogil

# log(sum(exp(x))) of each row.
cdef void logsumexp_rows(const double* x, double* y, Py_ssize_t rows, Py_ssize_t n) noexcept nogil

# The sum over the rows of -log(softmax(x)[label]), and the softmax. A label is below n; rows with a
# negative one do not count, and without labels there is the softmax only.
cdef double cross_entropy_rows(const double* x, const Py_ssize_t* labels, double* probabilities,
                               Py_ssize_t rows, Py_ssize_t n) noexcept nogil
cdef void cross_entropy_gradient_rows(const double* probabilities, const Py_ssize_t* labels,
                                      double scale, double* gx, Py_ssize_t rows,
                                      Py_ssize_t n) noexcept nogil
