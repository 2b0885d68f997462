# The elementwise operations' common machinery: one call computes, records, and differentiates.

from cygrad.core.function cimport Function, Op, vjp_rule
from cygrad.core.layout cimport Layout
from cygrad.core.variable cimport Variable, detached
from cygrad.kernels.elementwise cimport COMPOSED, LONG, PASS

# An operation that no kernel of kernels.def computes, and one that a kernel computes, whose fused
# gradients are those that stand below its line.
cdef Op operation(const char* name, vjp_rule vjp) noexcept
cdef Op kernel_op(const char* name, str kernel, vjp_rule vjp) except *

# The operation without its kernel's gradients: the rule computes them.
cdef Op composed(Op op) noexcept

# The operation, where its gradients by the first input, and by all others, are computed from no
# more than this (`Reads` in function.pxd): what is written to the rest afterwards does not matter
# (changes.pyx). Gradient kernels say it already.
cdef Op reading(Op op, int needs0, int needs1) noexcept

cdef Variable unary(const Op* op, Variable x)
cdef Variable unary_with(const Op* op, Variable x, double c0, double c1)
cdef Variable binary(const Op* op, Variable a, Variable b)
cdef Variable binary_with(const Op* op, Variable a, Variable b, double c0, double c1)
cdef Variable output_of(Function f)

# v, or another Variable on its memory where a loop over n numbers will run without the GIL:
# meanwhile another thread may assign v.data, and what the loop reads must stay. n is the length of
# the loop: a small v may be broadcast along it. For where Python code may run between the reading
# of a shape and the loop, there is pinned_rows (variable.pxd).
cdef inline Variable pinned(Variable v, Py_ssize_t n):
    return v if n < LONG else detached(v)

# x as a Variable: itself, or a constant of what it holds.
cpdef Variable as_variable(object x, str where)

# A binary operator's three forms: of two Variables, of a Variable and a number, the reverse.
cdef struct Forms:
    const char* name
    const Op* both
    const Op* right             # x op c; NULL: c becomes a constant Variable
    const Op* left              # c op x

cdef object apply_forms(const Forms* forms, object a, object b)     # or NotImplemented
cdef object call_forms(const Forms* forms, object a, object b)      # or TypeError

# Byte strides that read an array of `layout` as if it had the shape of `target`; False if none do.
cdef bint broadcast_strides(const Layout* layout, const Layout* target,
                            Py_ssize_t* strides) noexcept nogil

# map_strided over the shape of a layout, without the GIL if that is worth it.
cdef int map_long(int kernel, int n_inputs, const double** operands, const Py_ssize_t** strides,
                  const Layout* layout, const double* c) except -1
