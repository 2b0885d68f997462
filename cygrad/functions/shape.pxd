# Shapes and views, for the derivatives of other operations.

from cygrad.core.layout cimport Layout
from cygrad.core.variable cimport Variable

# Each gives x itself where the shape is already so.
cdef Variable broadcast_to_layout(Variable x, const Layout* target)
cdef Variable reshape_to_layout(Variable x, const Layout* target)
cdef Variable contiguous(Variable x)                    # x, or a differentiable copy in C order
cdef Variable swap_last_axes(Variable x)                # a view
cdef Variable permuted(Variable x, tuple axes)          # a view; axes[d] is x's axis at place d
cdef Variable unsqueezed(Variable x, int axis)          # a view with a new axis of length 1 there
cdef Variable with_shape(Variable x, list shape)        # a view; only axes of length 1 may differ
cdef Variable copied(Variable x)
cdef Variable concatenated(list inputs, object axis_argument, str where)
cdef int single_axis(object axis, Variable x, str where) except -1
cdef object plain_axis(object axis, str where)          # an axis of the user's, as Python's own int
