"""Triangular matrices: substitution, and the triangle of a matrix.

Substitution halves the matrix until a block is small: all but the blocks on the diagonal is then
matrix products, by BLAS.
"""

from cygrad.kernels.linalg cimport matmul_strided

cdef enum:
    BLOCK = 32                  # rows of a diagonal block


cdef inline double at(const double* a, Py_ssize_t offset) noexcept nogil:
    return (<const double*>(<const char*>a + offset))[0]


cdef void solve_block(const double* a, Py_ssize_t row, Py_ssize_t column, bint forward, bint unit,
                      double* x, Py_ssize_t n, Py_ssize_t p) noexcept nogil:
    """solve_triangle by plain loops."""
    cdef Py_ssize_t i, j, k, step, first, last
    cdef double c
    cdef double* xi
    cdef const double* xk
    for step in range(n):
        i = step if forward else n - 1 - step
        xi = x + i * p
        first = 0 if forward else i + 1
        last = i if forward else n
        for k in range(first, last):
            c = at(a, i * row + k * column)
            xk = x + k * p
            for j in range(p):
                xi[j] -= c * xk[j]
        if not unit:
            c = at(a, i * (row + column))
            for j in range(p):
                xi[j] /= c


cdef void subtract_product(const double* a, Py_ssize_t row, Py_ssize_t column, const double* x,
                           double* y, Py_ssize_t m, Py_ssize_t n, Py_ssize_t p,
                           double* scratch) noexcept nogil:
    """y -= a x"""
    cdef Py_ssize_t a_strides[2]
    cdef Py_ssize_t x_strides[2]
    cdef Py_ssize_t k
    a_strides[0] = row
    a_strides[1] = column
    x_strides[0] = p * <Py_ssize_t>sizeof(double)
    x_strides[1] = sizeof(double)
    matmul_strided(a, a_strides, x, x_strides, scratch, 0, NULL, m, n, p)
    for k in range(m * p):
        y[k] -= scratch[k]


cdef void solve_triangle(const double* a, Py_ssize_t row, Py_ssize_t column, bint forward,
                         bint unit, double* x, Py_ssize_t n, Py_ssize_t p,
                         double* scratch) noexcept nogil:
    cdef Py_ssize_t h = n // 2
    cdef const double* corner = <const double*>(<const char*>a + h * (row + column))
    if n <= BLOCK:
        solve_block(a, row, column, forward, unit, x, n, p)
    elif forward:
        solve_triangle(a, row, column, True, unit, x, h, p, scratch)
        subtract_product(<const double*>(<const char*>a + h * row), row, column, x, x + h * p,
                         n - h, h, p, scratch)
        solve_triangle(corner, row, column, True, unit, x + h * p, n - h, p, scratch)
    else:
        solve_triangle(corner, row, column, False, unit, x + h * p, n - h, p, scratch)
        subtract_product(<const double*>(<const char*>a + h * column), row, column, x + h * p, x,
                         h, n - h, p, scratch)
        solve_triangle(a, row, column, False, unit, x, h, p, scratch)


cdef void take_triangle(const double* x, double* y, Py_ssize_t count, Py_ssize_t m, Py_ssize_t n,
                        bint lower, double diagonal) noexcept nogil:
    cdef Py_ssize_t r, i, j, first, last
    for r in range(count * m):
        i = r % m
        first = 0 if lower else i + 1
        last = (i if i < n else n) if lower else n
        for j in range(n):
            y[j] = x[j] if first <= j < last else 0.0
        if i < n:
            # A zero factor gives zero, whatever is there.
            y[i] = diagonal * x[i] if diagonal != 0.0 else 0.0
        x += n
        y += n
