"""lstm_cell and lstm_step: a step of a recurrent network, fused.

lstm_cell is the elementwise part; lstm_step makes the gates too, which costs less in one operation
than in three.
"""

from libc.string cimport memcpy

from cygrad.core.backward cimport flow, wanted
from cygrad.core.function cimport (
    Function, MADE_OF, Op, READS_INPUTS, READS_X0, READS_X1, connect_several, name_of, outputs_of,
)
from cygrad.core.layout cimport (
    Layout, layout_of_shape, release, same_shape, shape_of,
)
from cygrad.core.mode cimport mode
from cygrad.core.passing cimport Pass
from cygrad.core.postponed cimport Products, postpone, tell_collected
from cygrad.core.routine cimport Emission, Routine, numbers
from cygrad.core.routines cimport name_routine
from cygrad.core.tape cimport Tape, refuse_on_tape
from cygrad.core.variable cimport Variable, describe, empty, filled, held, pinned_rows
from cygrad.functions.activation cimport logistic
from cygrad.functions.arithmetic cimport multiply, plus, subtract_from
from cygrad.functions.broadcasting cimport contiguous, sum_to_layout
from cygrad.functions.indexing cimport slice_axis
from cygrad.functions.linalg cimport blas_operand, for_blas, product, rows_of
from cygrad.functions.operation cimport as_variable, operation, reading
from cygrad.functions.shape cimport swap_last_axes
from cygrad.functions.trigonometric cimport hyperbolic_tangent
from cygrad.kernels.elementwise cimport (
    CELLS, CG_LSTM, CG_LSTM_GRADIENT, CG_LSTM_STEP, LONG,
)
from cygrad.kernels.linalg cimport matmul_strided

from cygrad.functions.broadcasting import reshape
from cygrad.functions.linalg import linear
from cygrad.functions.stacking import concat

cdef enum:
    MAX_ARGS = 7                # of a cell


# ---- Cells on rows ----------------------------------------------------------------------------

cdef struct Rows:
    int cell
    int count                   # of args
    Py_ssize_t rows
    Py_ssize_t n                # units in a row
    double* args[MAX_ARGS]
    Py_ssize_t steps[MAX_ARGS]  # numbers from one row to the next


cdef Rows rows_of_cell(int cell, const Layout* state) noexcept:
    """A cell to run on the rows of a state (..., n)."""
    cdef Rows r
    r.cell = cell
    r.count = 0
    r.n = state.shape[state.ndim - 1]
    r.rows = leading(state)
    return r


cdef inline Py_ssize_t leading(const Layout* layout) noexcept:
    """The number of rows: the product of all lengths but the last."""
    cdef Py_ssize_t rows = 1
    cdef int d
    for d in range(layout.ndim - 1):
        rows *= layout.shape[d]
    return rows


cdef inline void add_arg(Rows* r, double* arg, Py_ssize_t step) noexcept nogil:
    r.args[r.count] = arg
    r.steps[r.count] = step
    r.count += 1


cdef void run_cell(Rows* r) noexcept nogil:
    cdef Py_ssize_t _
    cdef int k
    for _ in range(r.rows):
        CELLS[r.cell](r.args, r.n)
        for k in range(r.count):
            r.args[k] += r.steps[k]


cdef int run_rows(Rows* r) except -1:
    if r.rows * r.n < LONG:
        run_cell(r)
    else:
        with nogil:
            run_cell(r)
    return 0


cdef void multiply_rows(const double* a, Py_ssize_t rows, Variable w, bint transposed,
                        double* y) noexcept nogil:
    """y = a w, or a w^T, for contiguous rows a; the caller has checked their length."""
    cdef Py_ssize_t[2] down, along
    cdef Py_ssize_t n = w.layout.shape[1 if transposed else 0]
    cdef Py_ssize_t p = w.layout.shape[0 if transposed else 1]
    down[0] = n * <Py_ssize_t>sizeof(double)
    down[1] = sizeof(double)
    along[0] = w.layout.strides[1 if transposed else 0]
    along[1] = w.layout.strides[0 if transposed else 1]
    matmul_strided(a, down, w.ptr, along, y, 0, NULL, rows, n, p)


