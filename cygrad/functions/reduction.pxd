# Sums over axes, for the derivatives of other operations.

from cygrad.core.layout cimport Layout
from cygrad.core.variable cimport Variable
from cygrad.kernels.numpy_loops cimport Loop

cdef Variable sum_to_layout(Variable g, const Layout* target)   # g itself if the shapes agree
cdef Variable sum_over(Variable x, unsigned long long axes, bint keepdims)
cdef Variable mean_over(Variable x, unsigned long long axes, bint keepdims)

# An axis argument of the user's. It is converted first, which may run code that assigns x.data, and
# x's axes are counted then.
cdef unsigned long long axes_of(object axis, Variable x, str where) except? 0xFFFFFFFFFFFFFFFF

# The same where NumPy takes 0 and -1 for the axis of a number, which has none: a mask of no axes.
cdef unsigned long long reduced_axes(object axis, Variable x, str where) except? 0xFFFFFFFFFFFFFFFF

# One int; or None, where x is to be flattened.
cdef object axis_to_flatten(object axis, Variable x, str where)

# The two steps of it: to a list of Python's own ints, or None; and to a mask among ndim axes.
cdef list plain_axes(object axis, str where)
cdef unsigned long long mask_of_axes(list axes, int ndim,
                                     str where) except? 0xFFFFFFFFFFFFFFFF

# What a reduction is made of. The axes are a bit mask; `reduce` computes without a graph, starting
# from `start`; `spread` broadcasts what was reduced from x back to x's shape.
cdef Variable reduce(Loop* loop, double start, Variable x, unsigned long long axes, bint keepdims)
cdef Variable spread(Variable g, Variable x, unsigned long long axes)
cdef Layout* reduced_layout(const Layout* layout, unsigned long long axes,
                            bint keepdims) except NULL
