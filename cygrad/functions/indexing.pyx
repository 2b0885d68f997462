"""get_item and take.

Integers, slices, None and Ellipsis give a view. Integer and boolean arrays give a copy: NumPy turns
the index into positions in memory, and the kernels gather blocks from there and, in the backward
pass, add them back.
"""

from cpython.exc cimport PyErr_CheckSignals
cimport numpy as cnp
from libc.string cimport memcpy, memset

from cygrad.core.arrays cimport array_of
from cygrad.core.function cimport Function, Op, PUTS, connect
from cygrad.core.layout cimport (
    Layout, MAX_NDIM, SCALAR, contiguous_layout, layout_of_shape, plain_int, release, same_shape,
    shape_of, strided_layout,
)
from cygrad.core.mode cimport mode
from cygrad.core.operators cimport OPERATORS
from cygrad.core.routine cimport Emission, numbers
from cygrad.core.routines cimport name_routine
from cygrad.core.tape cimport Tape, standing_for
from cygrad.core.variable cimport (
    Variable, describe, empty, filled, filled_like, pinned_rows, view_of,
)
from cygrad.functions.axes cimport axis_to_flatten, single_axis
from cygrad.functions.arithmetic cimport shift
from cygrad.functions.broadcasting cimport add_into, reshaped
from cygrad.functions.comparison cimport below
from cygrad.functions.operation cimport (
    as_variable, operation, push_first, push_linear, reading, result_layout,
)
from cygrad.functions.selection cimport choose
from cygrad.functions.shape cimport permuted
from cygrad.kernels.elementwise cimport LONG, kernel_named, map_strided
from cygrad.kernels.indexing cimport gather_blocks, scatter_add_blocks
from cygrad.kernels.pieces cimport PIECE


from math import prod

import numpy as np

cnp.import_array()


cdef int ADD = kernel_named("ADD")


cdef extern from "Python.h":
    int PySlice_Unpack(object s, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t* step) except -1
    Py_ssize_t PySlice_AdjustIndices(Py_ssize_t length, Py_ssize_t* start, Py_ssize_t* stop,
                                     Py_ssize_t step)
    Py_ssize_t PyNumber_AsSsize_t(object x, object overflow) except? -1


# ---- Views: the index is integers, slices, None and Ellipsis ----------------------------------

cdef struct View:
    Py_ssize_t offset           # bytes from the first element
    int ndim
    Py_ssize_t shape[MAX_NDIM]
    Py_ssize_t strides[MAX_NDIM]


cdef bint is_integer(object i):
    return isinstance(i, (int, np.integer)) and not isinstance(i, (bool, np.bool_))


cdef bint is_basic(object index):
    """Whether an index makes a view."""
    if is_integer(index):
        return True
    for i in (index if isinstance(index, tuple) else (index,)):
        if not (is_integer(i) or isinstance(i, slice) or i is None or i is Ellipsis):
            return False
    return True


cdef Py_ssize_t element_at(Variable x, object index) except -2:
    """The place of x[index] along its stride where that is one number of a vector; else -1.

    Indexing a vector of parameters is what such functions do most: this spares the general way.
    """
    cdef Py_ssize_t i, n
    if type(index) is not int or x.layout.ndim != 1:
        return -1
    i = PyNumber_AsSsize_t(index, IndexError)
    n = x.layout.shape[0]
    if i < 0:
        i += n
    return i if 0 <= i < n else -1


cdef inline double* element(Variable x, Py_ssize_t i) noexcept:
    return x.ptr + i * x.layout.strides[0] // <Py_ssize_t>sizeof(double)


cdef int select_view(Variable x, object index, View* view) except -1:
    """What x[index] shows, for a plain index (`plain_index`); IndexError where NumPy raises it."""
    cdef const Layout* layout = x.layout
    cdef Py_ssize_t start, stop, step, length, i
    cdef int d = 0, named = 0
    if not isinstance(index, tuple):
        index = (index,)
    for item in index:
        if item is not None and item is not Ellipsis:
            named += 1
    if named > layout.ndim:
        raise IndexError(f"get_item: too many indices for {describe(x)}: {named} were given")
    if len([item for item in index if item is Ellipsis]) > 1:
        raise IndexError("get_item: an index can only have a single ellipsis ('...')")
    if len(index) - named + layout.ndim > MAX_NDIM:
        raise IndexError(f"get_item: the result would have more than {MAX_NDIM} dimensions")
    view.offset = 0
    view.ndim = 0
    for item in index:
        if item is None:
            add_axis(view, 1, 0)
        elif item is Ellipsis:
            for _ in range(layout.ndim - named):
                add_axis(view, layout.shape[d], layout.strides[d])
                d += 1
        elif isinstance(item, slice):
            PySlice_Unpack(item, &start, &stop, &step)
            length = PySlice_AdjustIndices(layout.shape[d], &start, &stop, step)
            if length == 1:
                step = 1            # a huge one would overflow the stride
            view.offset += start * layout.strides[d] if length > 0 else 0
            add_axis(view, length, step * layout.strides[d])
            d += 1
        else:
            i = PyNumber_AsSsize_t(item, IndexError)
            if not -layout.shape[d] <= i < layout.shape[d]:
                raise IndexError(f"get_item: index {i} is out of bounds for axis {d} of "
                                 f"{describe(x)}")
            view.offset += (i + layout.shape[d] if i < 0 else i) * layout.strides[d]
            d += 1
    while d < layout.ndim:
        add_axis(view, layout.shape[d], layout.strides[d])
        d += 1
    return 0


