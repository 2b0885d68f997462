# The p-norm of vectors, and the vector divided by it, for norm, std and their derivatives.

from cygrad.core.variable cimport Variable

# (sum |x|^p)^(1/p) over the axes of a mask (reduction.pyx); p is neither infinite nor nan.
cdef Variable power_norm(Variable x, double p, unsigned long long axes, bint keepdims)

# (sum |x|^p / n)^(1/p) without a graph; x requires no gradient.
cdef Variable plain_length(Variable x, double p, unsigned long long axes, bint keepdims, double n)

# x / y, 0 where y is 0, with y = (sum |x|^p / n)^(1/p), and n = 1 unless p = 2. `length` is y if
# the caller has it, else None.
cdef Variable unit_vector(Variable x, double p, unsigned long long axes, double n, Variable length)

cpdef Variable euclidean(Variable x, object axis, bint keepdims)    # power_norm with p = 2
