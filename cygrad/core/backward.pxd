# The backward pass, and what a rule that serves all inputs of its Function at once may ask of it.

from cpython.list cimport PyList_GET_ITEM
from cpython.object cimport PyObject
from cygrad.core.function cimport Function
from cygrad.core.passing cimport Pass
from cygrad.core.variable cimport Variable

cdef int run_backward(Variable root, bint retain_grad, bint create_graph) except -1

# The gradients of the outputs, each times its seed of the same shape, with respect to the ends
# alone: for each a Variable, or None if no output depends on it. No .grad is changed.
# Passes over the same graph, with other seeds, may share a session's number, from new_session: none
# of them then computes a slope (function.pxd) again. Nothing may change meanwhile. The last one
# says so, and what was kept goes.
cdef list gradients(list outputs, list seeds, list ends, bint create_graph, long session=*,
                    bint last=*)
cdef long new_session() noexcept

# Whether a gradient of x is asked for, or may lead to one that is.
cdef inline bint wanted(Variable x, Pass* p) noexcept:
    return x.requires and x.generation_ >= p.floor

# Whether x is one of the variables that a transform's pass stops at. Other passes, within which
# this one runs, may have ends of their own.
cdef enum:
    ENDS = 2                    # a bit of Variable.requires: gradients stop here in a pass

cdef inline bint is_end(Variable x, Pass* p) noexcept:
    return (p.ends is not NULL and x.requires & ENDS and x.index < len(<list>p.ends)
            and <PyObject*>x == PyList_GET_ITEM(<list>p.ends, x.index))

# A Function whose outputs are computed again in the backward pass, by again(), with the graph that
# the gradients then flow through.
cdef class Recompute(Function):
    cdef object again           # gives the list of outputs anew

    # Of the gradients of the outputs those of the inputs, without a graph; None: it cannot.
    cdef list pulled(self, list gys)

# Of a Recompute, the creators of its outputs, computed again: with what it closes over behind them,
# which is not among its inputs. Of another Function an empty list.
cdef list creators_again(Function f)

# A Function in Python whose backward gets None, not zeros, for an output that nothing has flowed
# to: zeros that have been computed may mean something else. It may give None for other inputs than
# the wanted ones, or a gradient that is ignored.
cdef class Partial(Function):
    cdef readonly tuple wanted      # of each input, whether its gradient is asked for

# What the backward of a Function in Python gave, a Variable or None for each input; or an error.
cdef object checked_gradients(Function f, object gxs)

# Add gx, which comes from `source`, to the gradient that flows to x, if it is wanted.
cdef int flow(Variable x, Variable gx, Function source, Pass* p) except -1