cdef inline void add_axis(View* view, Py_ssize_t length, Py_ssize_t stride) noexcept:
    view.shape[view.ndim] = length
    view.strides[view.ndim] = stride
    view.ndim += 1


cdef Variable show(Variable x, const View* view):
    """The view as a Variable without a history."""
    cdef Layout* layout = strided_layout(view.ndim, view.shape, view.strides)
    cdef Variable y
    if layout.size == 0:        # contiguous, as strided_layout sees it; and no memory to point into
        y = empty(layout)
    else:
        y = view_of(x, <double*>(<char*>x.ptr + view.offset), layout)
    release(layout)
    return y


cdef Variable shown(Variable x, object index):
    cdef View view
    select_view(x, index, &view)
    return show(x, &view)


# ---- get_item: y = x[index], dx: zeros with gy added at [index] -------------------------------

cdef Variable vjp_view(Function f, Variable gy, int i):
    return put_view(gy, f.x0.layout, f.saved)

cdef Variable fused_view(Function f, Variable gy, int i, Variable into, bint done):
    cdef Py_ssize_t k
    # A loop over the elements of x adds to one gradient, rather than make one each time.
    if into is None:
        into = filled_like(f.x0, 0.0)
    k = element_at(into, f.saved) if gy.layout.ndim == 0 else -1
    if k >= 0:
        element(into, k)[0] += gy.ptr[0]
    else:
        add_at_view(into, f.saved, gy)
    return into

cdef Op GET_VIEW = reading(operation(b"GetItem", vjp_view), 0, 0)
GET_VIEW.fused = fused_view
GET_VIEW.instruction = PUTS

cdef object again_view(Function f, tuple xs):
    return get_view(<Variable>xs[0], f.saved)

GET_VIEW.again = again_view
GET_VIEW.push = push_linear


cdef Variable get_view(Variable x, object index):
    cdef View view
    cdef Variable y
    cdef Function f
    cdef Py_ssize_t k = element_at(x, index)
    if k >= 0:
        y = view_of(x, element(x, k), SCALAR)
    else:
        index = plain_index(index)
        select_view(x, index, &view)
        y = show(x, &view)
    f = connect(&GET_VIEW, y, x, None)
    if f is not None:
        f.saved = index
    return y


cdef object plain_index(object index):
    """A basic index without objects of the user's, which might change, or refer to the graph.

    Before any shape is read: __index__ is code of the user's, which may assign .data.
    """
    if isinstance(index, tuple):
        return tuple([plain_index(i) for i in index])
    if isinstance(index, slice):
        return slice(plain_bound(index.start, "start"), plain_bound(index.stop, "stop"),
                     plain_bound(index.step, "step"))
    return index if index is None or index is Ellipsis else plain_int(index)


cdef object plain_bound(object bound, str name):
    if bound is None or type(bound) is int:
        return bound
    try:
        return plain_int(bound)
    except TypeError:
        raise TypeError(f"get_item: a slice's {name} must be an int or None, not {bound!r}"
                        ) from None


cdef int add_at_view(Variable x, object index, Variable g) except -1:
    """x[index] += g without a graph"""
    cdef Variable target = shown(x, index)
    if not same_shape(target.layout, g.layout):
        raise RuntimeError(f"Variable.backward: GetItem met a gradient of shape "
                           f"{shape_of(g.layout)} for a view of shape {shape_of(target.layout)}; "
                           "was .data replaced by another shape after it was used?")
    add_into(target, g)
    return 0


# ---- put: y = zeros with x added at [index], dx = gy[index] -----------------------------------

cdef Variable vjp_put_view(Function f, Variable gy, int i):
    return get_view(gy, f.saved)

