from cygrad.core.variable cimport Variable

cdef Variable slice_axis(Variable x, int axis, Py_ssize_t start, Py_ssize_t length)
