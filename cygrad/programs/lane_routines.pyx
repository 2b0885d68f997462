"""Lane routines: what programs of lanes do beside kernels and rows (lanes.pyx)."""

from libc.string cimport memcpy

from cygrad.core.routine cimport Routine
from cygrad.kernels.reduction cimport sum_lanes
from cygrad.programs.steps cimport ROUTINE_OPERANDS


cdef void run_join(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    """Rows one after the other. n: how many operands, and their sizes."""
    cdef double* out = at[n[0]]
    cdef Py_ssize_t j
    for j in range(n[0]):
        memcpy(out, at[j], n[1 + j] * sizeof(double))
        out += n[1 + j]


cdef void run_differ(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    """Mark the lanes in which two numbers differ in a bit; the result: whether there are any."""
    cdef const long long* x = <const long long*>at[0]
    cdef const long long* y = <const long long*>at[1]
    cdef Py_ssize_t i
    at[3][0] = 0.0
    for i in range(n[0]):
        if x[i] != y[i]:
            at[2][i] = 1.0
            at[3][0] = 1.0


cdef void run_sum(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    """n: lanes, dimensions, the axes, the size of the result, the shape, and the strides."""
    cdef const Py_ssize_t* shape = &n[4]
    cdef const Py_ssize_t* strides = &n[4 + n[1]]
    cdef Py_ssize_t i
    for i in range(n[3] * n[0]):
        at[1][i] = c[0]
    sum_lanes(at[0], <int>n[1], shape, strides, <unsigned long long>n[2], n[0], at[1])


cdef void run_lanes(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    """Another routine, lane by lane.

    n: its address, lanes, operands, results; of each of these how far before its first number it
    begins, its numbers, and whether the lanes have their own; then what the other one is told.
    """
    cdef Routine run = <Routine><void*><size_t>n[0]
    cdef double* own[ROUTINE_OPERANDS]
    cdef Py_ssize_t lanes = n[1], count = n[2], all = n[2] + n[3], lane = 0, width, k, j, start
    cdef Py_ssize_t total = 0
    cdef const Py_ssize_t* reach
    cdef double* scratch = at[all]
    for j in range(all):
        total += n[5 + 3 * j] if n[6 + 3 * j] else 0
    while lane < lanes:
        width = min(<Py_ssize_t>AT_ONCE, lanes - lane)
        start = 0
        for j in range(count):
            reach = &n[4 + 3 * j]
            if reach[2]:
                bring(at[j] + reach[0] * lanes + lane, lanes, reach[1], width, scratch + start,
                      total)
                start += reach[1]
        for k in range(width):
            start = k * total
            for j in range(all):
                reach = &n[4 + 3 * j]
                own[j] = at[j]
                if reach[2]:
                    own[j] = scratch + start - reach[0]
                    start += reach[1]
            run(own, &n[4 + 3 * all], c)
        start = 0
        for j in range(all):
            reach = &n[4 + 3 * j]
            if j >= count:
                take(scratch + start, total, reach[1], width, at[j] + lane, lanes)
            if reach[2]:
                start += reach[1]
        lane += width


cdef void bring(const double* x, Py_ssize_t lanes, Py_ssize_t n, Py_ssize_t width, double* to,
                Py_ssize_t total) noexcept nogil:
    """n numbers of each of `width` lanes, those of a lane one after the other."""
    cdef Py_ssize_t i, k
    for i in range(n):
        for k in range(width):
            to[k * total + i] = x[i * lanes + k]


cdef void take(const double* x, Py_ssize_t total, Py_ssize_t n, Py_ssize_t width, double* to,
               Py_ssize_t lanes) noexcept nogil:
    """And back."""
    cdef Py_ssize_t i, k
    for i in range(n):
        for k in range(width):
            to[i * lanes + k] = x[k * total + i]
