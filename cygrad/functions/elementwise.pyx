"""The common machinery of elementwise operations.

`unary` and `binary` run an operation's kernel and record its Function; `fused_gradient` is the
backward pass of all of them where no graph of it is wanted: one kernel for each input, writing to a
new array or adding to the gradient that is there. What the operations are, and their derivatives,
stands in the other files of this folder.
"""

from cpython.object cimport PyObject
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact

from cygrad.core.anomaly cimport constants_are_finite
from cygrad.core.arrays cimport is_array_like, is_number, number, operand
from cygrad.core.function cimport (
    Function, Op, READS_X0, READS_X1, READS_Y, connect, connect_with, input_of, name_of,
    saved_of, vjp_rule,
)
from cygrad.core.layout cimport Layout, MAX_NDIM, broadcast_layouts, release, same_shape, shape_of
from cygrad.core.mode cimport mode
from cygrad.core.operators cimport OPERATORS
from cygrad.core.tape cimport Tape, standing_for
from cygrad.core.variable cimport Variable, describe, empty, empty_of, filled_like, is_private
from cygrad.functions.broadcasting cimport broadcast_to_layout, sum_to_layout
from cygrad.functions.operation cimport (
    as_variable, broadcast_strides, map_long, map_pieces, operation, pinned, run,
)
from cygrad.kernels.elementwise cimport (
    CG_READS_R, CG_READS_X, CG_READS_Y, COMPOSED, Gradient, MAX_OPERANDS, PASS,
    gradient_of, inputs_of, kernel_named,
)


cdef Op kernel_op(const char* name, str kernel, vjp_rule vjp) except *:
    cdef Op op = operation(name, vjp)
    cdef Gradient found
    op.kernel = kernel_named(kernel)
    op.again = again_by_kernel
    op.push = push_elementwise
    for i in range(2):
        found = gradient_of(op.kernel, i)
        if found.kernel == COMPOSED:
            continue
        op.fused = fused_gradient
        op.gradient[i] = found.kernel
        op.adding[i] = found.adding
        op.reads[i] = op.needs[i] = ((READS_X0 if found.reads & CG_READS_X else 0)
                                     | (READS_X1 if found.reads & CG_READS_Y else 0)
                                     | (READS_Y if found.reads & CG_READS_R else 0))
        if found.costly and inputs_of(op.kernel) == 1:
            op.slope = slope_by_kernel
    return op


# ---- Forward ----------------------------------------------------------------------------------

cdef Variable unary(const Op* op, Variable x):
    """op(x)"""
    cdef Variable y = compute_unary(op.kernel, x, NULL)
    connect(op, y, x, None)
    return y


cdef Variable unary_with(const Op* op, Variable x, double c0, double c1):
    """op(x; c0, c1)"""
    cdef double c[2]
    cdef Variable y
    c[0] = c0
    c[1] = c1
    y = compute_unary(op.kernel, x, c)
    connect_checked(op, y, x, None, c0, c1)
    return y


cdef inline int connect_checked(const Op* op, Variable y, Variable a, Variable b, double c0,
                                double c1) except -1:
    """connect_with(), for constants that may be infinite."""
    if (c0 - c0) + (c1 - c1) == 0.0:        # both are finite
        connect_with(op, y, a, b, c0, c1)
        return 0
    constants_are_finite(False)
    try:
        connect_with(op, y, a, b, c0, c1)
    finally:
        constants_are_finite(True)
    return 0


cdef Variable compute_unary(int kernel, Variable x, const double* c):
    cdef const double* operands[2]
    cdef const Py_ssize_t* strides[2]
    cdef Variable y
    x = pinned(x, x.layout.size)
    operands[0] = x.ptr
    if x.layout.contiguous:
        y = empty(x.layout)
        run(kernel, 1, operands, y.ptr, x.layout.size, c)
        return y
    y = empty_of(x.layout.ndim, x.layout.shape)
    operands[1] = y.ptr
    strides[0] = x.layout.strides
    strides[1] = y.layout.strides
    map_long(kernel, 1, operands, strides, y.layout, c)
    return y


