"""lstm_cell: the elementwise part of a step of a recurrent network, fused.

The matrix products, by which the gates are made, are the layer's.
"""

from cygrad.core.function cimport Function, Op, connect
from cygrad.core.layout cimport (
    Layout, MAX_NDIM, contiguous_layout, release, same_shape, shape_of,
)
from cygrad.core.variable cimport Variable, describe, detached, empty, own_contiguous
from cygrad.functions.activation cimport logistic
from cygrad.functions.arithmetic cimport multiply, subtract_from
from cygrad.functions.elementwise cimport as_variable, operation
from cygrad.functions.indexing cimport item_at, slice_axis
from cygrad.functions.trigonometric cimport hyperbolic_tangent
from cygrad.kernels.elementwise cimport CELLS, CG_LSTM, CG_LSTM_GATES, CG_LSTM_STATE, LONG

from cygrad.functions.shape import concat


# ---- lstm_cell: c' = f c + i g, h = o tanh(c'); the formulas of the gradient are in cells.h -----
#
# The output is [h c'], stacked on a new first axis. `saved` is (activated gates, tanh(c')).

cdef Variable vjp_lstm_cell(Function f, Variable gy, int k):
    cdef Variable gates = f.x0, c = f.x1
    check_shapes(f, gates, c, gy)
    cdef int axis = gates.layout.ndim - 1
    cdef Py_ssize_t n = c.layout.shape[axis]
    cdef Variable i = logistic(slice_axis(gates, axis, 0, n))
    cdef Variable forget = logistic(slice_axis(gates, axis, n, n))
    cdef Variable g = hyperbolic_tangent(slice_axis(gates, axis, 2 * n, n))
    cdef Variable o = logistic(slice_axis(gates, axis, 3 * n, n))
    cdef Variable t = hyperbolic_tangent(multiply(forget, c) + multiply(i, g))
    cdef Variable gh = item_at(gy, 0), gc = item_at(gy, 1)
    cdef Variable d = gc + multiply(multiply(gh, o), subtract_from(1.0, multiply(t, t)))
    if k == 1:
        return multiply(d, forget)
    return concat([
        multiply(multiply(d, g), multiply(i, subtract_from(1.0, i))),
        multiply(multiply(d, c), multiply(forget, subtract_from(1.0, forget))),
        multiply(multiply(d, i), subtract_from(1.0, multiply(g, g))),
        multiply(multiply(gh, t), multiply(o, subtract_from(1.0, o))),
    ], axis)

cdef Variable fused_lstm_cell(Function f, Variable gy, int k, Variable into, bint done):
    cdef Variable gates, tanh_c, c = own_contiguous(detached(f.x1)), gx
    gates, tanh_c = f.saved
    check_shapes(f, gates, c, gy)
    gy = own_contiguous(detached(gy))
    gx = empty(gates.layout if k == 0 else c.layout)
    run_rows(CG_LSTM_GATES if k == 0 else CG_LSTM_STATE, c.layout,
             [gates, tanh_c, c, gy, gy, gx], (0, 0, 0, 0, c.layout.size, 0))
    return gx


cdef int check_shapes(Function f, Variable gates, Variable c, Variable gy) except -1:
    """RuntimeError if the arrays are no longer those of the forward pass."""
    cdef Variable active = f.saved[0], tanh_c = f.saved[1]
    if not (same_shape(gates.layout, active.layout) and same_shape(c.layout, tanh_c.layout)
            and gy.layout.size == 2 * c.layout.size):
        raise RuntimeError(f"Variable.backward: LSTMCell met {describe(f.x0)}, {describe(f.x1)} "
                           f"and a gradient of shape {shape_of(gy.layout)}; was .data replaced by "
                           "another shape after it was used?")
    return 0


cdef Op LSTM_CELL = operation(b"LSTMCell", vjp_lstm_cell)
LSTM_CELL.fused = fused_lstm_cell


cdef int run_rows(int cell, const Layout* layout, list arrays, tuple offsets) except -1:
    """The cell on each row of a state of this layout; arrays[k] starts at offsets[k].

    An array has a row of its own for each row of the state, as many times as long as the array is
    larger (a Variable of twice the size and an offset is half of one).
    """
    cdef double* args[6]
    cdef Py_ssize_t steps[6]
    cdef Py_ssize_t n = layout.shape[layout.ndim - 1], rows, _
    cdef Variable v
    cdef int count = <int>len(arrays), k
    rows = layout.size // n if n > 0 else 0
    for k in range(count):
        v = <Variable>arrays[k]
        args[k] = v.ptr + <Py_ssize_t>offsets[k]
        steps[k] = v.layout.shape[v.layout.ndim - 1]
    if layout.size < LONG:
        for _ in range(rows):
            CELLS[cell](args, n)
            for k in range(count):
                args[k] += steps[k]
    else:
        with nogil:
            for _ in range(rows):
                CELLS[cell](args, n)
                for k in range(count):
                    args[k] += steps[k]
    return 0


def lstm_cell(gates, c):
    """One step of an LSTM's state, given its four gates before their activations.

    Parameters
    ----------
    gates : Variable or array_like
        Of shape (..., 4 n): the input gate i, the forget gate f, the candidate g and the output
        gate o, n each, before sigmoid (i, f, o) and tanh (g).
    c : Variable or array_like
        The cell state, of shape (..., n).

    Returns
    -------
    h, c : Variable
        The hidden state and the new cell state, of shape (..., n).

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    c' = f c + i g and h = o tanh(c') (Hochreiter and Schmidhuber, 1997; with the forget gate of
    Gers, Schmidhuber and Cummins, 2000), in one kernel; the gradient in two more.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> h, c = F.lstm_cell(cg.zeros(1, 8), cg.ones(1, 2))
    >>> h, c
    (variable([[0.23105858, 0.23105858]]), variable([[0.5, 0.5]]))
    """
    cdef Variable before = as_variable(gates, "lstm_cell"), state = as_variable(c, "lstm_cell")
    cdef Variable plain_gates, plain_state, active, tanh_c, y
    cdef Py_ssize_t shape[MAX_NDIM]
    cdef Layout* layout
    cdef Function f
    cdef int ndim = state.layout.ndim, d
    cdef bint fits = ndim > 0 and before.layout.ndim == ndim and ndim < MAX_NDIM
    for d in range(ndim if fits else 0):
        shape[d + 1] = state.layout.shape[d]
        fits = fits and before.layout.shape[d] == shape[d + 1] * (4 if d == ndim - 1 else 1)
    if not fits:
        raise ValueError(f"lstm_cell: gates {describe(before)} and state {describe(state)} do not "
                         "fit: they must be (..., 4 n) and (..., n)")
    plain_gates = own_contiguous(detached(before))
    plain_state = own_contiguous(detached(state))
    active = empty(plain_gates.layout)
    tanh_c = empty(plain_state.layout)
    shape[0] = 2
    layout = contiguous_layout(ndim + 1, shape)
    y = empty(layout)
    release(layout)
    run_rows(CG_LSTM, plain_state.layout, [plain_gates, plain_state, active, tanh_c, y, y],
             (0, 0, 0, 0, 0, plain_state.layout.size))
    f = connect(&LSTM_CELL, y, before, state)
    if f is not None:
        f.saved = (active, tanh_c)
    return item_at(y, 0), item_at(y, 1)
