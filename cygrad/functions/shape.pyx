"""reshape, transpose, squeeze, unsqueeze, broadcast_to, concat, stack, split, copy.

All but concat, stack and copy give views of their input's memory wherever the strides allow it.
"""

from cygrad.core.function cimport Function, MAX_INPUTS, Op, connect, connect_many
from cygrad.core.layout cimport (
    Layout, MAX_NDIM, contiguous_layout, ints_of, layout_of_shape, plain_int, release,
    reshaped_layout, same_shape, shape_of, strided_layout,
)
from cygrad.core.operators cimport OPERATORS
from cygrad.core.variable cimport Variable, describe, empty, held, scalar, view_of
from cygrad.functions.elementwise cimport as_variable, broadcast_strides, operation, pinned, reading
from cygrad.functions.indexing cimport slice_axis
from cygrad.functions.reduction cimport mask_of_axes, plain_axes, reduced_axes, sum_to_layout
from cygrad.kernels.elementwise cimport KERNELS, LONG, copy_strided, kernel_named, map_strided


cdef int ACCUMULATE = kernel_named("ACCUMULATE")


# ---- copy: y = x in memory of its own ---------------------------------------------------------

cdef Variable vjp_identity(Function f, Variable gy, int i):
    return gy

cdef Op COPY = reading(operation(b"Copy", vjp_identity), 0, 0)


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


cdef Variable reshape_operator(Variable x, object shape):
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
    return reshape_operator(as_variable(x, "reshape"), shape)


cdef list squeezed_shape(Variable x, object axis):
    cdef unsigned long long mask = reduced_axes(axis, x, "squeeze")
    shape = []
    for d in range(x.layout.ndim):
        if not (mask >> d) & 1:
            shape.append(x.layout.shape[d])
        elif x.layout.shape[d] != 1:
            if axis is not None:
                raise ValueError(f"squeeze: axis {d} of {describe(x)} is not of length 1")
            shape.append(x.layout.shape[d])
    return shape


def squeeze(x, axis=None):
    """x without axes of length 1.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to drop; all of length 1 if None.

    Returns
    -------
    Variable
        A view.

    Raises
    ------
    ValueError
        If an axis named is not of length 1.
    IndexError
        If it is out of bounds.
    TypeError
        If an axis is not an int.

    Notes
    -----
    The gradient is reshaped to x's shape.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.squeeze(cg.zeros(1, 3, 1), axis=-1).shape
    (1, 3)
    """
    cdef Variable v = as_variable(x, "squeeze")
    return with_shape(v, squeezed_shape(v, axis))


def unsqueeze(x, axis):
    """x with new axes of length 1.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int
        Where the new axes stand in the result.

    Returns
    -------
    Variable
        A view.

    Raises
    ------
    IndexError
        If an axis is out of bounds for the result.
    ValueError
        If an axis is named twice, or there would be more than 32.
    TypeError
        If an axis is not an int.

    Notes
    -----
    The gradient is reshaped to x's shape.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.unsqueeze(cg.zeros(3), 0).shape
    (1, 3)
    """
    cdef Variable v = as_variable(x, "unsqueeze")
    cdef list places
    cdef Py_ssize_t ndim
    cdef unsigned long long mask
    if axis is None:
        raise TypeError("unsqueeze: axis must be an int or a tuple of ints, not None")
    places = plain_axes(axis, "unsqueeze")
    ndim = v.layout.ndim + len(places)
    if ndim > MAX_NDIM:
        raise ValueError(f"unsqueeze: an array may have at most {MAX_NDIM} dimensions")
    mask = mask_of_axes(places, <int>ndim, "unsqueeze")
    lengths = iter(v.shape)
    return with_shape(v, [1 if (mask >> d) & 1 else next(lengths) for d in range(ndim)])


cdef Variable unsqueezed(Variable x, int axis):
    shape = list(shape_of(x.layout))
    shape.insert(axis, 1)
    return with_shape(x, shape)


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


# ---- transpose: axes in another order ---------------------------------------------------------