cdef Variable binary(const Op* op, Variable a, Variable b):
    """op(a, b), broadcast"""
    cdef Variable y = compute_binary(op, a, b, NULL)
    connect(op, y, a, b)
    return y


cdef Variable binary_with(const Op* op, Variable a, Variable b, double c0, double c1):
    """op(a, b; c0, c1)"""
    cdef double c[2]
    cdef Variable y
    c[0] = c0
    c[1] = c1
    y = compute_binary(op, a, b, c)
    connect_checked(op, y, a, b, c0, c1)
    return y


cdef Variable compute_binary(const Op* op, Variable given_a, Variable given_b, const double* c):
    cdef const double* operands[3]
    cdef const Py_ssize_t* strides[3]
    cdef Py_ssize_t a_strides[MAX_NDIM]
    cdef Py_ssize_t b_strides[MAX_NDIM]
    cdef Layout* layout
    cdef Variable a = pinned(given_a, given_a.layout.size)
    cdef Variable b = pinned(given_b, given_b.layout.size), y
    operands[0] = a.ptr
    operands[1] = b.ptr
    if a.layout.contiguous and b.layout.contiguous and same_shape(a.layout, b.layout):
        y = empty(a.layout)
        run(op.kernel, 2, operands, y.ptr, a.layout.size, c)
        return y
    layout = broadcast_pair(op, given_a, given_b)
    y = empty(layout)
    release(layout)
    a = pinned(given_a, y.layout.size)
    b = pinned(given_b, y.layout.size)
    if not (broadcast_strides(a.layout, y.layout, a_strides)
            and broadcast_strides(b.layout, y.layout, b_strides)):
        raise RuntimeError(f"{op.name.decode().lower()}: {describe(given_a)} and "
                           f"{describe(given_b)} changed meanwhile")
    operands[0] = a.ptr
    operands[1] = b.ptr
    operands[2] = y.ptr
    strides[0] = a_strides
    strides[1] = b_strides
    strides[2] = y.layout.strides
    map_long(op.kernel, 2, operands, strides, y.layout, c)
    return y


cdef Layout* broadcast_pair(const Op* op, Variable a, Variable b) except NULL:
    try:
        return broadcast_layouts(a.layout, b.layout)
    except ValueError as error:
        names = " and ".join([repr(v.name) for v in (a, b) if v.name is not None])
        raise ValueError(f"{op.name.decode().lower()}: {error}"
                         f"{' (' + names + ')' if names else ''}") from None


cdef object again_by_kernel(Function f, tuple xs):
    """The again_rule of operations of one or two inputs."""
    if f.n_inputs == 2:
        return binary_with(f.op, <Variable>xs[0], <Variable>xs[1], f.c[0], f.c[1])
    return unary_with(f.op, <Variable>xs[0], f.c[0], f.c[1])


# ---- Backward ---------------------------------------------------------------------------------

cdef Variable output_of(Function f):
    """The output, computed again if only a Variable given to set_creator led here."""
    if f.out is not NULL:
        return <Variable>f.out
    if f.op.kernel < 0 or f.n_inputs > 2:
        raise RuntimeError(f"Variable.backward: the output of {name_of(f)} is gone, and its "
                           "derivative needs it")
    if f.n_inputs == 2:
        return binary_with(f.op, f.x0, f.x1, f.c[0], f.c[1])
    return unary_with(f.op, f.x0, f.c[0], f.c[1])


