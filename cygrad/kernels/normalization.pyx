"""Normalization of rows, and its gradients.

A sum runs in eight lanes, number k in lane k mod 8, which are added in pairs; then what is left
after the last eight. The compiler makes vectors of the lanes, and the order is the same on every
CPU. The mean is summed twice, the second time over what the first left, so that a common offset of
the numbers costs no accuracy.
"""

from libc.math cimport INFINITY, sqrt

cdef enum:
    LANES = 8

cdef double LEAST = 1e-290      # below which squares lose their digits
cdef double FAR = 2.0**600

cdef struct Sum:
    double lanes[LANES]


cdef inline double total_of(const Sum* s) noexcept nogil:
    return (((s.lanes[0] + s.lanes[1]) + (s.lanes[2] + s.lanes[3]))
            + ((s.lanes[4] + s.lanes[5]) + (s.lanes[6] + s.lanes[7])))


cdef inline void clear(Sum* s) noexcept nogil:
    cdef int j
    for j in range(LANES):
        s.lanes[j] = 0.0


cdef inline double sum_of(const double* x, Py_ssize_t n) noexcept nogil:
    cdef Sum s
    cdef Py_ssize_t k = 0, whole = n - n % LANES
    cdef double total
    cdef int j
    clear(&s)
    while k < whole:
        for j in range(LANES):
            s.lanes[j] += x[k + j]
        k += LANES
    total = total_of(&s)
    for k in range(whole, n):
        total += x[k]
    return total


cdef inline double sum_of_squares(const double* x, Py_ssize_t n) noexcept nogil:
    cdef Sum s
    cdef Py_ssize_t k = 0, whole = n - n % LANES
    cdef double total
    cdef int j
    clear(&s)
    while k < whole:
        for j in range(LANES):
            s.lanes[j] += x[k + j] * x[k + j]
        k += LANES
    total = total_of(&s)
    for k in range(whole, n):
        total += x[k] * x[k]
    return total


cdef inline double scale_of_extremes(const double* y, Py_ssize_t n, double variance,
                                     double eps) noexcept nogil:
    """1 / sqrt(variance + eps) for deviations whose squares leave the range, by scaled ones."""
    cdef double by = FAR if variance + eps < 1.0 else 1.0 / FAR, total = 0.0
    cdef Py_ssize_t k
    for k in range(n):
        total += (y[k] * by) * (y[k] * by)
    return by / sqrt(total / n + (eps * by) * by)


cdef void normalize_rows(const double* x, const double* gamma, const double* beta, double eps,
                         Py_ssize_t rows, Py_ssize_t n, double* y, Moments* of) noexcept nogil:
    cdef Py_ssize_t k
    cdef double mean, rest, scale
    for _ in range(rows):
        mean = sum_of(x, n) / n
        for k in range(n):
            y[k] = x[k] - mean
        rest = sum_of(y, n) / n
        for k in range(n):
            y[k] = y[k] - rest
        of.mean = mean
        of.rest = rest
        of.variance = sum_of_squares(y, n) / n
        of.scale = scale = 1.0 / sqrt(of.variance + eps)
        if not LEAST < of.variance + eps < INFINITY:
            of.scale = scale = scale_of_extremes(y, n, of.variance, eps)
        if gamma is NULL:
            for k in range(n):
                y[k] = y[k] * scale
        else:
            for k in range(n):
                y[k] = y[k] * scale * gamma[k] + beta[k]
        x += n
        y += n
        of += 1


cdef void normalize_rows_x(const double* x, const double* gamma, const double* g,
                           const Moments* of, double eps, Py_ssize_t rows, Py_ssize_t n,
                           double* gx) noexcept nogil:
    cdef Py_ssize_t k, whole = n - n % LANES
    cdef double mean, rest, scale, average, slope, normal
    cdef Sum s
    cdef int j
    for _ in range(rows):
        mean = of.mean
        rest = of.rest
        scale = of.scale
        for k in range(n):
            gx[k] = g[k] if gamma is NULL else g[k] * gamma[k]
        average = sum_of(gx, n) / n
        clear(&s)
        k = 0
        while k < whole:
            for j in range(LANES):
                s.lanes[j] += gx[k + j] * (((x[k + j] - mean) - rest) * scale)
            k += LANES
        slope = total_of(&s)
        for k in range(whole, n):
            slope += gx[k] * (((x[k] - mean) - rest) * scale)
        slope = slope / n
        for k in range(n):
            normal = ((x[k] - mean) - rest) * scale
            gx[k] = ((gx[k] - average) - normal * slope) * scale
        x += n
        g += n
        gx += n
        of += 1


cdef void normalize_rows_gamma(const double* x, const double* g, const Moments* of, double eps,
                               Py_ssize_t rows, Py_ssize_t n, double* ggamma) noexcept nogil:
    cdef Py_ssize_t k
    cdef double mean, rest, scale
    for k in range(n):
        ggamma[k] = 0.0
    for _ in range(rows):
        mean = of.mean
        rest = of.rest
        scale = of.scale
        for k in range(n):
            ggamma[k] += g[k] * (((x[k] - mean) - rest) * scale)
        x += n
        g += n
        of += 1
