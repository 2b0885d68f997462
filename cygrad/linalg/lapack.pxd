# LAPACK, by the loops of numpy.linalg.

from cygrad.core.variable cimport Variable

cdef enum Routine:
    CHOLESKY            # a (n, n) -> y (n, n), lower
    INV                 # a (n, n) -> y (n, n)
    SOLVE               # a (n, n), b (n, p) -> y (n, p)
    DET                 # a (n, n) -> y ()
    SLOGDET             # a (n, n) -> y (), y1 ()

# Run a routine on stacks of matrices; False if LAPACK reports a failure. `y` and `y1` are outputs,
# which nobody else sees yet; b and y1 are None where the routine has none. The caller guarantees
# the shapes, with the same stack axes everywhere.
cdef bint lapack(Routine routine, Variable a, Variable b, Variable y, Variable y1) except -1

# LinAlgError unless x is a square matrix or a stack of them.
cdef int check_square(Variable x, str where) except -1

# a and b with the same stack axes, broadcast where they differ.
cdef tuple same_stacks(Variable a, Variable b, str where)

cdef Variable transposed_product(Variable a, Variable b)        # a b^T
cdef Variable as_column(Variable b)                             # (n,) as (n, 1)
cdef Variable symmetrized(Variable x)                           # (x + x^T) / 2