cdef Variable fused_gradient(Function f, Variable gy, int i, Variable into, bint done):
    """An elementwise operation's fused_rule (function.pxd)."""
    cdef const double* operands[MAX_OPERANDS]
    cdef const Layout* layouts[MAX_OPERANDS]
    cdef Variable x = f.x0 if i == 0 else f.x1
    cdef Variable x0, x1, y, g, gx
    cdef int kernel = f.op.gradient[i], reads = f.op.reads[i], n = 1, k
    cdef bint plain, spent = done and is_private(gy, 1) and gy.creator_ is None
    if kernel == PASS:
        return sum_to_layout(gy, x.layout)
    if kernel == COMPOSED:
        return f.op.vjp(f, gy, i)
    g = None if spent else pinned(gy, gy.layout.size)
    operands[0] = gy.ptr if spent else g.ptr
    layouts[0] = gy.layout if spent else g.layout
    if reads & READS_X0:
        x0 = pinned(f.x0, gy.layout.size)
        operands[n] = x0.ptr
        layouts[n] = x0.layout
        n += 1
    if reads & READS_X1:
        x1 = pinned(f.x1, gy.layout.size)
        operands[n] = x1.ptr
        layouts[n] = x1.layout
        n += 1
    if reads & READS_Y:
        y = pinned(output_of(f), gy.layout.size)
        operands[n] = y.ptr
        layouts[n] = y.layout
        n += 1
    plain = gy.layout.contiguous and same_shape(gy.layout, x.layout)
    for k in range(1, n):
        plain = plain and layouts[k].contiguous and same_shape(layouts[k], gy.layout)
    if not plain:
        return strided_gradient(f, gy, i, into, n, operands, layouts)
    if into is not None:
        # With the GIL: other threads see the gradient that is added to.
        run(f.op.adding[i], n, operands, into.ptr, gy.layout.size, f.c, True)
        return into
    gx = gy if spent else empty(gy.layout)
    run(kernel, n, operands, gx.ptr, gy.layout.size, f.c)
    return gx


cdef Variable recorded_gradient(Function f, Variable gy, int i):
    """fused_gradient on a tape: the kernel over gy's shape, then a sum where x was broadcast."""
    cdef Variable x = input_of(f, i), gx
    cdef const double* operands[MAX_OPERANDS]
    cdef Py_ssize_t read_strides[MAX_OPERANDS][MAX_NDIM]
    cdef const Py_ssize_t* strides[MAX_OPERANDS]
    cdef int kernel = f.op.gradient[i], reads = f.op.reads[i], k
    cdef list read
    if kernel == PASS:
        return sum_to_layout(gy, x.layout)
    if kernel == COMPOSED:
        return f.op.vjp(f, gy, i)
    if gy.layout is x.layout and gy.layout.size == 1:
        gx = fused_gradient(f, gy, i, None, False)
        (<Tape>mode().tape).flowed(f, i, gy, gx)
        return gx
    read = [gy]
    if reads & READS_X0:
        read.append(f.x0)
    if reads & READS_X1:
        read.append(f.x1)
    if reads & READS_Y:
        read.append(output_of(f))
    read = [pinned(<Variable>v, gy.layout.size) for v in read]
    gx = empty_of(gy.layout.ndim, gy.layout.shape)
    for k in range(len(read)):
        operands[k] = (<Variable>read[k]).ptr
        if not broadcast_strides((<Variable>read[k]).layout, gy.layout, read_strides[k]):
            refuse_shape(f, x, gy)
        strides[k] = read_strides[k]
    operands[len(read)] = gx.ptr
    strides[len(read)] = gx.layout.strides
    map_long(kernel, <int>len(read), operands, strides, gx.layout, f.c)
    (<Tape>mode().tape).computed(kernel, read, f.c, gx)
    return sum_to_layout(gx, x.layout)

OPERATORS.gradient = recorded_gradient


cdef Variable slope_by_kernel(Function f, int i):
    """The slope_rule of an operation of one input: its gradient kernel, of ones."""
    cdef Variable ones = filled_like(f.x0, 1.0)
    if mode().tape is not NULL:
        return recorded_gradient(f, ones, i)
    return fused_gradient(f, ones, i, None, False)


cdef Variable strided_gradient(Function f, Variable gy, int i, Variable into, int n,
                               const double** operands, const Layout** layouts):
    """fused_gradient for views and broadcast inputs."""
    cdef Py_ssize_t read_strides[MAX_OPERANDS][MAX_NDIM]
    cdef const Py_ssize_t* strides[MAX_OPERANDS]
    cdef Variable gx = into, x = input_of(f, i)
    cdef bint adds = into is not None and same_shape(x.layout, gy.layout)
    cdef int k
    for k in range(n):
        if not broadcast_strides(layouts[k], gy.layout, read_strides[k]):
            refuse_shape(f, x, gy)
        strides[k] = read_strides[k]
    if not adds:
        gx = empty_of(gy.layout.ndim, gy.layout.shape)
    operands[n] = gx.ptr
    strides[n] = gx.layout.strides
    if adds:                    # with the GIL, as above
        map_pieces(f.op.adding[i], n, operands, strides, gx.layout.ndim, gx.layout.shape, f.c, True)
        return gx
    map_long(f.op.gradient[i], n, operands, strides, gx.layout, f.c)
    return sum_to_layout(gx, x.layout)


