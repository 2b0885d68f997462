"""copy, reshape, sum, sum_to, broadcast_to: repeating and summing, each the other's derivative.

All but copy and the sums give views of their input's memory wherever the strides allow it. The axes
of a sum are a bit mask (axes.pyx), in the Function too (`saved`).
"""

cimport numpy as cnp

from cygrad.core.function cimport COPIES, Function, Op, SUMS, connect, saved_of
from cygrad.core.layout cimport (
    Layout, MAX_NDIM, contiguous_layout, ints_of, layout_of_shape, release, reshaped_layout,
    same_shape, shape_of, strided_layout,
)
from cygrad.core.operators cimport OPERATORS
from cygrad.core.routine cimport Emission, Routine, numbers
from cygrad.core.variable cimport Variable, describe, empty, filled, view_of
from cygrad.functions.axes cimport count_of, reduced_axes, reduced_layout
from cygrad.functions.operation cimport (
    as_variable, broadcast_strides, keeps_axes, operation, pinned, push_linear, reading,
    result_layout,
)
from cygrad.kernels.elementwise cimport KERNELS, LONG, copy_strided, kernel_named, map_strided
from cygrad.kernels.numpy_loops cimport ADD, Loop
from cygrad.kernels.reduction cimport reduce_strided

cnp.import_array()

ctypedef unsigned long long axes_t

cdef int ACCUMULATE = kernel_named("ACCUMULATE")


# ---- copy: y = x in memory of its own ---------------------------------------------------------

cdef Variable vjp_identity(Function f, Variable gy, int i):
    return gy

cdef Op COPY = reading(operation(b"Copy", vjp_identity), 0, 0)

cdef object again_copy(Function f, tuple xs):
    return copied(<Variable>xs[0])

COPY.again = again_copy
COPY.push = push_linear
COPY.instruction = COPIES


cdef Variable copied(Variable x):
    cdef Variable source = pinned(x, x.layout.size), y
    cdef Layout* layout = contiguous_layout(source.layout.ndim, source.layout.shape)
    y = empty(layout)
    release(layout)
    if y.layout.size < LONG:
        copy_strided(source.ptr, source.layout.strides, y.ptr, y.layout.strides, y.layout.ndim,
                     y.layout.shape)
    else:
        with nogil:
            copy_strided(source.ptr, source.layout.strides, y.ptr, y.layout.strides,
                         y.layout.ndim, y.layout.shape)
    connect(&COPY, y, x, None)
    return y


cdef Variable contiguous(Variable x):
    return x if x.layout.contiguous else copied(x)


def copy(x):
    """x in memory of its own, contiguous.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    dy/dx = 1.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([1.0, 2.0])
    >>> y = F.copy(x)
    >>> y.data[0] = 5.0
    >>> x, y
    (variable([1., 2.]), variable([5., 2.]))
    """
    return copied(as_variable(x, "copy"))


cdef int add_into(Variable total, Variable g) except -1:
    """total += g without a graph; of equal shapes. With the GIL: other threads see total."""
    cdef const double* operands[2]
    cdef const Py_ssize_t* strides[2]
    operands[0] = g.ptr
    operands[1] = total.ptr
    strides[0] = g.layout.strides
    strides[1] = total.layout.strides
    if g.layout.contiguous and total.layout.contiguous:
        KERNELS[ACCUMULATE](operands, total.ptr, total.layout.size, NULL)
    else:
        map_strided(ACCUMULATE, 1, operands, strides, g.layout.ndim, g.layout.shape, NULL)
    return 0


# ---- reshape: the same elements in another shape ----------------------------------------------

cdef Variable vjp_reshape(Function f, Variable gy, int i):
    return reshape_to_layout(gy, f.x0.layout)

cdef Op RESHAPE = reading(operation(b"Reshape", vjp_reshape), 0, 0)

cdef object again_reshape(Function f, tuple xs):
    return reshape_to_layout(<Variable>xs[0], result_layout(f))

RESHAPE.again = again_reshape
RESHAPE.push = push_linear


cdef Variable reshape_to_layout(Variable x, const Layout* target):
    """x in the shape of `target`, whose own strides do not matter."""
    cdef Layout* layout
    cdef Variable y
    if same_shape(x.layout, target):
        return x
    if x.layout.size != target.size:
        raise ValueError(f"reshape: cannot reshape {describe(x)} into shape {shape_of(target)}")
    x = contiguous(x)
    layout = contiguous_layout(target.ndim, target.shape)
    y = view_of(x, x.ptr, layout)
    release(layout)
    connect(&RESHAPE, y, x, None)
    return y


cdef Variable reshaped(Variable x, object shape):
    cdef list lengths = ints_of(shape, "reshape")
    cdef Layout* layout = reshaped_layout(x.layout, lengths, "reshape")
    try:
        return reshape_to_layout(x, layout)
    finally:
        release(layout)


