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
