# LAPACK, by the loops of numpy.linalg.

from cygrad.core.function cimport Op
from cygrad.core.routine cimport Emission
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

# The same on contiguous memory, but that `row` and `column` are the strides of a's matrices in
# bytes; there must be loops.
cdef bint apply(Routine routine, const double* a, Py_ssize_t row, Py_ssize_t column,
                const double* b, double* y, double* y1, Py_ssize_t count, Py_ssize_t n,
                Py_ssize_t p) noexcept nogil

# Whether NumPy's loops were found: else no program can call them.
cdef bint has_loops() noexcept

# In a program: the routine of an operation with one operand, whose results are y, y1, and, if it is
# guarded, whether it succeeded.
cdef int emit_lapack(Routine routine, Emission* e, const char* name) except -1

# A guarded operation on a tape: it has failed, and an error comes next.
cdef int tell_failed(const Op* op, Variable y, Variable a, Variable b, double c0,
                     int flags) except -1

# LinAlgError unless x is a square matrix or a stack of them.
cdef int check_square(Variable x, str where) except -1

# a and b with the same stack axes, broadcast where they differ.
cdef tuple same_stacks(Variable a, Variable b, str where)

cdef Variable transposed_product(Variable a, Variable b)        # a b^T
cdef Variable as_column(Variable b)                             # (n,) as (n, 1)
cdef Variable symmetrized(Variable x)                           # (x + x^T) / 2
