# What an operation of any kind is made of.

from cygrad.core.function cimport Op, vjp_rule
from cygrad.core.layout cimport Layout
from cygrad.core.variable cimport Variable, detached
from cygrad.kernels.elementwise cimport LONG

# An operation that no kernel of kernels.def computes: its rule gives the gradients.
cdef Op operation(const char* name, vjp_rule vjp) noexcept

# The operation without its kernel's gradients: the rule computes them.
cdef Op composed(Op op) noexcept

# The operation, where its gradients by the first input, and by all others, are computed from no
# more than this (`Reads` in function.pxd): what is written to the rest afterwards does not matter
# (changes.pyx). Gradient kernels say it already.
cdef Op reading(Op op, int needs0, int needs1) noexcept

# v, or another Variable on its memory where a loop over n numbers will run without the GIL:
# meanwhile another thread may assign v.data, and what the loop reads must stay. n is the length of
# the loop: a small v may be broadcast along it. For where Python code may run between the reading
# of a shape and the loop, there is pinned_rows (variable.pxd).
cdef inline Variable pinned(Variable v, Py_ssize_t n):
    return v if n < LONG else detached(v)

# x as a Variable: itself, or a constant of what it holds.
cpdef Variable as_variable(object x, str where)

# Byte strides that read an array of `layout` as if it had the shape of `target`; False if none do.
cdef bint broadcast_strides(const Layout* layout, const Layout* target,
                            Py_ssize_t* strides) noexcept nogil

# map_strided over the shape of a layout, without the GIL if that is worth it.
cdef int map_long(int kernel, int n_inputs, const double** operands, const Py_ssize_t** strides,
                  const Layout* layout, const double* c) except -1
