# Joining, for other operations.

from cygrad.core.variable cimport Variable

cdef Variable concatenated(list inputs, object axis_argument, str where)
