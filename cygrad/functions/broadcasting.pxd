# Copies, shapes and sums, for the derivatives of other operations.

from cygrad.core.function cimport Function
from cygrad.core.layout cimport Layout
from cygrad.core.routine cimport Emission, Routine
from cygrad.core.variable cimport Variable
from cygrad.kernels.numpy_loops cimport Loop

cdef Variable copied(Variable x)
cdef Variable contiguous(Variable x)                    # x, or a differentiable copy in C order
cdef Variable reshaped(Variable x, object shape)        # as the user gives it
cdef Variable with_shape(Variable x, list shape)        # a view; only axes of length 1 may differ

cdef int add_into(Variable total, Variable g) except -1  # total += g, of equal shapes, no graph

# Each gives x itself where the shape is already so.
cdef Variable reshape_to_layout(Variable x, const Layout* target)
cdef Variable broadcast_to_layout(Variable x, const Layout* target)
cdef Variable sum_to_layout(Variable x, const Layout* target)

# The axes are a bit mask (axes.pxd).
cdef Variable sum_over(Variable x, unsigned long long axes, bint keepdims)

# What a reduction is made of. `reduce` computes without a graph, starting from `start`; `spread`
# broadcasts what was reduced from x back to x's shape.
cdef Variable reduce(Loop* loop, double start, Variable x, unsigned long long axes, bint keepdims)
cdef Variable spread(Variable g, Variable x, unsigned long long axes)

# The same in a program: a reduction whose axes are f.saved starts from `start`; `run` calls
# run_reduction with its loop. n: how many results, axes, their mask, how many numbers make one.
cdef int emit_reduction(Function f, Emission* e, Routine run, double start) except -1
cdef void run_reduction(Loop* loop, double** at, const Py_ssize_t* n,
                        const double* c) noexcept nogil
