# The elementwise operations' common machinery: one call computes, records, and differentiates.

from cpython.object cimport PyObject

from cygrad.core.function cimport Function, Op, vjp_rule
from cygrad.core.variable cimport Variable

# An operation that a kernel computes, whose fused gradients are those that stand below its line in
# kernels.def. Its name is the public function's with capitals, underscores included, such as
# Floor_Divide: in small letters, errors name the function by it.
cdef Op kernel_op(const char* name, str kernel, vjp_rule vjp) except *

cdef Variable unary(const Op* op, Variable x)
cdef Variable unary_with(const Op* op, Variable x, double c0, double c1)
cdef Variable binary(const Op* op, Variable a, Variable b)
cdef Variable binary_with(const Op* op, Variable a, Variable b, double c0, double c1)
# The push_rule of operations of which an element depends on one of each input alone.
cdef Variable push_elementwise(Function f, PyObject** tangents, int spent)
cdef Variable output_of(Function f)
cdef Variable vjp_zero(Function f, Variable gy, int i)  # the rule of step functions

# A binary operator's three forms: of two Variables, of a Variable and a number, the reverse.
cdef struct Forms:
    const char* name
    const Op* both
    const Op* right             # x op c; NULL: c becomes a constant Variable
    const Op* left              # c op x

cdef object apply_forms(const Forms* forms, object a, object b)     # or NotImplemented
cdef object call_forms(const Forms* forms, object a, object b)      # or TypeError