cdef int refuse_shape(Function f, Variable x, Variable gy) except -1:
    raise RuntimeError(f"Variable.backward: {name_of(f)} met {describe(x)} and a gradient of shape "
                       f"{shape_of(gy.layout)}; was .data replaced by another shape after it was "
                       "used?")


# ---- Forward, beside the values ---------------------------------------------------------------
#
# The matrix of the derivatives is diagonal, so what flows forward is computed as what flows back
# is: by the gradient kernel, or by the rule, of the tangent in place of the gradient. But nothing
# is summed where an input was broadcast: its tangent is broadcast with it.

cdef Variable push_elementwise(Function f, PyObject** tangents, int spent):
    cdef Variable y = output_of(f), total = None, part, tangent
    cdef bint plain = mode().paused, own = False, alike
    cdef int i, kernel
    if plain and f.n_inputs <= 2 and are_alike(f, tangents, y):
        return pushed_alike(f, tangents, spent, y)
    for i in range(f.n_inputs):
        if tangents[i] is NULL:
            continue
        tangent = <Variable>tangents[i]
        alike = same_shape(tangent.layout, y.layout)
        kernel = f.op.gradient[i] if i < 2 else COMPOSED
        if kernel == PASS:
            part = tangent if alike else broadcast_to_layout(tangent, y.layout)
        elif kernel == COMPOSED or not plain:
            part = f.op.vjp(f if alike else spread_out(f, y),
                            tangent if alike else broadcast_to_layout(tangent, y.layout), i)
            if part is None:
                continue
        elif alike:
            part = fused_gradient(f, tangent, i, total if own else None, False)
            if own:
                continue                # added in place
            if total is None:
                total = part
                own = True
                continue
        else:
            part = pushed_by_kernel(f, tangent, i, y)
        total = part if total is None else plus_tangent(total, part, own)
    return total


cdef inline bint are_alike(Function f, PyObject** tangents, Variable y) noexcept:
    """Whether kernels compute the tangent from numbers that all lie as the output's do."""
    cdef int i
    if not y.layout.contiguous or f.x0.layout is not y.layout:
        return False
    if f.n_inputs == 2 and f.x1.layout is not y.layout:
        return False
    for i in range(f.n_inputs):
        if tangents[i] is not NULL and (f.op.gradient[i] < 0 or (
                <Variable>tangents[i]).layout is not y.layout):
            return False
    return True


cdef Variable pushed_alike(Function f, PyObject** tangents, int spent, Variable given_y):
    cdef const double* operands[MAX_OPERANDS]
    cdef Py_ssize_t size = given_y.layout.size
    cdef Variable x0 = pinned(f.x0, size), y = pinned(given_y, size), total = None, tangent
    cdef Variable x1 = pinned(f.x1, size) if f.n_inputs == 2 else None
    cdef int i, n, reads, kernel
    for i in range(f.n_inputs):
        if tangents[i] is NULL:
            continue
        if total is None and spent & (1 << i) and is_private(<Variable>tangents[i], 1) and (
                <Variable>tangents[i]).creator_ is None:
            total = <Variable>tangents[i]
            operands[0] = total.ptr
            n = -1
        else:
            tangent = pinned(<Variable>tangents[i], size)
            operands[0] = tangent.ptr
            n = 0
        reads = f.op.reads[i]
        kernel = f.op.gradient[i]
        if n == 0 and total is None:
            total = empty(given_y.layout)
        elif n == 0:
            kernel = f.op.adding[i]
        n = 1
        if reads & READS_X0:
            operands[n] = x0.ptr
            n += 1
        if reads & READS_X1:
            operands[n] = x1.ptr
            n += 1
        if reads & READS_Y:
            operands[n] = y.ptr
            n += 1
        run(kernel, n, operands, total.ptr, size, f.c)
    return total


