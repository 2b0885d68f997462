from cygrad.core.variable cimport Variable

cdef int run_backward(Variable root, bint retain_grad, bint create_graph) except -1
