# Rows brought to mean 0 and variance 1.

# The statistics of a row. The mean is mean + rest: the sum of the two is known beyond a double.
cdef struct Moments:
    double mean
    double rest
    double variance             # of the population
    double scale                # 1 / sqrt(variance + eps), also where the variance is out of range

# All arrays are contiguous; x, y, g, gx: `rows` rows of n >= 1 numbers; of: one for each row;
# gamma, beta: n numbers, or both NULL. The caller guarantees it.
# y = (x - mean) / sqrt(variance + eps) * gamma + beta, each row by its own moments, which are kept.
cdef void normalize_rows(const double* x, const double* gamma, const double* beta, double eps,
                         Py_ssize_t rows, Py_ssize_t n, double* y, Moments* of) noexcept nogil
# gx = the gradient for x where g is that for y.
cdef void normalize_rows_x(const double* x, const double* gamma, const double* g,
                           const Moments* of, double eps, Py_ssize_t rows, Py_ssize_t n,
                           double* gx) noexcept nogil
# ggamma, of n numbers: the sum over the rows of g (x - mean) / sqrt(variance + eps).
cdef void normalize_rows_gamma(const double* x, const double* g, const Moments* of, double eps,
                               Py_ssize_t rows, Py_ssize_t n, double* ggamma) noexcept nogil
