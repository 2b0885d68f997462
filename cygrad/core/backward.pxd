from cygrad.core.function cimport Function
from cygrad.core.variable cimport Variable

cdef int run_backward(Variable root, bint retain_grad, bint create_graph) except -1

# The gradients of the outputs, each times its seed of the same shape, with respect to the ends
# alone: for each a Variable, or None if no output depends on it. No .grad is changed.
cdef list gradients(list outputs, list seeds, list ends, bint create_graph)

# A Function whose outputs are computed again in the backward pass, by again(), with the graph that
# the gradients then flow through.
cdef class Recompute(Function):
    cdef object again           # gives the list of outputs anew