# ---- lstm_cell: c' = f c + i g, h = o tanh(c'); the formulas of the gradient are in cells.h -----
#
# `saved` is (activated gates, tanh(c')).

cdef list cell_gradients(Function f, Variable gates, Variable c, list gys):
    """The gradients of the gates and of c, as a composition."""
    check_cell(f, gates, c)
    cdef int axis = gates.layout.ndim - 1
    cdef Py_ssize_t n = c.layout.shape[axis]
    cdef Variable i = logistic(slice_axis(gates, axis, 0, n))
    cdef Variable forget = logistic(slice_axis(gates, axis, n, n))
    cdef Variable g = hyperbolic_tangent(slice_axis(gates, axis, 2 * n, n))
    cdef Variable o = logistic(slice_axis(gates, axis, 3 * n, n))
    cdef Variable t = hyperbolic_tangent(multiply(forget, c) + multiply(i, g))
    cdef Variable gh = gys[0], gc = gys[1]
    cdef Variable d = gc + multiply(multiply(gh, o), subtract_from(1.0, multiply(t, t)))
    dgates = concat([
        multiply(multiply(d, g), multiply(i, subtract_from(1.0, i))),
        multiply(multiply(d, c), multiply(forget, subtract_from(1.0, forget))),
        multiply(multiply(d, i), subtract_from(1.0, multiply(g, g))),
        multiply(multiply(gh, t), multiply(o, subtract_from(1.0, o))),
    ], axis)
    return [dgates, multiply(d, forget)]

cdef int check_cell(Function f, Variable gates, Variable c) except -1:
    if not gates_fit(gates, c):
        raise RuntimeError(f"Variable.backward: {name_of(f)} met {describe(c)} and gates of shape "
                           f"{shape_of(gates.layout)}; was .data replaced by another shape after "
                           "it was used?")
    return 0


cdef list several_lstm_cell(Function f, list gys):
    return cell_gradients(f, f.x0, f.x1, gys)

cdef int sweep_lstm_cell(Function f, list gys, Pass* p) except -1:
    cdef Variable active, tanh_c, dgates, dc
    active, tanh_c = outputs_of(f).saved
    dgates = empty(active.layout)
    dc = cell_backward(f, f.x1, gys, active, tanh_c, dgates.ptr)
    if wanted(f.x1, p):
        flow(f.x1, dc, f, p)
    if wanted(f.x0, p):
        flow(f.x0, dgates, f, p)
    return 0

cdef Op LSTM_CELL = reading(operation(b"LSTMCell", NULL), READS_X0 | READS_X1, READS_X0 | READS_X1)
LSTM_CELL.several = several_lstm_cell
LSTM_CELL.sweep = sweep_lstm_cell

cdef object again_lstm_cell(Function f, tuple xs):
    return lstm_cell(xs[0], xs[1])

LSTM_CELL.again = again_lstm_cell

