from cygrad.core.variable cimport Variable

cdef Variable slice_axis(Variable x, int axis, Py_ssize_t start, Py_ssize_t length)
cdef Variable item_at(Variable x, Py_ssize_t i)         # x[i]