cdef Variable vjp_transpose(Function f, Variable gy, int i):
    inverse = [0] * len(f.saved)
    for d, axis in enumerate(f.saved):
        inverse[axis] = d
    return permuted(gy, tuple(inverse))

cdef Op TRANSPOSE = reading(operation(b"Transpose", vjp_transpose), 0, 0)


cdef Variable permuted(Variable x, tuple axes):
    """x with axis axes[d] at place d; the caller guarantees a permutation of x's axes."""
    cdef Py_ssize_t dims[MAX_NDIM]
    cdef Py_ssize_t strides[MAX_NDIM]
    cdef Layout* layout
    cdef Variable y
    cdef Function f
    cdef int d, axis
    if len(axes) != x.layout.ndim:
        raise ValueError(f"transpose: axes {axes} do not match {describe(x)}")
    for d in range(x.layout.ndim):
        axis = axes[d]
        dims[d] = x.layout.shape[axis]
        strides[d] = x.layout.strides[axis]
    layout = strided_layout(x.layout.ndim, dims, strides)
    y = view_of(x, x.ptr, layout)
    release(layout)
    f = connect(&TRANSPOSE, y, x, None)
    if f is not None:
        f.saved = axes
    return y


cdef tuple REVERSED = tuple([tuple(reversed(range(n))) for n in range(MAX_NDIM + 1)])
cdef tuple SWAPPED = tuple([tuple([*range(n - 2), n - 1, n - 2]) if n >= 2 else ()
                            for n in range(MAX_NDIM + 1)])


cdef Variable swap_last_axes(Variable x):
    return permuted(x, <tuple>SWAPPED[x.layout.ndim])


cdef object transpose_operator(object x):
    return permuted(<Variable>x, <tuple>REVERSED[(<Variable>x).layout.ndim])


cdef object permute_operator(object x, object axes):
    cdef Variable v = as_variable(x, "transpose")
    cdef int ndim
    if axes is None:
        return transpose_operator(v)
    axes = ints_of(axes, "transpose")
    ndim = v.layout.ndim
    order = tuple([a + ndim if a < 0 else a for a in axes])
    if sorted(order) != list(range(ndim)):
        raise ValueError(f"transpose: axes {axes} are not a permutation of the axes of "
                         f"{describe(v)}")
    return permuted(v, order)


def transpose(x, axes=None):
    """x with its axes in another order.

    Parameters
    ----------
    x : Variable or array_like
    axes : tuple of int, optional
        The axis of x that stands at each place of the result; reversed if None.

    Returns
    -------
    Variable
        A view.

    Raises
    ------
    ValueError
        If axes is not a permutation of x's axes.
    TypeError
        If the axes are not made of ints.

    Notes
    -----
    The gradient is transposed by the inverse permutation.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.transpose(cg.zeros(2, 3, 4), (1, 0, 2)).shape
    (3, 2, 4)
    """
    return permute_operator(x, axes)


# ---- broadcast_to: the elements repeated along new or lengthened axes -------------------------

cdef Variable vjp_broadcast_to(Function f, Variable gy, int i):
    return sum_to_layout(gy, f.x0.layout)

cdef Op BROADCAST_TO = reading(operation(b"BroadcastTo", vjp_broadcast_to), 0, 0)


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


# ---- concat, stack: arrays one after the other along an axis ----------------------------------

cdef Variable vjp_concat(Function f, Variable gy, int i):
    axis, starts = f.saved
    return slice_axis(gy, axis, starts[i], starts[i + 1] - starts[i])

cdef Op CONCAT = reading(operation(b"Concat", vjp_concat), 0, 0)


