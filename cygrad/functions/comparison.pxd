# Masks for the derivatives of operations: 1 where a comparison holds, else 0, without a gradient.

from cygrad.core.variable cimport Variable

cpdef Variable equal(Variable a, Variable b)            # a == b
cpdef Variable not_equal(Variable a, Variable b)        # a != b
cpdef Variable less(Variable a, Variable b)             # a < b
cpdef Variable less_equal(Variable a, Variable b)       # a <= b

cpdef Variable equals(Variable x, double c)             # x == c
cpdef Variable differs(Variable x, double c)            # x != c
cpdef Variable below(Variable x, double c)              # x < c
cpdef Variable at_most(Variable x, double c)            # x <= c
cpdef Variable above(Variable x, double c)              # x > c
cpdef Variable is_nan(Variable x)
cpdef Variable is_finite(Variable x)

cpdef Variable both(Variable a, Variable b)             # of masks: a and b
cpdef Variable either(Variable a, Variable b)           # a or b
cpdef Variable opposite(Variable mask)                  # not a