cdef Variable plus_tangent(Variable total, Variable part, bint own):
    if not own:
        return OPERATORS.sum_gradients(total, part)
    OPERATORS.add_into(total, part)
    return total


cdef Function spread_out(Function f, Variable y):
    """f, as if its inputs had been broadcast to the shape of y, its output, before."""
    cdef Function wide = <Function>Function.__new__(Function)
    cdef Variable x
    cdef int i
    inputs = tuple([broadcast_to_layout(input_of(f, i), y.layout) for i in range(f.n_inputs)])
    wide.op = f.op
    wide.c[0] = f.c[0]
    wide.c[1] = f.c[1]
    wide.saved = saved_of(f)
    wide.out = <PyObject*>y
    wide.n_inputs = f.n_inputs
    if f.n_inputs > 2:
        wide.many = inputs
    else:
        wide.x0 = inputs[0]
        if f.n_inputs == 2:
            wide.x1 = inputs[1]
    for x in inputs:
        x.uses += 1
    return wide


cdef Variable pushed_by_kernel(Function f, Variable tangent, int i, Variable y):
    """The gradient kernel of a tangent of another shape than the output y."""
    cdef const double* operands[MAX_OPERANDS]
    cdef Py_ssize_t read_strides[MAX_OPERANDS][MAX_NDIM]
    cdef const Py_ssize_t* strides[MAX_OPERANDS]
    cdef Variable result = empty_of(y.layout.ndim, y.layout.shape), v
    cdef int reads = f.op.reads[i], k
    cdef list read = [tangent]
    if reads & READS_X0:
        read.append(f.x0)
    if reads & READS_X1:
        read.append(f.x1)
    if reads & READS_Y:
        read.append(y)
    read = [pinned(<Variable>v, y.layout.size) for v in read]
    for k in range(len(read)):
        v = <Variable>read[k]
        operands[k] = v.ptr
        if not broadcast_strides(v.layout, y.layout, read_strides[k]):
            refuse_shape(f, v, y)
        strides[k] = read_strides[k]
    operands[len(read)] = result.ptr
    strides[len(read)] = result.layout.strides
    map_long(f.op.gradient[i], <int>len(read), operands, strides, result.layout, f.c)
    return result


cdef Variable vjp_zero(Function f, Variable gy, int i):
    return filled_like(input_of(f, i), 0.0)


# ---- From Python ------------------------------------------------------------------------------

cdef object apply_forms(const Forms* forms, object a, object b):
    if isinstance(a, Variable):
        if PyFloat_CheckExact(b) and forms.right is not NULL:
            return unary_with(forms.right, <Variable>a, PyFloat_AS_DOUBLE(b), 0.0)
        if isinstance(b, Variable):
            return binary(forms.both, <Variable>a, <Variable>b)
        if mode().tape is not NULL and standing_for(b) is not None:
            return binary(forms.both, <Variable>a, standing_for(b))
        if forms.right is not NULL and is_number(b):
            return unary_with(forms.right, <Variable>a, number(b), 0.0)
        if not is_array_like(b):
            return NotImplemented
        return binary(forms.both, <Variable>a, operand(b, forms.name.decode()))
    if mode().tape is not NULL and isinstance(b, Variable) and standing_for(a) is not None:
        return binary(forms.both, standing_for(a), <Variable>b)
    if forms.left is not NULL and isinstance(b, Variable) and is_number(a):
        return unary_with(forms.left, <Variable>b, number(a), 0.0)
    if not (is_array_like(a) and is_array_like(b)):
        return NotImplemented
    where = forms.name.decode()
    return binary(forms.both, operand(a, where), as_variable(b, where))


cdef object call_forms(const Forms* forms, object a, object b):
    result = apply_forms(forms, a, b)
    if result is NotImplemented:
        raise TypeError(f"{forms.name.decode()}: cannot take {type(a).__name__} and "
                        f"{type(b).__name__}; the inputs are Variables, real numbers or arrays")
    return result
