"""What an operation of any kind is made of: its Op, its inputs as Variables, loops over layouts."""

from cygrad.core.arrays cimport operand
from cygrad.core.function cimport Op, READS_ALL, vjp_rule
from cygrad.core.layout cimport Layout
from cygrad.core.variable cimport Variable
from cygrad.kernels.elementwise cimport COMPOSED, LONG, map_strided


cdef Op operation(const char* name, vjp_rule vjp) noexcept:
    cdef Op op
    op.name = name
    op.vjp = vjp
    op.kernel = -1
    op.fused = NULL
    op.sweep = NULL
    op.several = NULL
    op.slope = NULL
    for i in range(2):
        op.gradient[i] = op.adding[i] = COMPOSED
        op.reads[i] = 0
        op.needs[i] = READS_ALL
    return op


cdef Op composed(Op op) noexcept:
    cdef Op plain = operation(op.name, op.vjp)
    plain.kernel = op.kernel
    return plain


cdef Op reading(Op op, int needs0, int needs1) noexcept:
    op.needs[0] = needs0
    op.needs[1] = needs1
    return op


# ---- Inputs -----------------------------------------------------------------------------------

cpdef Variable as_variable(object x, str where):
    """x as a Variable: itself, or a constant of what it holds; `where` is for the error message."""
    if isinstance(x, Variable):
        return <Variable>x
    return operand(x, where)


# ---- Loops ------------------------------------------------------------------------------------

cdef int map_long(int kernel, int n_inputs, const double** operands, const Py_ssize_t** strides,
                  const Layout* layout, const double* c) except -1:
    """map_strided over the shape of a layout, without the GIL if that is worth it."""
    if layout.size < LONG:
        map_strided(kernel, n_inputs, operands, strides, layout.ndim, layout.shape, c)
    else:
        with nogil:
            map_strided(kernel, n_inputs, operands, strides, layout.ndim, layout.shape, c)
    return 0


cdef bint broadcast_strides(const Layout* layout, const Layout* target,
                            Py_ssize_t* strides) noexcept nogil:
    cdef int lead = target.ndim - layout.ndim, d
    if lead < 0:
        return False
    for d in range(lead):
        strides[d] = 0
    for d in range(layout.ndim):
        if layout.shape[d] == target.shape[lead + d]:
            strides[lead + d] = layout.strides[d]
        elif layout.shape[d] == 1:
            strides[lead + d] = 0
        else:
            return False
    return True
