# Triangles of matrices and triangular systems, for the derivatives of factorizations.

from cygrad.core.variable cimport Variable

# One triangle, its diagonal times a factor, zeros elsewhere.
cdef Variable triangle_part(Variable x, bint lower, double diagonal)

# The solution of a x = b, or a^T x = b, for b (..., n, p) and a of the same stack axes.
cdef Variable substitute(Variable a, Variable b, bint lower, bint transposed, bint unit)
