# Products for the derivatives of other operations.

from cygrad.core.layout cimport Layout
from cygrad.core.variable cimport Variable

cdef Variable product(Variable a, Variable b)           # a @ b
cdef Variable rows_of(Variable x)                       # as a matrix of all its rows
cdef bint is_for_blas(const Layout* x) noexcept         # as BLAS takes it
cdef Variable blas_operand(Variable x)                  # x, or a copy that is so
cdef Variable for_blas(Variable x)                      # the same, and a tape is told of the copy