def reshape(x, shape):
    """x's elements, in C order, in another shape.

    Parameters
    ----------
    x : Variable or array_like
    shape : int or tuple of int
        Of the same size; one length may be -1 and follows from the others.

    Returns
    -------
    Variable
        A view of x's memory if x is contiguous; x itself if it has the shape.

    Raises
    ------
    ValueError
        If the sizes do not agree.
    TypeError
        If the shape is not made of ints.

    Notes
    -----
    The gradient is reshaped to x's shape.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.reshape(cg.Variable([1.0, 2.0, 3.0, 4.0]), (2, -1))
    variable([[1., 2.],
              [3., 4.]])
    """
    return reshaped(as_variable(x, "reshape"), shape)


cdef int raise_other_lengths(Variable x, list shape) except -1:
    raise ValueError(f"reshape: {describe(x)} and {tuple(shape)} differ in more than axes of "
                     "length 1; was .data replaced meanwhile?")


cdef Variable with_shape(Variable x, list shape):
    """x with axes of length 1 added or dropped: a view, whatever the strides are."""
    cdef Py_ssize_t dims[MAX_NDIM]
    cdef Py_ssize_t strides[MAX_NDIM]
    cdef Layout* layout
    cdef Variable y
    cdef int d, from_ = 0, ndim = x.layout.ndim
    for d in range(len(shape)):
        dims[d] = shape[d]
        strides[d] = 0
        if dims[d] != 1:
            while from_ < ndim and x.layout.shape[from_] == 1:
                from_ += 1
            if from_ == ndim or x.layout.shape[from_] != dims[d]:
                raise_other_lengths(x, shape)
            strides[d] = x.layout.strides[from_]
            from_ += 1
    for d in range(from_, ndim):
        if x.layout.shape[d] != 1:
            raise_other_lengths(x, shape)
    layout = strided_layout(<int>len(shape), dims, strides)
    y = view_of(x, x.ptr, layout)
    release(layout)
    connect(&RESHAPE, y, x, None)
    return y


# ---- Reductions, and back ---------------------------------------------------------------------

cdef Variable reduce(Loop* loop, double start, Variable x, axes_t axes, bint keepdims):
    """The reduction without a graph."""
    cdef Layout* layout
    cdef Variable y
    x = pinned(x, x.layout.size)
    layout = reduced_layout(x.layout, axes, keepdims)
    y = filled(layout, start)
    release(layout)
    if x.layout.size < LONG:
        reduce_strided(loop, x.ptr, x.layout.ndim, x.layout.shape, x.layout.strides, axes, y.ptr)
    else:
        with nogil:
            reduce_strided(loop, x.ptr, x.layout.ndim, x.layout.shape, x.layout.strides, axes,
                           y.ptr)
    return y


cdef int emit_reduction(Function f, Emission* e, Routine run, double start) except -1:
    cdef const Layout* x = e.operands[0]
    cdef Py_ssize_t* n = numbers(e, 4 + 2 * x.ndim)
    cdef Py_ssize_t results = 1
    cdef axes_t axes = saved_of(f)
    cdef int d
    for d in range(x.ndim):
        results *= 1 if axes >> d & 1 else x.shape[d]
        n[4 + d] = x.shape[d]
        n[4 + x.ndim + d] = x.strides[d]
    n[0] = results
    n[1] = x.ndim
    n[2] = <Py_ssize_t>axes
    n[3] = x.size // results if results > 0 else 0
    e.run = run
    e.name = f.op.name
    e.c[0] = start
    return 0


cdef void run_reduction(Loop* loop, double** at, const Py_ssize_t* n,
                        const double* c) noexcept nogil:
    cdef Py_ssize_t k
    for k in range(n[0]):
        at[1][k] = c[0]
    reduce_strided(loop, at[0], <int>n[1], n + 4, n + 4 + n[1], <axes_t>n[2], at[1])


cdef Variable spread(Variable g, Variable x, axes_t axes):
    """g, of x's shape with the axes reduced, with or without keepdims, broadcast to x's shape."""
    cdef Layout* kept
    if axes >> x.layout.ndim:
        raise RuntimeError(f"Variable.backward: a reduction met {describe(x)}, which has fewer "
                           "axes than it reduced; was .data replaced by another shape after it was "
                           "used?")
    kept = reduced_layout(x.layout, axes, True)
    try:
        return broadcast_to_layout(reshape_to_layout(g, kept), x.layout)
    finally:
        release(kept)


# ---- sum: y = sum_k x_k, dy/dx_k = 1 ----------------------------------------------------------

cdef Variable vjp_sum(Function f, Variable gy, int i):
    return spread(gy, f.x0, f.saved)

cdef Op SUM = reading(operation(b"Sum", vjp_sum), 0, 0)

cdef object again_sum(Function f, tuple xs):
    return sum_over(<Variable>xs[0], f.saved, keeps_axes(f))

SUM.again = again_sum
SUM.push = push_linear
SUM.instruction = SUMS


cdef Variable sum_over(Variable x, axes_t axes, bint keepdims):
    # -0.0 is the sum of nothing: what is added keeps its sign, as in NumPy.
    cdef double start = 0.0 if count_of(x.layout, axes) == 0 else -0.0
    cdef Variable y = reduce(&ADD, start, x, axes, keepdims)
    cdef Function f = connect(&SUM, y, x, None)
    if f is not None:
        f.saved = axes
    return y