cdef Variable concatenated(list inputs, object axis_argument, str where):
    cdef object place = plain_axis(axis_argument, where)
    cdef list pinned_inputs = [held(<Variable>x) for x in inputs]
    cdef Variable first = pinned_inputs[0], x, y
    cdef int ndim = first.layout.ndim, axis, d
    cdef Py_ssize_t dims[MAX_NDIM]
    cdef Layout* layout
    cdef double* target
    cdef Function f
    if ndim == 0:
        raise ValueError(f"{where}: zero-dimensional arrays cannot be concatenated; use F.stack")
    axis = single_axis(place, first, where)
    for d in range(ndim):
        dims[d] = first.layout.shape[d]
    dims[axis] = 0
    for item in pinned_inputs:
        x = item
        for d in range(ndim):
            if x.layout.ndim != ndim or (d != axis and x.layout.shape[d] != dims[d]):
                raise ValueError(f"{where}: {describe(x)} does not fit {describe(first)} along "
                                 f"axis {axis}")
        dims[axis] += x.layout.shape[axis]
    layout = contiguous_layout(ndim, dims)
    y = empty(layout)
    release(layout)
    target = y.ptr
    starts = []
    start = 0
    for item in pinned_inputs:
        x = item
        starts.append(start)
        start += x.layout.shape[axis]
        copy_strided(x.ptr, x.layout.strides, target, y.layout.strides, ndim, x.layout.shape)
        target += x.layout.shape[axis] * y.layout.strides[axis] // <Py_ssize_t>sizeof(double)
    starts.append(start)
    f = connect_many(&CONCAT, y, tuple(inputs))
    if f is not None:
        f.saved = (axis, starts)
    return y


# ---- stack of scalars: y_i = x_i; there may be thousands, so no view is made of each ----------

cdef int check_place(Variable gy, int i) except -1:
    if gy.layout.ndim != 1 or i >= gy.layout.shape[0]:
        raise RuntimeError(f"Variable.backward: Stack met a gradient of shape {gy.shape}; was "
                           ".data replaced by another shape after it was used?")
    return 0


cdef Variable vjp_stack(Function f, Variable gy, int i):
    check_place(gy, i)
    return squeeze(slice_axis(gy, 0, i, 1))


