# Products for the derivatives of other operations.

from cygrad.core.variable cimport Variable

cdef Variable product(Variable a, Variable b)           # a @ b
cdef Variable rows_of(Variable x)                       # as a matrix of all its rows
cdef Variable blas_operand(Variable x)                  # x, or a copy that BLAS takes
