# Choosing among values, for the derivatives of other operations.

from cygrad.core.variable cimport Variable

cdef Variable select(Variable mask, Variable x)         # x where mask is not 0, else 0
cdef Variable choose(Variable mask, Variable a, Variable b)     # a where mask is not 0, else b
cdef Variable clipped(Variable x, double low, double high)      # low <= high