cdef void run_lstm_cell(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    """at: gates, c; h, c', the activated gates, tanh(c')."""
    cdef Rows r
    r.cell = CG_LSTM
    r.count = 0
    r.rows = n[0]
    r.n = n[1]
    add_arg(&r, at[0], 4 * r.n)
    add_arg(&r, at[1], r.n)
    add_arg(&r, at[4], 4 * r.n)
    add_arg(&r, at[5], r.n)
    add_arg(&r, at[2], r.n)
    add_arg(&r, at[3], r.n)
    run_cell(&r)

cdef void run_lstm_cell_gradient(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    """at: c, the activated gates, tanh(c'), gh, gc'; those by the gates and by c."""
    cdef Rows r
    r.cell = CG_LSTM_GRADIENT
    r.count = 0
    r.rows = n[0]
    r.n = n[1]
    add_arg(&r, at[1], 4 * r.n)
    add_arg(&r, at[2], r.n)
    add_arg(&r, at[0], r.n)
    add_arg(&r, at[3], r.n)
    add_arg(&r, at[4], r.n)
    add_arg(&r, at[5], 4 * r.n)
    add_arg(&r, at[6], r.n)
    run_cell(&r)

cdef int emit_lstm_cell(Function f, int i, Emission* e) except -1:
    e.hidden[0] = e.operands[0].size
    e.hidden[1] = e.operands[1].size
    return emit_cell(f, e, run_lstm_cell, b"lstm_cell")

cdef int emit_lstm_cell_gradient(Function f, int i, Emission* e) except -1:
    return emit_cell(f, e, run_lstm_cell_gradient, b"lstm_cell_gradient")

cdef int emit_cell(Function f, Emission* e, Routine run, const char* name) except -1:
    """n: rows, and their length."""
    cdef Variable tanh_c = <Variable>(<tuple>outputs_of(f).saved)[1]
    cdef Py_ssize_t* n = numbers(e, 2)
    n[0] = leading(tanh_c.layout)
    n[1] = tanh_c.layout.shape[tanh_c.layout.ndim - 1]
    e.run = run
    e.name = name
    return 0

name_routine("lstm_cell", run_lstm_cell)
name_routine("lstm_cell_gradient", run_lstm_cell_gradient)
LSTM_CELL.emit = emit_lstm_cell
LSTM_CELL.emit_gradient = emit_lstm_cell_gradient
LSTM_CELL.hidden = 2
LSTM_CELL.emit_reads = READS_X1


cdef int cell_forward(Variable gates, Variable c, Variable active, Variable tanh_c, Variable h,
                      Variable after) except -1:
    """From gates and c, which are contiguous, to what is new."""
    cdef Rows r = rows_of_cell(CG_LSTM, c.layout)
    add_arg(&r, gates.ptr, 4 * r.n)
    add_arg(&r, c.ptr, r.n)
    add_arg(&r, active.ptr, 4 * r.n)
    add_arg(&r, tanh_c.ptr, r.n)
    add_arg(&r, h.ptr, r.n)
    add_arg(&r, after.ptr, r.n)
    return run_rows(&r)


cdef Variable cell_backward(Function f, Variable state, list gys, Variable active,
                            Variable tanh_c, double* dgates):
    """The gradient of c; that of the gates goes to where the caller says."""
    cdef Variable c = pinned_rows(state), dc = empty(tanh_c.layout)
    cdef Variable gh = pinned_rows(<Variable>gys[0]), gc = pinned_rows(<Variable>gys[1])
    cdef Rows r = rows_of_cell(CG_LSTM_GRADIENT, tanh_c.layout)
    for v in (c, gh, gc):
        if not same_shape((<Variable>v).layout, tanh_c.layout):
            raise RuntimeError(f"Variable.backward: {name_of(f)} met {describe(<Variable>v)} where "
                               f"the state was of shape {shape_of(tanh_c.layout)}; was .data "
                               "replaced by another shape after it was used?")
    add_arg(&r, active.ptr, 4 * r.n)
    add_arg(&r, tanh_c.ptr, r.n)
    add_arg(&r, c.ptr, r.n)
    add_arg(&r, gh.ptr, r.n)
    add_arg(&r, gc.ptr, r.n)
    add_arg(&r, dgates, 4 * r.n)
    add_arg(&r, dc.ptr, r.n)
    run_rows(&r)
    return dc


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
    Gers, Schmidhuber and Cummins, 2000), in one kernel; the gradient in another.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> h, c = F.lstm_cell(cg.zeros(1, 8), cg.ones(1, 2))
    >>> h, c
    (variable([[0.23105858, 0.23105858]]), variable([[0.5, 0.5]]))
    """
    cdef Variable before = as_variable(gates, "lstm_cell"), state = as_variable(c, "lstm_cell")
    cdef Variable plain_gates, plain_c, active, tanh_c, h, after
    plain_gates = pinned_rows(before)
    plain_c = pinned_rows(state)
    if not gates_fit(plain_gates, plain_c):
        raise ValueError(f"lstm_cell: gates {describe(before)} and state {describe(state)} do not "
                         "fit: they must be (..., 4 n) and (..., n)")
    active = empty(plain_gates.layout)
    tanh_c = empty(plain_c.layout)
    h = empty(plain_c.layout)
    after = empty(plain_c.layout)
    cell_forward(plain_gates, plain_c, active, tanh_c, h, after)
    connect_several(&LSTM_CELL, (h, after), (before, state), (active, tanh_c))
    return h, after


cdef bint gates_fit(Variable gates, Variable c) noexcept:
    """Whether they are of shapes (..., 4 n) and (..., n)."""
    cdef int last = c.layout.ndim - 1
    return (last >= 0 and same_rows(gates, c)
            and gates.layout.shape[last] == 4 * c.layout.shape[last])


cdef bint same_rows(Variable a, Variable b) noexcept:
    """Whether all axes but the last agree."""
    cdef int d
    if a.layout.ndim != b.layout.ndim:
        return False
    for d in range(a.layout.ndim - 1):
        if a.layout.shape[d] != b.layout.shape[d]:
            return False
    return True


# ---- lstm_step: lstm_cell(x wx + b + h wh, c) ---------------------------------------------------
#
# With G the gradient of the gates: dx = G wx^T, dh = G wh^T, dwx = x^T G, dwh = h^T G, and db the
# sum of G's rows. `saved` is lstm_cell's.

cdef list several_lstm_step(Function f, list gys):
    cdef Variable x, h, c, wx, wh, b, rows, gates
    x, h, c, wx, wh, b = f.many
    gates, dc = cell_gradients(f, product(x, wx) + b + product(h, wh), c, gys)
    rows = rows_of(gates)
    return [
        product(gates, swap_last_axes(wx)),
        product(gates, swap_last_axes(wh)),
        dc,
        product(swap_last_axes(rows_of(x)), rows),
        product(swap_last_axes(rows_of(h)), rows),
        sum_to_layout(gates, b.layout),
    ]

cdef int sweep_lstm_step(Function f, list gys, Pass* p) except -1:
    cdef Variable x, h, c, wx, wh, b, active, tanh_c, dc, gates = None, plain_x, plain_h
    cdef Variable plain_wx, plain_wh
    cdef Py_ssize_t n, rows
    cdef Products products
    cdef double* dgates
    cdef tuple saved = outputs_of(f).saved
    if p.recording:
        if len(saved) > 2:
            return sweep_on_tape(f, gys, p)
        refuse_on_tape("gradients flow back to a step of an LSTM that was made before the call; "
                       "call reset_state() of its layer first, or unchain_backward() of the loss "
                       "after backward()")
    x, h, c, wx, wh, b = f.many
    active = saved[0]
    tanh_c = saved[1]
    n = tanh_c.layout.shape[tanh_c.layout.ndim - 1]
    plain_x = pinned_rows(x)
    plain_h = pinned_rows(h)
    plain_wx = blas_operand(held(wx))
    plain_wh = blas_operand(held(wh))
    check_again(plain_x, plain_h, tanh_c, plain_wx, plain_wh, b)
    rows = leading(tanh_c.layout)
    products = postponed_products(f, rows, n, plain_wx.layout.shape[0], p)
    if products is None:
        gates = empty(active.layout)
        dgates = gates.ptr
    else:
        dgates = products.right + products.rows * 4 * n
    dc = cell_backward(f, c, gys, active, tanh_c, dgates)
    if products is not None:
        collect(products, plain_x if wanted(wx, p) else None, plain_h if wanted(wh, p) else None,
                wanted(b, p), rows)
        if p.recording:
            tell_collected(products, None, None, rows)
    if wanted(c, p):
        flow(c, dc, f, p)
    if wanted(h, p):
        pass_through(f, h, plain_h.layout, dgates, rows, plain_wh, p)
    if wanted(x, p):
        pass_through(f, x, plain_x.layout, dgates, rows, plain_wx, p)
    if products is None:
        flow_to_weights(f, plain_x, plain_h, rows_of(gates), p)
    return 0


cdef int sweep_on_tape(Function f, list gys, Pass* p) except -1:
    """The same by operations that a tape is told of, to the bit, for a step made on a tape."""
    cdef Variable x, h, c, wx, wh, b, active, tanh_c, dc, gates, plain_x, plain_h, gx
    cdef Variable plain_wx, plain_wh
    cdef Py_ssize_t n, rows
    cdef Products products
    cdef Function cell
    cdef list parts
    x, h, c, wx, wh, b = f.many
    active, tanh_c, cell = outputs_of(f).saved
    n = tanh_c.layout.shape[tanh_c.layout.ndim - 1]
    plain_x = contiguous(held(x))
    plain_h = contiguous(held(h))
    plain_wx = for_blas(held(wx))
    plain_wh = for_blas(held(wh))
    check_again(plain_x, plain_h, tanh_c, plain_wx, plain_wh, b)
    rows = leading(tanh_c.layout)
    products = postponed_products(f, rows, n, plain_wx.layout.shape[0], p)
    gates = empty(active.layout)
    dc = cell_backward(f, c, gys, active, tanh_c, gates.ptr)
    (<Tape>mode().tape).swept(cell, gys, [(cell.x0, gates), (cell.x1, dc)])
    gates = rows_of(gates)
    if products is not None:
        memcpy(products.right + products.rows * 4 * n, gates.ptr, rows * 4 * n * sizeof(double))
        parts = ([rows_of(plain_x)] if wanted(wx, p) else []) + (
            [rows_of(plain_h)] if wanted(wh, p) else [])
        collect(products, plain_x if wanted(wx, p) else None, plain_h if wanted(wh, p) else None,
                wanted(b, p), rows)
        tell_collected(products, concat(parts, 1) if parts else None, gates, rows)
    if wanted(c, p):
        flow(c, dc, f, p)
    if wanted(h, p):
        gx = reshape(product(gates, swap_last_axes(plain_wh)), shape_of(plain_h.layout))
        flow(h, gx, f, p)
    if wanted(x, p):
        gx = reshape(product(gates, swap_last_axes(plain_wx)), shape_of(plain_x.layout))
        flow(x, gx, f, p)
    if products is None:
        flow_to_weights(f, plain_x, plain_h, gates, p)
    return 0


cdef Products postponed_products(Function f, Py_ssize_t rows, Py_ssize_t n, Py_ssize_t m, Pass* p):
    """Where the gradients of the weights are put off to, or None."""
    cdef Products products = None
    cdef Variable wx = f.many[3], wh = f.many[4], b = f.many[5]
    cdef tuple weights = tuple([w for w in (wx, wh, b) if wanted(<Variable>w, p)])
    if weights:
        products = postpone(p, weights, rows, (m if wanted(wx, p) else 0)
                            + (n if wanted(wh, p) else 0) + (1 if wanted(b, p) else 0), 4 * n)
    return products


cdef int flow_to_weights(Function f, Variable x, Variable h, Variable gates, Pass* p) except -1:
    """The gradients of the weights at once, from that of the gates, a matrix."""
    cdef Variable wx = f.many[3], wh = f.many[4], b = f.many[5], gw
    if wanted(wx, p):
        gw = product(swap_last_axes(rows_of(x)), gates)
        flow(wx, gw, f, p)
    if wanted(wh, p):
        gw = product(swap_last_axes(rows_of(h)), gates)
        flow(wh, gw, f, p)
    if wanted(b, p):
        gw = sum_to_layout(gates, b.layout)
        flow(b, gw, f, p)
    return 0


cdef int check_again(Variable x, Variable h, Variable c, Variable wx, Variable wh,
                     Variable b) except -1:
    """check_step in a backward pass."""
    try:
        check_step("LSTMStep", x, h, c, wx, wh, b)
    except ValueError as error:
        raise RuntimeError(f"Variable.backward: {error}; was .data replaced by another shape after "
                           "it was used?") from None
    return 0

cdef Op LSTM_STEP = reading(operation(b"LSTMStep", NULL), READS_INPUTS, READS_INPUTS)
LSTM_STEP.several = several_lstm_step
LSTM_STEP.sweep = sweep_lstm_step

cdef object again_lstm_step(Function f, tuple xs):
    x, h, c, wx, wh, b = xs
    return next_step(x, h, c, wx, wh, b)

LSTM_STEP.again = again_lstm_step
LSTM_STEP.instruction = MADE_OF


cdef int check_step(object where, Variable x, Variable h, Variable c, Variable wx, Variable wh,
                    Variable b) except -1:
    """Raise ValueError if the shapes of a step do not fit."""
    cdef int d = c.layout.ndim
    cdef Py_ssize_t n = c.layout.shape[d - 1] if d > 0 else 0
    if not (d > 0 and same_shape(h.layout, c.layout) and same_rows(x, c)):
        raise ValueError(f"{where}: {describe(x)} and the states {describe(h)} and {describe(c)} "
                         "do not fit: they must be (..., m), (..., n) and (..., n)")
    if not (wx.layout.ndim == 2 and wx.layout.shape[0] == x.layout.shape[d - 1]
            and wx.layout.shape[1] == 4 * n and wh.layout.ndim == 2 and wh.layout.shape[0] == n
            and wh.layout.shape[1] == 4 * n and b.layout.ndim == 1 and b.layout.shape[0] == 4 * n):
        raise ValueError(f"{where}: weights {describe(wx)} and {describe(wh)} and a bias "
                         f"{describe(b)} do not fit {describe(x)} and a state of {n} units: they "
                         "must be (m, 4 n), (n, 4 n) and (4 n,)")
    return 0


cdef int collect(Products products, Variable x, Variable h, bint ones, Py_ssize_t rows) except -1:
    """Give the products their left rows [x h 1], of what is not None; the right ones are there."""
    cdef Py_ssize_t m = 0 if x is None else x.layout.shape[x.layout.ndim - 1]
    cdef Py_ssize_t n = 0 if h is None else h.layout.shape[h.layout.ndim - 1]
    cdef double* left = products.left + products.rows * products.m
    cdef Py_ssize_t r
    for r in range(rows):
        if m > 0:
            memcpy(left, x.ptr + r * m, m * sizeof(double))
        if n > 0:
            memcpy(left + m, h.ptr + r * n, n * sizeof(double))
        if ones:
            left[m + n] = 1.0
        left += products.m
    products.rows += rows
    return 0


cdef int pass_through(Function f, Variable x, Layout* layout, const double* dgates,
                      Py_ssize_t rows, Variable w, Pass* p) except -1:
    """Pass dgates w^T on to x, which had this layout when it was checked; w is pinned."""
    cdef Variable gx = empty(layout)
    with nogil:
        multiply_rows(dgates, rows, w, True, gx.ptr)
    return flow(x, gx, f, p)


def lstm_step(x, h, c, wx, wh, b):
    """One step of an LSTM, from its input and state to its new state.

    Parameters
    ----------
    x : Variable or array_like
        The input, of shape (..., m).
    h, c : Variable, array_like or None
        The hidden state and the cell state, of shape (..., n); None, both, for zeros.
    wx, wh : Variable or array_like
        The weights of the input, (m, 4 n), and of the hidden state, (n, 4 n).
    b : Variable or array_like
        The bias, of shape (4 n,).

    Returns
    -------
    h, c : Variable
        The new states, of shape (..., n).

    Raises
    ------
    ValueError
        If the shapes do not fit.
    TypeError
        If one state is None and the other is not.

    Notes
    -----
    ``lstm_cell(linear(x, wx, b) + h @ wh, c)`` in one operation. The gradients of weights that many
    steps share are made by one product of all steps.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> wx, wh, b = cg.ones(1, 4), cg.ones(1, 4), cg.zeros(4)
    >>> h, c = F.lstm_step([[1.0]], None, None, wx, wh, b)
    >>> h, c = F.lstm_step([[1.0]], h, c, wx, wh, b)
    >>> h
    variable([[0.65053522]])
    """
    if h is None and c is None:
        return first_step(linear(x, wx, b))
    if h is None or c is None:
        raise TypeError("lstm_step: h and c must both be states, or both be None")
    return next_step(as_variable(x, "lstm_step"), as_variable(h, "lstm_step"),
                     as_variable(c, "lstm_step"), as_variable(wx, "lstm_step"),
                     as_variable(wh, "lstm_step"), as_variable(b, "lstm_step"))


cdef object first_step(Variable gates):
    """lstm_cell on a state of zeros."""
    cdef Layout* layout
    cdef Py_ssize_t n = gates.layout.shape[gates.layout.ndim - 1] // 4
    layout = layout_of_shape(shape_of(gates.layout)[:gates.layout.ndim - 1] + (n,))
    zeros = filled(layout, 0.0)
    release(layout)
    return lstm_cell(gates, zeros)


cdef object next_step(Variable x, Variable h, Variable c, Variable wx, Variable wh, Variable b):
    cdef Variable plain_x, plain_h, plain_c, plain_b, plain_wx, plain_wh
    cdef Variable active, recurrent, tanh_c, new_h, new_c
    cdef Layout* layout
    cdef Rows r
    plain_x = pinned_rows(x)
    plain_h = pinned_rows(h)
    plain_c = pinned_rows(c)
    plain_b = pinned_rows(b)
    plain_wx = blas_operand(held(wx))
    plain_wh = blas_operand(held(wh))
    check_step("lstm_step", plain_x, plain_h, plain_c, plain_wx, plain_wh, plain_b)
    if mode().tape is not NULL:
        return step_on_tape(x, h, c, wx, wh, b)
    layout = layout_of_shape(
        shape_of(plain_c.layout)[:plain_c.layout.ndim - 1] + (plain_b.layout.size,))
    active = empty(layout)
    recurrent = empty(layout)
    release(layout)
    tanh_c = empty(plain_c.layout)
    new_h = empty(plain_c.layout)
    new_c = empty(plain_c.layout)
    r = rows_of_cell(CG_LSTM_STEP, plain_c.layout)
    add_arg(&r, active.ptr, 4 * r.n)
    add_arg(&r, recurrent.ptr, 4 * r.n)
    add_arg(&r, plain_b.ptr, 0)
    add_arg(&r, plain_c.ptr, r.n)
    add_arg(&r, tanh_c.ptr, r.n)
    add_arg(&r, new_h.ptr, r.n)
    add_arg(&r, new_c.ptr, r.n)
    with nogil:
        multiply_rows(plain_x.ptr, r.rows, plain_wx, False, active.ptr)
        multiply_rows(plain_h.ptr, r.rows, plain_wh, False, recurrent.ptr)
        run_cell(&r)
    connect_several(&LSTM_STEP, (new_h, new_c), (x, h, c, wx, wh, b), (active, tanh_c))
    return new_h, new_c


cdef object step_on_tape(Variable x, Variable h, Variable c, Variable wx, Variable wh, Variable b):
    """The same by operations that a tape is told of, to the bit."""
    cdef Variable plain_c = contiguous(held(c)), gates, active, tanh_c, new_h, new_c
    cdef Function cell
    gates = plus(product(rows_of(contiguous(held(x))), for_blas(held(wx))), held(b))
    gates = plus(gates, product(rows_of(contiguous(held(h))), for_blas(held(wh))))
    gates = reshape(gates, shape_of(plain_c.layout)[:plain_c.layout.ndim - 1] + (b.layout.size,))
    active = empty(gates.layout)
    tanh_c = empty(plain_c.layout)
    new_h = empty(plain_c.layout)
    new_c = empty(plain_c.layout)
    cell_forward(gates, plain_c, active, tanh_c, new_h, new_c)
    cell = connect_several(&LSTM_CELL, (new_h, new_c), (gates, plain_c), (active, tanh_c))
    connect_several(&LSTM_STEP, (new_h, new_c), (x, h, c, wx, wh, b), (active, tanh_c, cell))
    return new_h, new_c
