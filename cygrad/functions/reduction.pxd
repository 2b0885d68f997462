# The mean, for the derivatives of other operations.

from cygrad.core.variable cimport Variable

cdef Variable mean_over(Variable x, unsigned long long axes, bint keepdims)     # as sum_over
