# tanh for the derivatives of other operations.

from cygrad.core.variable cimport Variable

cdef Variable hyperbolic_tangent(Variable x)
cdef Variable tanh_slope(Variable x, Variable y)        # the derivative, given x and y = tanh x
