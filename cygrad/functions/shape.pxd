# Views, for the derivatives of other operations.

from cygrad.core.variable cimport Variable

cdef Variable swap_last_axes(Variable x)
cdef Variable permuted(Variable x, tuple axes)          # axes[d] is x's axis at place d
cdef Variable squeezed(Variable x, object axis)         # without axes of length 1
cdef Variable unsqueezed(Variable x, int axis)          # with a new axis of length 1 there
