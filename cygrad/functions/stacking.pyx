"""concat, stack, split: arrays joined along an axis, and cut."""

from libc.string cimport memcpy

from cygrad.core.function cimport Function, MAX_INPUTS, Op, STACKS, connect_many
from cygrad.core.layout cimport MAX_NDIM, plain_int, same_shape
from cygrad.core.operators cimport OPERATORS
from cygrad.core.routine cimport Emission, numbers
from cygrad.core.routines cimport name_routine
from cygrad.core.variable cimport Variable, describe, empty_of, held, scalar
from cygrad.functions.axes cimport place_of_axis, plain_axis, single_axis
from cygrad.functions.indexing cimport slice_axis
from cygrad.functions.operation cimport as_variable, operation, push_linear, reading
from cygrad.functions.shape cimport squeezed, unsqueezed
from cygrad.kernels.elementwise cimport copy_strided


# ---- concat, stack: arrays one after the other along an axis ----------------------------------

cdef Variable vjp_concat(Function f, Variable gy, int i):
    axis, starts = f.saved
    return slice_axis(gy, axis, starts[i], starts[i + 1] - starts[i])

cdef Op CONCAT = reading(operation(b"Concat", vjp_concat), 0, 0)

cdef object again_concat(Function f, tuple xs):
    return concatenated(list(xs), f.saved[0], "concat")

CONCAT.again = again_concat
CONCAT.push = push_linear

cdef void run_concat(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    cdef double* target = at[n[0]]
    cdef Py_ssize_t row, k
    for row in range(n[1]):
        for k in range(n[0]):
            memcpy(target, at[k] + row * n[2 + k], n[2 + k] * sizeof(double))
            target += n[2 + k]

cdef int emit_concat(Function f, int i, Emission* e) except -1:
    """n: parts, how often each gives a piece, and the lengths of their pieces."""
    cdef Py_ssize_t* n = numbers(e, 2 + e.n_operands)
    cdef int axis = f.saved[0], d, k
    n[0] = e.n_operands
    n[1] = 1
    for d in range(axis):
        n[1] *= e.operands[0].shape[d]
    for k in range(e.n_operands):
        n[2 + k] = e.operands[k].size // n[1] if n[1] > 0 else 0
    e.run = run_concat
    e.name = b"concat"
    return 0

name_routine("concat", run_concat)
CONCAT.emit = emit_concat


cdef Variable concatenated(list inputs, object axis_argument, str where):
    cdef object place = plain_axis(axis_argument, where)
    cdef list pinned_inputs = [held(<Variable>x) for x in inputs]
    cdef Variable first = pinned_inputs[0], x, y
    cdef int ndim = first.layout.ndim, axis, d
    cdef Py_ssize_t dims[MAX_NDIM]
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
    y = empty_of(ndim, dims)
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
    return squeezed(slice_axis(gy, 0, i, 1), None)


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

cdef object again_stack(Function f, tuple xs):
    return stacked_scalars(list(xs))

STACK.again = again_stack
STACK.push = push_linear
STACK.instruction = STACKS


cdef Variable stacked_scalars(list inputs):
    cdef Py_ssize_t n = len(inputs), i
    cdef Variable y = empty_of(1, &n), x
    for i in range(n):
        x = <Variable>inputs[i]
        if x.layout.ndim > 0:
            raise ValueError(f"stack: {describe(x)} is no number like the first")
        y.ptr[i] = x.ptr[0]
    connect_many(&STACK, y, tuple(inputs))
    return y


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
    return concatenated([unsqueezed(<Variable>x, place) for x in inputs], place, "stack")


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


OPERATORS.concat = concatenated
