# Products put off in a backward pass, until there are many to be made at once.

from cygrad.core.passing cimport Pass
from cygrad.core.variable cimport Variable

# The gradient of weights that several Functions of a pass share is a sum of products left^T right,
# one for each of them. Products collects their rows, one under the other, for one product of all.
cdef class Products:
    cdef tuple weights          # whose gradients the rows of left^T right are, from the first on
    cdef double* left           # capacity rows of m, filled up to `rows`
    cdef double* right          # and of n
    cdef Py_ssize_t m
    cdef Py_ssize_t n
    cdef Py_ssize_t rows
    cdef Py_ssize_t capacity
    cdef Py_ssize_t calls       # of postpone, since the last settlement
    cdef Variable memory        # of both
    cdef list recorded          # on a tape: of each call, how many rows; else None

# A place for so many rows more, which the caller writes before anything else and counts in `rows`;
# None where there is nothing to gain, or the weights are not leaves.
cdef Products postpone(Pass* p, tuple weights, Py_ssize_t rows, Py_ssize_t m, Py_ssize_t n)

# On a tape: these are the rows that have been collected; left is without the column of a bias.
# None: the tape does not know them, or there are no columns.
cdef int tell_collected(Products products, Variable left, Variable right,
                        Py_ssize_t rows) except -1
