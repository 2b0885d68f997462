"""What an operation of any kind is made of: its Op, its inputs as Variables, loops over layouts."""

from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject

from cygrad.core.arrays cimport operand
from cygrad.core.function cimport (
    CALLBACK, Function, Op, READS_ALL, input_of, name_of, vjp_rule,
)
from cygrad.core.layout cimport Layout, MAX_NDIM
from cygrad.core.variable cimport Variable, filled_like
from cygrad.kernels.elementwise cimport COMPOSED, KERNELS, LONG, MAX_OPERANDS, map_strided
from cygrad.kernels.pieces cimport PIECE


cdef Op operation(const char* name, vjp_rule vjp) noexcept:
    cdef Op op
    op.name = name
    op.vjp = vjp
    op.kernel = -1
    op.instruction = CALLBACK
    op.fused = NULL
    op.sweep = NULL
    op.several = NULL
    op.slope = NULL
    op.again = NULL
    op.push = NULL
    op.emit = NULL
    op.emit_gradient = NULL
    op.guarded = False
    op.taking = op.hidden = op.emit_reads = 0
    for i in range(2):
        op.gradient[i] = op.adding[i] = COMPOSED
        op.reads[i] = 0
        op.needs[i] = READS_ALL
    return op


cdef Op composed(Op op) noexcept:
    cdef Op plain = operation(op.name, op.vjp)
    plain.kernel = op.kernel
    plain.again = op.again
    plain.push = op.push
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


# ---- Again ------------------------------------------------------------------------------------

cdef const Layout* result_layout(Function f) except NULL:
    if f.out is NULL:
        raise RuntimeError(f"again: the output of {name_of(f)}, whose shape is needed, is gone")
    return (<Variable>f.out).layout


cdef bint keeps_axes(Function f) except -1:
    return result_layout(f).ndim == f.x0.layout.ndim


# ---- Forward, beside the values ---------------------------------------------------------------

cdef Variable push_linear(Function f, PyObject** tangents, int spent):
    cdef Variable zeros
    cdef list all_of_them = []
    cdef int i
    for i in range(f.n_inputs):
        if tangents[i] is not NULL:
            all_of_them.append(<object>tangents[i])
            continue
        zeros = filled_like(input_of(f, i), 0.0)
        all_of_them.append(zeros)
    return <Variable>f.op.again(f, tuple(all_of_them))


cdef Variable push_first(Function f, PyObject** tangents, int spent):
    if tangents[0] is NULL:
        return None
    return <Variable>f.op.again(f, (<object>tangents[0],) if f.n_inputs == 1
                                else (<object>tangents[0], *f.inputs[1:]))


# ---- Loops ------------------------------------------------------------------------------------

cdef int run_long(int kernel, int n_inputs, const double** inputs, double* out, Py_ssize_t n,
                  const double* c, bint keeps_gil) except -1:
    cdef const double* here[MAX_OPERANDS]
    cdef Py_ssize_t start = 0, length
    cdef int k
    while True:
        length = min(n - start, PIECE)
        for k in range(n_inputs):
            here[k] = inputs[k] + start
        if keeps_gil:
            KERNELS[kernel](here, out + start, length, c)
        else:
            with nogil:
                KERNELS[kernel](here, out + start, length, c)
        start += length
        if start == n:
            return 0
        PyErr_CheckSignals()


cdef int map_long(int kernel, int n_inputs, const double** operands, const Py_ssize_t** strides,
                  const Layout* layout, const double* c) except -1:
    """map_strided over the shape of a layout, without the GIL if that is worth it."""
    return map_pieces(kernel, n_inputs, operands, strides, layout.ndim, layout.shape, c,
                      layout.size < LONG)


cdef int map_pieces(int kernel, int n_inputs, const double** operands,
                    const Py_ssize_t** strides, int ndim, const Py_ssize_t* shape,
                    const double* c, bint keeps_gil) except -1:
    """map_strided, in pieces of which a signal can come between."""
    cdef const double* here[MAX_OPERANDS]
    cdef Py_ssize_t part[MAX_NDIM]
    cdef Py_ssize_t size = 1, half
    cdef int axis = -1, d, k
    for d in range(ndim):
        size *= shape[d]
        part[d] = shape[d]
        if axis < 0 and shape[d] > 1:
            axis = d
    if size <= PIECE:
        if keeps_gil:
            map_strided(kernel, n_inputs, operands, strides, ndim, shape, c)
        else:
            with nogil:
                map_strided(kernel, n_inputs, operands, strides, ndim, shape, c)
        return 0
    half = shape[axis] // 2
    part[axis] = half
    map_pieces(kernel, n_inputs, operands, strides, ndim, part, c, keeps_gil)
    PyErr_CheckSignals()
    for k in range(n_inputs + 1):
        here[k] = <const double*>(<const char*>operands[k] + half * strides[k][axis])
    part[axis] = shape[axis] - half
    return map_pieces(kernel, n_inputs, here, strides, ndim, part, c, keeps_gil)


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
