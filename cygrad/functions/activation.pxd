# Activations for the derivatives of other operations.

from cygrad.core.variable cimport Variable

cdef Variable logistic(Variable x)                      # sigmoid
cdef Variable logistic_slope(Variable x, Variable y)    # the derivative, given x and y = sigmoid(x)
cdef Variable soft_plus(Variable x)