cdef Op PUT_VIEW = reading(operation(b"PutItem", vjp_put_view), 0, 0)

cdef object again_put_view(Function f, tuple xs):
    return put_view(<Variable>xs[0], result_layout(f), f.saved)

PUT_VIEW.again = again_put_view
PUT_VIEW.push = push_linear

cdef void run_put_view(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    cdef const double* operands[3]
    cdef const Py_ssize_t* strides[3]
    cdef int ndim = <int>n[2]
    memset(at[1], 0, n[0] * sizeof(double))
    operands[0] = operands[2] = <double*>(<char*>at[1] + n[1])
    operands[1] = at[0]
    strides[0] = strides[2] = n + 3 + ndim
    strides[1] = n + 3 + 2 * ndim
    map_strided(ADD, 2, operands, strides, ndim, n + 3, NULL)

cdef int emit_put_view(Function f, int i, Emission* e) except -1:
    """n: numbers, the view's offset, axes, shape and strides, and x's strides."""
    cdef View view
    cdef Py_ssize_t* n
    cdef int d
    select_view(<Variable>f.out, f.saved, &view)
    n = numbers(e, 3 + 3 * view.ndim)
    n[0] = (<Variable>f.out).layout.size
    n[1] = view.offset
    n[2] = view.ndim
    for d in range(view.ndim):
        n[3 + d] = view.shape[d]
        n[3 + view.ndim + d] = view.strides[d]
        n[3 + 2 * view.ndim + d] = e.operands[0].strides[d]
    e.run = run_put_view
    e.name = b"put"
    return 0

name_routine("put", run_put_view)
PUT_VIEW.emit = emit_put_view


cdef Variable put_view(Variable x, const Layout* layout, object index):
    cdef Layout* whole = contiguous_layout(layout.ndim, layout.shape)
    cdef Variable y = filled(whole, 0.0)
    cdef Function f
    release(whole)
    add_at_view(y, index, x)
    f = connect(&PUT_VIEW, y, x, None)
    if f is not None:
        f.saved = index
    return y


cdef Variable slice_axis(Variable x, int axis, Py_ssize_t start, Py_ssize_t length):
    return get_view(x, (slice(None),) * axis + (slice(start, start + length),))


cdef Variable item_at(Variable x, Py_ssize_t i):
    return get_view(x, i)


# ---- Copies: the index has arrays -------------------------------------------------------------
#
# `saved` is (positions, block, shape of x, shape of y): y's blocks are x's blocks at the positions,
# an intp array whose values have been checked against x's size.

cdef Variable vjp_gather(Function f, Variable gy, int i):
    return scatter(gy, f.saved, f.x1) if i == 0 else None

cdef Op GATHER = reading(operation(b"GetItem", vjp_gather), 0, 0)

cdef object again_gather(Function f, tuple xs):
    return gather(<Variable>xs[0], f.saved) if len(xs) == 1 else gather_at(f, xs)

cdef Variable gather_at(Function f, tuple xs):
    return gather(<Variable>xs[0], (array_of(<Variable>xs[1]).astype(np.intp), *f.saved[1:]),
                  <Variable>xs[1])

GATHER.again = again_gather
GATHER.push = push_first

cdef void run_gather(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    gather_blocks(at[0], n + 3, n[0], n[1], at[1])

cdef void run_scatter(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    memset(at[1], 0, n[2] * sizeof(double))
    scatter_add_blocks(at[0], n + 3, n[0], n[1], at[1])

# The same with positions from memory; the hidden result has them as intp.

cdef void run_gather_at(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    gather_blocks(at[0], whole(at[1], n, at[3]), n[0], n[1], at[2])

cdef void run_scatter_at(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    memset(at[2], 0, n[2] * sizeof(double))
    scatter_add_blocks(at[0], whole(at[1], n, at[3]), n[0], n[1], at[2])

cdef Py_ssize_t* whole(const double* positions, const Py_ssize_t* n,
                       double* memory) noexcept nogil:
    """The recorder has set guards on them; what came from elsewhere stays within the array."""
    cdef Py_ssize_t* at = <Py_ssize_t*>memory
    cdef Py_ssize_t k, last = n[2] // max(n[1], 1) - 1
    for k in range(n[0]):
        at[k] = <Py_ssize_t>positions[k] if 0.0 <= positions[k] <= last else 0
    return at

cdef int emit_gather(Function f, int i, Emission* e) except -1:
    e.run = run_gather if f.n_inputs == 1 else run_gather_at
    e.name = b"gather"
    return emit_positions(f, e)

cdef int emit_scatter(Function f, int i, Emission* e) except -1:
    e.run = run_scatter if f.n_inputs == 1 else run_scatter_at
    e.name = b"scatter_add"
    return emit_positions(f, e)

cdef int emit_positions(Function f, Emission* e) except -1:
    """n: blocks, their length, the numbers of what they are in, and their positions."""
    cdef cnp.ndarray positions = f.saved[0]
    cdef Py_ssize_t count = cnp.PyArray_SIZE(positions)
    cdef bint known = f.n_inputs == 1
    cdef Py_ssize_t* n = numbers(e, 3 + (count if known else 0))
    n[0] = count
    n[1] = f.saved[1]
    n[2] = prod(f.saved[2])
    if known:
        memcpy(n + 3, cnp.PyArray_DATA(positions), count * sizeof(Py_ssize_t))
    e.hidden[0] = 0 if known else count
    return 0

name_routine("gather", run_gather)
name_routine("scatter_add", run_scatter)
name_routine("gather_at", run_gather_at)
name_routine("scatter_add_at", run_scatter_at)
GATHER.emit = emit_gather
GATHER.hidden = 1


cdef Variable gather(Variable x, tuple saved, Variable given=None):
    cdef Variable source = pinned_rows(x)
    cdef cnp.ndarray positions = saved[0]
    cdef Py_ssize_t n = cnp.PyArray_SIZE(positions), block = saved[1], start, some
    cdef Py_ssize_t* at = <Py_ssize_t*>cnp.PyArray_DATA(positions)
    cdef Layout* layout = layout_of_shape(saved[3])
    cdef Variable y = empty(layout)
    cdef Function f
    release(layout)
    if source.shape != saved[2]:
        raise RuntimeError(f"Variable.backward: GetItem was computed from shape {saved[2]}, and "
                           f"met {describe(x)}; was .data replaced after it was used?")
    if n * block < LONG:
        gather_blocks(source.ptr, at, n, block, y.ptr)
    else:
        some = max(1, PIECE // max(block, 1))
        for start in range(0, n, some):
            if start > 0:
                PyErr_CheckSignals()
            with nogil:
                gather_blocks(source.ptr, at + start, min(some, n - start), block,
                              y.ptr + start * block)
    f = connect(&GATHER, y, x, given)
    if f is not None:
        f.saved = saved
    return y


cdef Variable vjp_scatter(Function f, Variable gy, int i):
    return gather(gy, f.saved, f.x1) if i == 0 else None

cdef Op SCATTER = reading(operation(b"ScatterAdd", vjp_scatter), 0, 0)

cdef object again_scatter(Function f, tuple xs):
    if len(xs) == 1:
        return scatter(<Variable>xs[0], f.saved)
    return scatter(<Variable>xs[0], (array_of(<Variable>xs[1]).astype(np.intp), *f.saved[1:]),
                   <Variable>xs[1])

SCATTER.again = again_scatter
SCATTER.push = push_first
SCATTER.emit = emit_scatter
SCATTER.hidden = 1


cdef Variable scatter(Variable g, tuple saved, Variable given=None):
    cdef Variable source = pinned_rows(g)
    cdef cnp.ndarray positions = saved[0]
    cdef Py_ssize_t n = cnp.PyArray_SIZE(positions), block = saved[1], start, some
    cdef Py_ssize_t* at = <Py_ssize_t*>cnp.PyArray_DATA(positions)
    cdef Layout* layout = layout_of_shape(saved[2])
    cdef Variable y = filled(layout, 0.0)
    cdef Function f
    release(layout)
    if source.layout.size != n * block:
        raise RuntimeError(f"Variable.backward: GetItem of shape {saved[3]} met {describe(g)}")
    if n * block < LONG:
        scatter_add_blocks(source.ptr, at, n, block, y.ptr)
    else:
        some = max(1, PIECE // max(block, 1))
        for start in range(0, n, some):
            if start > 0:
                PyErr_CheckSignals()
            with nogil:
                scatter_add_blocks(source.ptr + start * block, at + start, min(some, n - start),
                                   block, y.ptr)
    f = connect(&SCATTER, y, g, given)
    if f is not None:
        f.saved = saved
    return y


cdef tuple rows_index(Variable x, object index, str where, Variable given):
    """`saved` for an integer array that chooses along axis 0, negative ones from the end.

    `given` is what the user knows x as, for the error message.
    """
    cdef cnp.ndarray positions = np.array(index, dtype=np.intp, order="C")
    cdef tuple shape = x.shape      # `gather` refuses what has another by then
    cdef Py_ssize_t rows = shape[0], k
    cdef Py_ssize_t* at = <Py_ssize_t*>cnp.PyArray_DATA(positions)
    for k in range(cnp.PyArray_SIZE(positions)):
        if not -rows <= at[k] < rows:
            raise IndexError(f"{where}: index {at[k]} is out of bounds for an axis of length "
                             f"{rows} of {describe(given)}")
        if at[k] < 0:
            at[k] += rows
    return positions, prod(shape[1:]), shape, (<object>positions).shape + shape[1:]


cdef Variable rows_on_tape(Variable x, Variable given):
    """The rows of an index that is an argument of a call that is recorded; None: it is none."""
    if given is None:
        return None
    rows = x.layout.shape[0]
    (<Tape>mode().tape).bounded(given, -rows, rows - 1.0, 0.0)
    return choose(below(given, 0.0), shift(given, rows), given)


cdef tuple array_index(Variable x, object index):
    """`saved` for any index that NumPy takes."""
    shape = x.shape
    try:
        positions = np.arange(prod(shape)).reshape(shape)[index]
    except IndexError as error:
        raise IndexError(f"get_item: {error}, for {describe(x)}") from None
    return np.ascontiguousarray(positions, dtype=np.intp), 1, shape, np.shape(positions)


cdef object index_operator(object x, object index):
    cdef Variable v = <Variable>x
    if is_basic(index):
        return get_view(v, index)
    if mode().tape is not NULL:
        given = standing_for(index)
        if given is not None and index.dtype.kind in "iu" and v.layout.ndim > 0:
            return gather(v, rows_index(v, index.value, "get_item", v), rows_on_tape(v, given))
    for item in (index if isinstance(index, tuple) else (index,)):
        if isinstance(item, Variable):
            raise TypeError("get_item: an index must be integers, slices or arrays of them, not a "
                            "Variable; use its .data")
    if isinstance(index, np.ndarray) and index.dtype.kind in "iu" and v.layout.ndim > 0:
        return gather(v, rows_index(v, index, "get_item", v))
    return gather(v, array_index(v, index))


def get_item(x, index):
    """x[index], as NumPy indexes.

    Parameters
    ----------
    x : Variable or array_like
    index : int, slice, None, Ellipsis, integer or boolean array_like, or a tuple of them

    Returns
    -------
    Variable
        A view, unless the index has arrays; then a copy.

    Raises
    ------
    IndexError
        If the index does not fit x.
    TypeError
        If the index is a Variable.

    Notes
    -----
    The gradient is added into zeros of x's shape at the index; elements chosen twice get both.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> F.get_item(x, (slice(None), 0)), x[[0, 0, 1], 1]
    (variable([1., 3.]), variable([2., 2., 4.]))
    """
    return index_operator(as_variable(x, "get_item"), index)


def take(x, indices, axis=None):
    """The elements, or the slices along an axis, at integer indices.

    Parameters
    ----------
    x : Variable or array_like
    indices : int or integer array_like
        Negative ones count from the end.
    axis : int, optional
        The axis to choose along; x flattened if None.

    Returns
    -------
    Variable
        x's shape with the axis replaced by the shape of indices.

    Raises
    ------
    IndexError
        If an index or the axis is out of bounds.
    TypeError
        If the indices are not integers.

    Notes
    -----
    The gradients of an element that is taken several times add up; they are 0 at the others.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.take(cg.Variable([[1.0, 2.0], [3.0, 4.0]]), [1, 0, 1], axis=1)
    variable([[2., 1., 2.],
              [4., 3., 4.]])
    """
    cdef Variable given = as_variable(x, "take"), v = given
    cdef int ndim, place = 0, k
    if isinstance(indices, Variable):
        raise TypeError("take: indices must be integers, not a Variable; use its .data")
    chosen = standing_for(indices)
    if chosen is not None:
        indices = indices.value
    index = np.asarray(indices)
    if index.size == 0 and not isinstance(indices, np.ndarray):
        index = index.astype(np.intp)
    if index.dtype.kind not in "iu":
        raise TypeError(f"take: indices must be integers, not {index.dtype}")
    axis = axis_to_flatten(axis, v, "take")
    if axis is None:
        v = reshaped(v, -1)
    else:
        place = single_axis(axis, v, "take")
    if place == 0:
        return gather(v, rows_index(v, index, "take", given), rows_on_tape(v, chosen))
    ndim = v.layout.ndim
    v = permuted(v, (place, *[k for k in range(ndim) if k != place]))
    v = gather(v, rows_index(v, index, "take", given), rows_on_tape(v, chosen))
    k = index.ndim
    return permuted(v, (*range(k, k + place), *range(k), *range(k + place, v.layout.ndim)))


OPERATORS.get_item = index_operator
