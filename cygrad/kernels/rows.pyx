"""softmax and its kin, over the rows of a contiguous matrix.

Each row is shifted by its maximum before the exponential, so that nothing overflows. Sums run in
four lanes, in an order that is written out: they have the same bits on every CPU.
"""

from libc.math cimport INFINITY

from cygrad.kernels.elementwise cimport KERNELS, K_EXP, K_LOG

cdef enum:
    TILE = 512


cdef inline double greatest(const double* x, Py_ssize_t n) noexcept nogil:
    """The maximum of a row, nan if there is one; -inf for an empty one."""
    cdef double most = -INFINITY
    cdef Py_ssize_t i
    for i in range(n):
        most = x[i] if x[i] > most or x[i] != x[i] else most
        if most != most:
            break
    return most


cdef inline double total(const double* x, Py_ssize_t n) noexcept nogil:
    cdef double a = 0.0, b = 0.0, c = 0.0, d = 0.0
    cdef Py_ssize_t i = 0
    while i + 4 <= n:
        a += x[i]
        b += x[i + 1]
        c += x[i + 2]
        d += x[i + 3]
        i += 4
    while i < n:
        a += x[i]
        i += 1
    return (a + b) + (c + d)


cdef inline double dot(const double* x, const double* y, Py_ssize_t n) noexcept nogil:
    cdef double a = 0.0, b = 0.0, c = 0.0, d = 0.0
    cdef Py_ssize_t i = 0
    while i + 4 <= n:
        a += x[i] * y[i]
        b += x[i + 1] * y[i + 1]
        c += x[i + 2] * y[i + 2]
        d += x[i + 3] * y[i + 3]
        i += 4
    while i < n:
        a += x[i] * y[i]
        i += 1
    return (a + b) + (c + d)


cdef inline void exponentials(const double* x, double* y, Py_ssize_t n) noexcept nogil:
    KERNELS[K_EXP](&x, y, n, NULL)


cdef inline double logarithm(double x) noexcept nogil:
    cdef const double* input = &x
    cdef double y
    KERNELS[K_LOG](&input, &y, 1, NULL)
    return y


cdef inline double log_total(const double* x, double most, Py_ssize_t n) noexcept nogil:
    """log(sum(exp(x - most)))"""
    cdef double tile[TILE]
    cdef double s = 0.0
    cdef Py_ssize_t start = 0, length, i
    while start < n:
        length = min(n - start, TILE)
        for i in range(length):
            tile[i] = x[start + i] - most
        exponentials(tile, tile, length)
        s += total(tile, length)
        start += length
    return logarithm(s)


# ---- softmax ----------------------------------------------------------------------------------

cdef void softmax_rows(const double* x, double* y, Py_ssize_t rows, Py_ssize_t n) noexcept nogil:
    cross_entropy_rows(x, NULL, y, rows, n)


cdef void softmax_gradient_rows(const double* y, const double* gy, double* gx, Py_ssize_t rows,
                                Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t r, i
    cdef double s
    for r in range(rows):
        s = dot(gy + r * n, y + r * n, n)
        for i in range(r * n, (r + 1) * n):
            gx[i] = y[i] * (gy[i] - s)


# ---- log_softmax ------------------------------------------------------------------------------

cdef void log_softmax_rows(const double* x, double* y, Py_ssize_t rows,
                           Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t r, i
    cdef double most, s
    for r in range(rows):
        most = greatest(x + r * n, n)
        s = log_total(x + r * n, most, n)
        for i in range(r * n, (r + 1) * n):
            y[i] = (x[i] - most) - s


cdef void log_softmax_gradient_rows(const double* y, const double* gy, double* gx, Py_ssize_t rows,
                                    Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t r, i
    cdef double s
    exponentials(y, gx, rows * n)
    for r in range(rows):
        s = total(gy + r * n, n)
        for i in range(r * n, (r + 1) * n):
            gx[i] = gy[i] - gx[i] * s


# ---- cross entropy ----------------------------------------------------------------------------

cdef double cross_entropy_rows(const double* x, const Py_ssize_t* labels, double* probabilities,
                               Py_ssize_t rows, Py_ssize_t n) noexcept nogil:
    # As many rows at a time as a tile holds: short rows share a call of the exponential.
    cdef double most[TILE]
    cdef Py_ssize_t block = max(1, TILE // n if n else 0), first = 0, count, r, i
    cdef double* p = probabilities
    cdef double s, loss = 0.0
    while first < rows:
        count = min(block, rows - first)
        for r in range(first, first + count):
            most[r - first] = greatest(x + r * n, n)
            for i in range(r * n, (r + 1) * n):
                p[i] = x[i] - most[r - first]
        exponentials(p + first * n, p + first * n, count * n)
        for r in range(first, first + count):
            s = total(p + r * n, n)
            for i in range(r * n, (r + 1) * n):
                p[i] = p[i] / s
            if labels is not NULL and labels[r] >= 0:
                loss += logarithm(s) - (x[r * n + labels[r]] - most[r - first])
        first += count
    return loss


cdef void cross_entropy_gradient_rows(const double* probabilities, const Py_ssize_t* labels,
                                      double scale, double* gx, Py_ssize_t rows,
                                      Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t r, i
    for r in range(rows):
        if labels[r] < 0:
            for i in range(r * n, (r + 1) * n):
                gx[i] = 0.0
            continue
        for i in range(r * n, (r + 1) * n):
            gx[i] = probabilities[i] * scale
        i = r * n + labels[r]
        gx[i] = (probabilities[i] - 1.0) * scale
