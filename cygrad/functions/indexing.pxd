from cygrad.core.variable cimport Variable

cdef Variable slice_axis(Variable x, int axis, Py_ssize_t start, Py_ssize_t length)

# Zeros of shape saved[2] with g added at the positions saved[0]; `saved` as in indexing.pyx.
cdef Variable scatter(Variable g, tuple saved)
