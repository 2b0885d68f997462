"""softmax and its kin, over the rows of a contiguous matrix.

Each row is shifted by its maximum before the exponential, so that nothing overflows. Sums run in
four lanes, in an order that is written out: they have the same bits on every CPU.
"""

from libc.math cimport INFINITY

from cygrad.kernels.elementwise cimport KERNELS, kernel_named

cdef enum:
    TILE = 512


cdef int EXP = kernel_named("EXP")
cdef int EXP_DIFFERENCE = kernel_named("EXP_DIFFERENCE")
cdef int LOG1P = kernel_named("LOG1P")


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
    KERNELS[EXP](&x, y, n, NULL)


cdef inline void exponentials_of_differences(const double* x, double* y,
                                             Py_ssize_t n) noexcept nogil:
    """e^(x - y) in place of y, with the digits that the rounded difference lacks."""
    cdef const double* inputs[2]
    inputs[0] = x
    inputs[1] = y
    KERNELS[EXP_DIFFERENCE](inputs, y, n, NULL)


cdef inline double logarithm_of_one_plus(double x) noexcept nogil:
    cdef const double* input = &x
    cdef double y
    KERNELS[LOG1P](&input, &y, 1, NULL)
    return y


cdef inline Py_ssize_t place(const double* x, double most, Py_ssize_t n) noexcept nogil:
    """Where a row's maximum first stands; 0 if it is nan."""
    cdef Py_ssize_t i
    for i in range(n):
        if x[i] == most:
            return i
    return 0


cdef inline double rest_of(const double* x, Py_ssize_t left_out, Py_ssize_t n) noexcept nogil:
    """The sum of a row but for one element, which keeps the digits that a large one would take."""
    return total(x, left_out) + total(x + left_out + 1, n - left_out - 1)


cdef inline Py_ssize_t major(const double* p, Py_ssize_t n) noexcept nogil:
    """Where a probability above 1/2 stands; n if there is none."""
    cdef Py_ssize_t i
    for i in range(n):
        if p[i] > 0.5:
            return i
    return n


cdef inline double log_total(const double* x, double most, Py_ssize_t n) noexcept nogil:
    """log(sum(exp(x - most))), as log1p of the sum but for the maximum's own 1."""
    cdef double tile[TILE]
    cdef double s = 0.0
    cdef Py_ssize_t start = 0, length, top = place(x, most, n), i
    while start < n:
        length = min(n - start, TILE)
        for i in range(length):
            tile[i] = x[start + i] - most
        exponentials(tile, tile, length)
        if start <= top < start + length and tile[top - start] == 1.0:
            tile[top - start] = 0.0
        s += total(tile, length)
        start += length
    return logarithm_of_one_plus(s)


# ---- softmax ----------------------------------------------------------------------------------

cdef void softmax_rows(const double* x, double* y, Py_ssize_t rows, Py_ssize_t n) noexcept nogil:
    cross_entropy_rows(x, NULL, y, rows, n)


cdef void softmax_gradient_rows(const double* y, const double* gy, double* gx, Py_ssize_t rows,
                                Py_ssize_t n) noexcept nogil:
    # y_i (gy_i - c - sum_j (gy_j - c) y_j) for any c, as the y add up to 1: that of the major
    # element cancels, where it would take the digits of the others.
    cdef Py_ssize_t r, i, top
    cdef double s, c
    cdef const double* p
    cdef const double* g
    cdef double* out
    for r in range(rows):
        p = y + r * n
        g = gy + r * n
        out = gx + r * n
        top = major(p, n)
        c = g[top] if top < n else 0.0
        for i in range(n):
            out[i] = g[i] - c
        s = dot(out, p, n)
        for i in range(n):
            out[i] = p[i] * (out[i] - s)


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
    # gy_i - p_i s, s the sum of the gy. Of the major p_i: (1 - p_i) s less the other gy.
    cdef Py_ssize_t r, i, top
    cdef double s, at_top = 0.0
    exponentials(y, gx, rows * n)
    for r in range(rows):
        s = total(gy + r * n, n)
        top = major(gx + r * n, n)
        if top < n:
            at_top = rest_of(gx + r * n, top, n) * s - rest_of(gy + r * n, top, n)
        for i in range(r * n, (r + 1) * n):
            gx[i] = gy[i] - gx[i] * s
        if top < n:
            gx[r * n + top] = at_top


# ---- logsumexp --------------------------------------------------------------------------------

cdef void logsumexp_rows(const double* x, double* y, Py_ssize_t rows, Py_ssize_t n) noexcept nogil:
    # Where the maximum is infinite, or nan, or there is none, it is the result.
    cdef Py_ssize_t r
    cdef double most
    for r in range(rows):
        most = greatest(x + r * n, n)
        y[r] = most + log_total(x + r * n, most, n) if most - most == 0.0 else most


# ---- cross entropy ----------------------------------------------------------------------------

cdef double cross_entropy_rows(const double* x, const Py_ssize_t* labels, double* probabilities,
                               Py_ssize_t rows, Py_ssize_t n) noexcept nogil:
    # As many rows at a time as a tile holds: short rows share a call of the exponential.
    cdef double most[TILE]
    cdef Py_ssize_t block = max(1, TILE // n if n else 0), first = 0, count, top, r, i
    cdef double* p = probabilities
    cdef double rest, s, loss = 0.0
    while first < rows:
        count = min(block, rows - first)
        for r in range(first, first + count):
            most[r - first] = greatest(x + r * n, n)
            for i in range(r * n, (r + 1) * n):
                p[i] = most[r - first]
        exponentials_of_differences(x + first * n, p + first * n, count * n)
        for r in range(first, first + count):
            # The maximum's exponential is 1, or all are nan.
            top = r * n + place(x + r * n, most[r - first], n)
            rest = rest_of(p + r * n, top - r * n, n)
            s = p[top] + rest
            for i in range(r * n, (r + 1) * n):
                p[i] = p[i] / s
            if labels is not NULL and labels[r] >= 0:
                loss += logarithm_of_one_plus(rest) - (x[r * n + labels[r]] - most[r - first])
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
        if probabilities[i] > 0.5:
            gx[i] = -rest_of(probabilities + r * n, labels[r], n) * scale
        else:
            gx[i] = (probabilities[i] - 1.0) * scale
