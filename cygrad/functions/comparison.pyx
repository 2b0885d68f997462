"""Masks for derivatives: Variables that are 1 where a comparison holds, and 0 elsewhere.

A mask is computed by a kernel from Variables, so that whatever computes a derivative again, with
other numbers, computes its masks again as well. None requires a gradient. A nan compares as in
IEEE arithmetic: false, but for `not_equal` and `differs`.
"""

from cygrad.core.function cimport Function, Op
from cygrad.core.variable cimport Variable, detached
from cygrad.functions.elementwise cimport binary, kernel_op, unary, unary_with
from cygrad.functions.operation cimport composed, reading


cdef Variable vjp_none(Function f, Variable gy, int i):
    return None

cdef Op mask_op(const char* name, str kernel) except *:
    return reading(composed(kernel_op(name, kernel, vjp_none)), 0, 0)


cdef Op EQUAL = mask_op(b"Equal", "EQUAL")
cdef Op NOT_EQUAL = mask_op(b"NotEqual", "NOT_EQUAL")
cdef Op LESS = mask_op(b"Less", "LESS")
cdef Op LESS_EQUAL = mask_op(b"LessEqual", "LESS_EQUAL")
cdef Op AND = mask_op(b"And", "MUL")
cdef Op OR = mask_op(b"Or", "MAXIMUM")
cdef Op EQUAL_C = mask_op(b"Equal", "EQUAL_C")
cdef Op NOT_EQUAL_C = mask_op(b"NotEqual", "NOT_EQUAL_C")
cdef Op LESS_C = mask_op(b"Less", "LESS_C")
cdef Op LESS_EQUAL_C = mask_op(b"LessEqual", "LESS_EQUAL_C")
cdef Op GREATER_C = mask_op(b"Greater", "GREATER_C")
cdef Op IS_NAN = mask_op(b"IsNan", "IS_NAN")
cdef Op IS_FINITE = mask_op(b"IsFinite", "IS_FINITE")


cpdef Variable equal(Variable a, Variable b):
    """a == b"""
    return binary(&EQUAL, detached(a), detached(b))


cpdef Variable not_equal(Variable a, Variable b):
    """a != b"""
    return binary(&NOT_EQUAL, detached(a), detached(b))


cpdef Variable less(Variable a, Variable b):
    """a < b"""
    return binary(&LESS, detached(a), detached(b))


cpdef Variable less_equal(Variable a, Variable b):
    """a <= b"""
    return binary(&LESS_EQUAL, detached(a), detached(b))


cpdef Variable equals(Variable x, double c):
    """x == c"""
    return unary_with(&EQUAL_C, detached(x), c, 0.0)


cpdef Variable differs(Variable x, double c):
    """x != c"""
    return unary_with(&NOT_EQUAL_C, detached(x), c, 0.0)


cpdef Variable below(Variable x, double c):
    """x < c"""
    return unary_with(&LESS_C, detached(x), c, 0.0)


cpdef Variable at_most(Variable x, double c):
    """x <= c"""
    return unary_with(&LESS_EQUAL_C, detached(x), c, 0.0)


cpdef Variable above(Variable x, double c):
    """x > c"""
    return unary_with(&GREATER_C, detached(x), c, 0.0)


cpdef Variable is_nan(Variable x):
    """Whether x is nan."""
    return unary(&IS_NAN, detached(x))


cpdef Variable is_finite(Variable x):
    """Whether x is neither infinite nor nan."""
    return unary(&IS_FINITE, detached(x))


cpdef Variable both(Variable a, Variable b):
    """Of masks: a and b."""
    return binary(&AND, a, b)


cpdef Variable either(Variable a, Variable b):
    """Of masks: a or b."""
    return binary(&OR, a, b)


cpdef Variable opposite(Variable mask):
    """Of a mask: not."""
    return unary_with(&EQUAL_C, mask, 0.0, 0.0)
