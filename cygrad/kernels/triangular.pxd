# Solve op(a) x = b in place for one triangular matrix: x holds b, (n, p) contiguous, and then the
# solution. `row` and `column` are a's strides in bytes; op is in them. `forward`: a is lower
# triangular, else upper; `unit`: its diagonal counts as ones. The other triangle is not read.
# `scratch` has room for n p numbers. The caller guarantees the memory, and nonzero diagonals.
cdef void solve_triangle(const double* a, Py_ssize_t row, Py_ssize_t column, bint forward,
                         bint unit, double* x, Py_ssize_t n, Py_ssize_t p,
                         double* scratch) noexcept nogil

# y = one triangle of each (m, n) matrix of a contiguous stack, its diagonal times a factor, and
# zeros elsewhere.
cdef void take_triangle(const double* x, double* y, Py_ssize_t count, Py_ssize_t m, Py_ssize_t n,
                        bint lower, double diagonal) noexcept nogil
