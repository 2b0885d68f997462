"""Gathering blocks of memory by position, and adding blocks back to where they came from."""

from libc.string cimport memcpy


cdef void gather_blocks(const double* x, const Py_ssize_t* positions, Py_ssize_t n,
                        Py_ssize_t block, double* y) noexcept nogil:
    """y[k] = x[positions[k]], where each stands for `block` numbers."""
    cdef Py_ssize_t k
    if block == 1:
        for k in range(n):
            y[k] = x[positions[k]]
    else:
        for k in range(n):
            memcpy(y + k * block, x + positions[k] * block, block * sizeof(double))


cdef void scatter_add_blocks(const double* g, const Py_ssize_t* positions, Py_ssize_t n,
                             Py_ssize_t block, double* x) noexcept nogil:
    """x[positions[k]] += g[k], in the order of k, a position named twice twice."""
    cdef Py_ssize_t k, j
    cdef double* target
    for k in range(n):
        target = x + positions[k] * block
        for j in range(block):
            target[j] += g[k * block + j]