cdef Variable fused_stack(Function f, Variable gy, int i, Variable into, bint done):
    cdef double g
    check_place(gy, i)
    g = gy.ptr[i * gy.layout.strides[0] // <Py_ssize_t>sizeof(double)]
    if into is None or into.layout.ndim > 0:
        return scalar(g)
    into.ptr[0] += g
    return into

cdef Op STACK = reading(operation(b"Stack", vjp_stack), 0, 0)
STACK.fused = fused_stack


cdef Variable stacked_scalars(list inputs):
    cdef Py_ssize_t n = len(inputs), i
    cdef Layout* layout = contiguous_layout(1, &n)
    cdef Variable y = empty(layout), x
    release(layout)
    for i in range(n):
        x = <Variable>inputs[i]
        if x.layout.ndim > 0:
            raise ValueError(f"stack: {describe(x)} is no number like the first")
        y.ptr[i] = x.ptr[0]
    connect_many(&STACK, y, tuple(inputs))
    return y


cdef object plain_axis(object axis, str where):
    """An axis argument that must be one int, as Python's own."""
    if axis is None or isinstance(axis, (tuple, list)):
        raise TypeError(f"{where}: axis must be an int, not {axis!r}")
    return plain_axes(axis, where)[0]


cdef int single_axis(object axis, Variable x, str where) except -1:
    """An axis argument that must be one int, counted from 0."""
    return place_of_axis(plain_axis(axis, where), x.layout.ndim, where)


cdef int place_of_axis(object axis, int ndim, str where) except -1:
    """The same for a plain int, among ndim axes."""
    cdef unsigned long long mask = mask_of_axes([axis], ndim, where)
    cdef int d = 0
    while not (mask >> d) & 1:
        d += 1
    return d


cdef list as_inputs(object xs, str where):
    if isinstance(xs, Variable):
        raise TypeError(f"{where}: takes a sequence of arrays, not one Variable")
    if not hasattr(xs, "__iter__") and not hasattr(xs, "__getitem__"):
        raise TypeError(f"{where}: takes a sequence of arrays, not {type(xs).__name__}")
    inputs = [as_variable(x, where) for x in xs]
    if not inputs:
        raise ValueError(f"{where}: needs at least one array")
    if len(inputs) > MAX_INPUTS:
        raise ValueError(f"{where}: at most {MAX_INPUTS} arrays at a time, got {len(inputs)}")
    return inputs


def concat(xs, axis=0):
    """Arrays joined along an axis they have.

    Parameters
    ----------
    xs : sequence of Variable or array_like
        Of equal shapes but for the axis.
    axis : int, default 0

    Returns
    -------
    Variable

    Raises
    ------
    ValueError
        If the shapes do not fit, or there is nothing to join.
    IndexError
        If the axis is out of bounds.
    TypeError
        If the axis is not an int.

    Notes
    -----
    Each input's gradient is its slice of the output's.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.concat([cg.Variable([1.0, 2.0]), cg.Variable([3.0])])
    variable([1., 2., 3.])
    """
    return concatenated(as_inputs(xs, "concat"), axis, "concat")


def stack(xs, axis=0):
    """Arrays joined along a new axis.

    Parameters
    ----------
    xs : sequence of Variable or array_like
        Of equal shapes.
    axis : int, default 0
        Where the new axis stands in the result.

    Returns
    -------
    Variable
        Of their shape and the new axis, as long as there are arrays.

    Raises
    ------
    ValueError
        If the shapes differ, or there is nothing to join.
    IndexError
        If the axis is out of bounds.
    TypeError
        If the axis is not an int.

    Notes
    -----
    Each array gets its slice of the gradient.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.stack([cg.Variable(1.0), cg.Variable(2.0)])
    variable([1., 2.])
    """
    cdef list inputs = as_inputs(xs, "stack")
    cdef Variable first = inputs[0]
    axis = plain_axis(axis, "stack")
    for x in inputs:
        if not same_shape((<Variable>x).layout, first.layout):
            raise ValueError(f"stack: {describe(x)} does not have the shape of {describe(first)}")
    if first.layout.ndim == MAX_NDIM:
        raise ValueError(f"stack: an array may have at most {MAX_NDIM} dimensions, and "
                         f"{describe(first)} would get one more")
    place = place_of_axis(axis, first.layout.ndim + 1, "stack")
    if first.layout.ndim == 0:
        return stacked_scalars(inputs)
    return concatenated([unsqueeze(x, place) for x in inputs], place, "stack")


# ---- split: slices that follow each other along an axis ---------------------------------------

def split(x, sizes, axis=0):
    """x cut into pieces along an axis.

    Parameters
    ----------
    x : Variable or array_like
    sizes : sequence of int
        The lengths of the pieces, which add up to the axis.
    axis : int, default 0

    Returns
    -------
    tuple of Variable
        Views.

    Raises
    ------
    ValueError
        If the sizes do not add up to the axis, one is negative, or x has no axes.
    IndexError
        If the axis is out of bounds.
    TypeError
        If a size or the axis is not an int.

    Notes
    -----
    The gradients of the pieces are joined; one that nothing depends on counts as 0.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.split(cg.Variable([1.0, 2.0, 3.0]), [1, 2])
    (variable([1.]), variable([2., 3.]))
    """
    cdef Variable v = as_variable(x, "split")
    cdef int place
    cdef object start = 0
    axis = plain_axis(axis, "split")
    try:
        lengths = [plain_int(n) for n in sizes]
    except TypeError:
        hint = f"; for {sizes} parts of equal length write F.array_split(x, {sizes})" if isinstance(
            sizes, int) else ""
        raise TypeError(f"split: sizes must be a sequence of ints, the lengths of the parts, not "
                        f"{sizes!r}{hint}") from None
    if v.layout.ndim == 0:
        raise ValueError("split: a zero-dimensional array cannot be split")
    place = single_axis(axis, v, "split")
    total = 0
    for n in lengths:
        total += n
    if total != v.layout.shape[place] or any([n < 0 for n in lengths]):
        raise ValueError(f"split: sizes {lengths} must be non-negative and add up to "
                         f"{v.layout.shape[place]}, the length of axis {place} of {describe(v)}")
    pieces = []
    for n in lengths:
        pieces.append(slice_axis(v, place, start, n))
        start += n
    return tuple(pieces)


OPERATORS.copy = copied
OPERATORS.add_into = add_into
OPERATORS.reshape = reshape_operator
OPERATORS.transpose = transpose_operator
OPERATORS.permute = permute_operator
