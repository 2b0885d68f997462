from cygrad.core.variable cimport Variable

cdef Variable slice_axis(Variable x, int axis, Py_ssize_t start, Py_ssize_t length)
cdef Variable item_at(Variable x, Py_ssize_t i)         # x[i]
cdef Variable get_view(Variable x, object index)        # a basic index only

# The same without a history, of an index that get_view has kept.
cdef Variable shown(Variable x, object index)

# The blocks of x at positions: `saved` as indexing.pyx describes it, the positions checked.
# `given`: on a tape, where the positions are an argument of the call, the Variable of them.
cdef Variable gather(Variable x, tuple saved, Variable given=*)

# Zeros of shape saved[2] with g added at the positions saved[0]; `saved` as in indexing.pyx.
cdef Variable scatter(Variable g, tuple saved, Variable given=*)
