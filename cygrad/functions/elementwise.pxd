# The elementwise operations' common machinery: one call computes, records, and differentiates.

from cygrad.core.function cimport Function, Op, vjp_rule
from cygrad.core.layout cimport Layout
from cygrad.core.variable cimport Variable, detached
from cygrad.kernels.elementwise cimport LONG

cdef enum:
    PASS = -1                   # in place of a gradient kernel: the gradient is gy itself
    COMPOSED = -2               # no kernel: the vjp rule computes it

# An operation of one or two inputs: its forward kernel, its rule, and for each input the gradient
# kernel that the rule amounts to and what that reads beside gy (function.pxd).
cdef Op unary_op(const char* name, int kernel, vjp_rule vjp, int gradient, int reads) noexcept
cdef Op binary_op(const char* name, int kernel, vjp_rule vjp, int gradient0, int reads0,
                  int gradient1, int reads1) noexcept
cdef Op operation(const char* name, vjp_rule vjp) noexcept      # one that is not elementwise

# The operation, where its gradients by the first input, and by all others, are computed from no
# more than this (`Reads` in function.pxd): what is written to the rest afterwards does not matter
# (changes.pyx). An elementwise operation's kernels say it already.
cdef Op reading(Op op, int needs0, int needs1) noexcept

cdef Variable unary(const Op* op, Variable x)
cdef Variable unary_with(const Op* op, int kernel, Variable x, double c0, double c1)
cdef Variable binary(const Op* op, Variable a, Variable b)
cdef Variable binary_with(const Op* op, int kernel, Variable a, Variable b, double c0, double c1)
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