cdef object sum_operator(object x, object axis, object keepdims):
    cdef bint kept = keepdims       # before the axes, as it may run code of the user's too
    cdef Variable v = as_variable(x, "sum")
    return sum_over(v, reduced_axes(axis, v, "sum"), kept)


def sum(x, axis=None, keepdims=False):
    """The sum over axes.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to sum over; all if None. Negative ones count from the last.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.

    Returns
    -------
    Variable
        Of x's shape without the axes.

    Raises
    ------
    IndexError
        If an axis is out of bounds.
    ValueError
        If an axis is named twice.
    TypeError
        If an axis is not an int.

    Notes
    -----
    Pairwise summation, by NumPy's own loop. dy/dx = 1.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.sum(cg.Variable([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    variable([4., 6.])
    """
    return sum_operator(x, axis, keepdims)


# ---- sum_to: the transpose of broadcasting ----------------------------------------------------

cdef Variable sum_to_layout(Variable g, const Layout* target):
    """Sum g over the axes along which `target` broadcasts to it."""
    cdef int lead, d
    cdef axes_t axes
    if same_shape(g.layout, target):
        return g
    lead = g.layout.ndim - target.ndim
    if lead < 0:
        raise_sum_to(g, target)
    axes = ((<axes_t>1) << lead) - 1
    for d in range(target.ndim):
        if target.shape[d] == 1:
            axes |= (<axes_t>1) << (lead + d)
        elif target.shape[d] != g.layout.shape[lead + d]:
            raise_sum_to(g, target)
    return reshape_to_layout(sum_over(g, axes, lead == 0), target)


cdef int raise_sum_to(Variable g, const Layout* target) except -1:
    raise ValueError(f"sum_to: {describe(g)} is not what shape {shape_of(target)} broadcasts to")


def sum_to(x, shape):
    """Sum over the axes along which `shape` broadcasts to x's shape: the reverse of `broadcast_to`.

    Parameters
    ----------
    x : Variable or array_like
    shape : int or tuple of int
        A shape that broadcasts to x's.

    Returns
    -------
    Variable
        Of the shape given.

    Raises
    ------
    ValueError
        If the shape does not broadcast to x's.
    TypeError
        If the shape is not made of ints.

    Notes
    -----
    The gradient is broadcast back to x's shape.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.sum_to(cg.Variable([[1.0, 2.0], [3.0, 4.0]]), (1, 2))
    variable([[4., 6.]])
    """
    cdef Variable v = as_variable(x, "sum_to")
    cdef Layout* target = layout_of_shape(ints_of(shape, "sum_to: shape"))
    try:
        return sum_to_layout(v, target)
    finally:
        release(target)


# ---- broadcast_to: the elements repeated along new or lengthened axes -------------------------

cdef Variable vjp_broadcast_to(Function f, Variable gy, int i):
    return sum_to_layout(gy, f.x0.layout)

cdef Op BROADCAST_TO = reading(operation(b"BroadcastTo", vjp_broadcast_to), 0, 0)

cdef object again_broadcast_to(Function f, tuple xs):
    return broadcast_to_layout(<Variable>xs[0], result_layout(f))

BROADCAST_TO.again = again_broadcast_to
BROADCAST_TO.push = push_linear


cdef Variable broadcast_to_layout(Variable x, const Layout* target):
    cdef Py_ssize_t strides[MAX_NDIM]
    cdef Layout* layout
    cdef Variable y
    if same_shape(x.layout, target):
        return x
    if not broadcast_strides(x.layout, target, strides):
        raise ValueError(f"broadcast_to: {describe(x)} does not broadcast to {shape_of(target)}")
    layout = strided_layout(target.ndim, target.shape, strides)
    y = view_of(x, x.ptr, layout)
    release(layout)
    connect(&BROADCAST_TO, y, x, None)
    return y


def broadcast_to(x, shape):
    """x repeated to a shape, without a copy.

    Parameters
    ----------
    x : Variable or array_like
    shape : int or tuple of int
        A shape that x's shape broadcasts to.

    Returns
    -------
    Variable
        A view, whose ``.data`` is read-only.

    Raises
    ------
    ValueError
        If x does not broadcast to the shape.
    TypeError
        If the shape is not made of ints.

    Notes
    -----
    The gradient is summed back to x's shape (`sum_to`).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.broadcast_to(cg.Variable([1.0, 2.0]), (2, 2))
    variable([[1., 2.],
              [1., 2.]])
    """
    cdef Variable v = as_variable(x, "broadcast_to")
    cdef Layout* target = layout_of_shape(ints_of(shape, "broadcast_to: shape"))
    try:
        return broadcast_to_layout(v, target)
    finally:
        release(target)


OPERATORS.copy = copied
OPERATORS.add_into = add_into
OPERATORS.reshape = reshaped
OPERATORS.sum = sum_operator
