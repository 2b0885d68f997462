# softmax over the last axis, for the derivatives of other operations.

from cygrad.core.variable cimport Variable, describe

cdef Variable soft_maximum(Variable x)

cdef inline unsigned long long last_axis(Variable x) except 0:
    if x.layout.ndim == 0:
        raise RuntimeError(f"Variable.backward: a softmax met {describe(x)}, which has no axis; "
                           "was .data replaced by another shape after it was used?")
    return <unsigned long long>1 << (x.layout.ndim - 1)
