"""softmax, log_softmax, logsumexp.

The kernels work on rows of contiguous memory: another axis is brought to the last place first, by a
differentiable view and copy, and the result is brought back.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport INFINITY

from cygrad.core.function cimport Function, MADE_OF, Op, READS_X0, READS_Y, connect
from cygrad.core.layout cimport Layout, release, same_shape, shape_of
from cygrad.core.routine cimport Emission, Routine, numbers
from cygrad.core.routines cimport name_routine
from cygrad.core.variable cimport Variable, describe, detached, empty, pinned_rows
from cygrad.functions.arithmetic cimport multiply, subtract
from cygrad.functions.axes cimport plain_axis, reduced_axes, reduced_layout, single_axis
from cygrad.functions.broadcasting cimport contiguous, reshaped, spread, sum_over
from cygrad.functions.comparison cimport above, differs, equals, is_finite, opposite
from cygrad.functions.elementwise cimport output_of
from cygrad.functions.exponential cimport exponential
from cygrad.functions.operation cimport (
    as_variable, keeps_axes, operation, reading, result_layout,
)
from cygrad.functions.selection cimport choose, select
from cygrad.functions.shape cimport permuted
from cygrad.kernels.elementwise cimport LONG
from cygrad.kernels.pieces cimport PIECE
from cygrad.kernels.rows cimport (
    log_softmax_gradient_rows, log_softmax_rows, logsumexp_rows, softmax_gradient_rows,
    softmax_rows,
)


ctypedef void (*row_kernel)(const double* x, double* y, Py_ssize_t rows,
                            Py_ssize_t n) noexcept nogil
ctypedef void (*row_gradient)(const double* y, const double* gy, double* gx, Py_ssize_t rows,
                              Py_ssize_t n) noexcept nogil


# ---- Rows -------------------------------------------------------------------------------------

cdef Py_ssize_t row_length(Variable x) noexcept:
    return x.layout.shape[x.layout.ndim - 1] if x.layout.ndim > 0 else 1


cdef Variable over_rows(const Op* op, row_kernel kernel, Variable x):
    """The kernel over the rows of x."""
    cdef Variable source = pinned_rows(x), y = empty(source.layout)
    cdef Py_ssize_t n = row_length(source)
    cdef Py_ssize_t rows = source.layout.size // n if n > 0 else 0
    run_rows(kernel, source.ptr, y.ptr, rows, n, n)
    connect(op, y, x, None)
    return y


cdef int run_rows(row_kernel kernel, const double* x, double* y, Py_ssize_t rows, Py_ssize_t n,
                  Py_ssize_t results) except -1:
    """The kernel over rows of n, of so many results each; a signal may come between long parts."""
    cdef Py_ssize_t start, some = max(1, PIECE // max(n, 1))
    if rows * n < LONG:
        kernel(x, y, rows, n)
        return 0
    for start in range(0, rows, some):
        if start > 0:
            PyErr_CheckSignals()
        with nogil:
            kernel(x + start * n, y + start * results, min(some, rows - start), n)
    return 0


cdef Variable gradient_over_rows(Function f, row_gradient kernel, Variable gy):
    cdef Variable y = pinned_rows(output_of(f)), g = pinned_rows(gy), gx = empty(y.layout)
    cdef Py_ssize_t n = row_length(y)
    cdef Py_ssize_t rows = y.layout.size // n if n > 0 else 0, start
    cdef Py_ssize_t some = max(1, PIECE // max(n, 1))
    if not same_shape(y.layout, g.layout):
        raise RuntimeError(f"Variable.backward: a gradient of another shape flows to "
                           f"{describe(y)} of {f.op.name.decode()}")
    if y.layout.size < LONG:
        kernel(y.ptr, g.ptr, gx.ptr, rows, n)
    else:
        for start in range(0, rows, some):
            if start > 0:
                PyErr_CheckSignals()
            with nogil:
                kernel(y.ptr + start * n, g.ptr + start * n, gx.ptr + start * n,
                       min(some, rows - start), n)
    return gx


cdef int emit_rows(Emission* e, Routine run, const char* name) except -1:
    """n: the rows of the first operand, and their length."""
    cdef const Layout* x = e.operands[0]
    cdef Py_ssize_t* n = numbers(e, 2)
    n[1] = x.shape[x.ndim - 1] if x.ndim > 0 else 1
    n[0] = x.size // n[1] if n[1] > 0 else 0
    e.run = run
    e.name = name
    return 0


cdef Variable along_axis(const Op* op, row_kernel kernel, object data, object axis, str where):
    """The kernel along an axis of the user's."""
    cdef Variable x = as_variable(data, where)
    cdef int ndim, place, d
    axis = plain_axis(axis, where)
    ndim = x.layout.ndim
    if ndim == 0:
        raise ValueError(f"{where}: {describe(x)} has no axis to sum over")
    place = single_axis(axis, x, where)
    if place == ndim - 1:
        return over_rows(op, kernel, contiguous(x))
    order = (*[d for d in range(ndim) if d != place], place)
    back = (*range(place), ndim - 1, *range(place, ndim - 1))
    return permuted(over_rows(op, kernel, contiguous(permuted(x, order))), back)


# ---- softmax: y_k = e^x_k / sum_j e^x_j, dx = y (gy - sum_j gy_j y_j) --------------------------

# As the y_j add up to 1, gy may be less any number. That of an element above 1/2, which is a
# constant as far as any derivative goes, keeps the digits of the others (kernels/rows.pyx).
cdef Variable vjp_softmax(Function f, Variable gy, int i):
    cdef Variable y = output_of(f)
    cdef Variable most = sum_over(select(above(y, 0.5), detached(gy)), last_axis(y), True)
    cdef Variable left = subtract(gy, most)
    return multiply(y, subtract(left, sum_over(multiply(left, y), last_axis(y), True)))

cdef Variable fused_softmax(Function f, Variable gy, int i, Variable into, bint done):
    return gradient_over_rows(f, softmax_gradient_rows, gy)

cdef Op SOFTMAX = reading(operation(b"Softmax", vjp_softmax), READS_Y, 0)
SOFTMAX.fused = fused_softmax

cdef object again_softmax(Function f, tuple xs):
    return soft_maximum(<Variable>xs[0])

SOFTMAX.again = again_softmax

cdef void run_softmax(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    softmax_rows(at[0], at[1], n[0], n[1])

cdef void run_softmax_gradient(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    softmax_gradient_rows(at[0], at[1], at[2], n[0], n[1])

cdef int emit_softmax(Function f, int i, Emission* e) except -1:
    return emit_rows(e, run_softmax, b"softmax")

cdef int emit_softmax_gradient(Function f, int i, Emission* e) except -1:
    return emit_rows(e, run_softmax_gradient, b"softmax_gradient")

name_routine("softmax", run_softmax)
name_routine("softmax_gradient", run_softmax_gradient)
SOFTMAX.emit = emit_softmax
SOFTMAX.emit_gradient = emit_softmax_gradient
SOFTMAX.emit_reads = READS_Y


cdef Variable soft_maximum(Variable x):
    return over_rows(&SOFTMAX, softmax_rows, contiguous(x))


def softmax(x, axis=-1):
    """exp(x) / sum(exp(x)) along an axis: positive numbers that add up to 1.

    Parameters
    ----------
    x : Variable or array_like
        With at least one axis.
    axis : int, default -1

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    IndexError
        If the axis is out of bounds.
    ValueError
        If x is a number, without axes.
    TypeError
        If the axis is not an int.

    Notes
    -----
    The maximum is subtracted first, so that nothing overflows.
    dx = y (gy - sum(gy y)), the sum along the axis.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.softmax(cg.Variable([[1000.0, 1000.0, 0.0], [0.0, 1.0, 2.0]]))
    variable([[0.5       , 0.5       , 0.        ],
              [0.09003057, 0.24472847, 0.66524096]])
    """
    return along_axis(&SOFTMAX, softmax_rows, x, axis, "softmax")


# ---- log_softmax: y_k = x_k - log sum_j e^x_j, dx = gy - e^y sum_j gy_j ------------------------

# Where p_k = e^y_k is above 1/2: (1 - p_k) sum_j gy_j less the other gy_j, which has the digits of
# 1 - p_k.
cdef Variable vjp_log_softmax(Function f, Variable gy, int i):
    cdef Variable y = output_of(f), p = exponential(y)
    cdef unsigned long long axis = last_axis(y)
    cdef Variable major = above(p, 0.5), minor = opposite(major)
    cdef Variable total = sum_over(gy, axis, True)
    cdef Variable at_major = subtract(multiply(sum_over(select(minor, p), axis, True), total),
                                      sum_over(select(minor, gy), axis, True))
    return choose(major, at_major, subtract(gy, multiply(p, total)))

cdef Variable fused_log_softmax(Function f, Variable gy, int i, Variable into, bint done):
    return gradient_over_rows(f, log_softmax_gradient_rows, gy)

cdef Op LOG_SOFTMAX = reading(operation(b"LogSoftmax", vjp_log_softmax), READS_Y, 0)
LOG_SOFTMAX.fused = fused_log_softmax

cdef object again_log_softmax(Function f, tuple xs):
    return over_rows(&LOG_SOFTMAX, log_softmax_rows, contiguous(<Variable>xs[0]))

LOG_SOFTMAX.again = again_log_softmax

cdef void run_log_softmax(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    log_softmax_rows(at[0], at[1], n[0], n[1])

cdef void run_log_softmax_gradient(double** at, const Py_ssize_t* n,
                                   const double* c) noexcept nogil:
    log_softmax_gradient_rows(at[0], at[1], at[2], n[0], n[1])

cdef int emit_log_softmax(Function f, int i, Emission* e) except -1:
    return emit_rows(e, run_log_softmax, b"log_softmax")

cdef int emit_log_softmax_gradient(Function f, int i, Emission* e) except -1:
    return emit_rows(e, run_log_softmax_gradient, b"log_softmax_gradient")

name_routine("log_softmax", run_log_softmax)
name_routine("log_softmax_gradient", run_log_softmax_gradient)
LOG_SOFTMAX.emit = emit_log_softmax
LOG_SOFTMAX.emit_gradient = emit_log_softmax_gradient
LOG_SOFTMAX.emit_reads = READS_Y


def log_softmax(x, axis=-1):
    """log(softmax(x)) along an axis, without the loss of accuracy of a logarithm near 0.

    Parameters
    ----------
    x : Variable or array_like
        With at least one axis.
    axis : int, default -1

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    IndexError
        If the axis is out of bounds.
    ValueError
        If x is a number, without axes.
    TypeError
        If the axis is not an int.

    Notes
    -----
    y = x - log(sum(exp(x))), with the maximum taken out of the sum.
    dx = gy - exp(y) sum(gy), the sum along the axis. exp(y) is that of the rounded y, up to |y|
    units in the last place from softmax(x); `cross_entropy` has softmax(x) itself.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.log_softmax(cg.Variable([0.0, 1000.0]))
    variable([-1000.,     0.])
    """
    return along_axis(&LOG_SOFTMAX, log_softmax_rows, x, axis, "log_softmax")


# ---- logsumexp: y = log sum_k e^x_k, dy/dx = softmax(x) ---------------------------------------

cdef Variable vjp_logsumexp(Function f, Variable gy, int i):
    # Infinite terms share the slope evenly. Where the sum is 0, no term has one.
    cdef Variable x = f.x0, y = spread(output_of(f), x, f.saved)
    cdef Variable ends = equals(x, INFINITY) * 1e4
    cdef Variable weight = soft_maximum_over(choose(is_finite(y), x, ends), f.saved)
    weight = select(differs(y, -INFINITY), weight)
    return multiply(spread(gy, x, f.saved), weight)


cdef Variable soft_maximum_over(Variable x, unsigned long long axes):
    """The softmax over several axes."""
    order = last_in_order(x, axes)
    cdef Variable moved = permuted(x, order)
    y = reshaped(soft_maximum(as_rows(moved, axes)), moved.shape)
    return permuted(y, tuple([order.index(d) for d in range(x.layout.ndim)]))


cdef tuple last_in_order(Variable x, unsigned long long axes):
    """The order of axes that brings some to the end."""
    cdef int d, ndim = x.layout.ndim
    return (*[d for d in range(ndim) if not (axes >> d) & 1],
            *[d for d in range(ndim) if (axes >> d) & 1])


cdef Variable as_rows(Variable moved, unsigned long long axes):
    """The last axes made one, as many as `axes` are."""
    cdef int d, kept = moved.layout.ndim
    cdef Py_ssize_t n = 1
    while axes:
        axes &= axes - 1
        kept -= 1
    for d in range(kept, moved.layout.ndim):
        n *= moved.layout.shape[d]
    return reshaped(moved, (*[moved.layout.shape[d] for d in range(kept)], n))

cdef Op LOGSUMEXP = reading(operation(b"LogSumExp", vjp_logsumexp), READS_X0, 0)

cdef object again_logsumexp(Function f, tuple xs):
    return log_sum_over(<Variable>xs[0], f.saved, keeps_axes(f))

LOGSUMEXP.again = again_logsumexp
LOGSUMEXP.instruction = MADE_OF

# Of the last axis, where y may have any shape of that size; nothing flows back through it.
cdef Op LOGSUMEXP_ROWS = operation(b"LogSumExp", NULL)

cdef object again_logsumexp_rows(Function f, tuple xs):
    cdef Variable x = <Variable>xs[0]
    return reshaped(log_sum_over(x, last_axis(x), False), shape_of(result_layout(f)))

LOGSUMEXP_ROWS.again = again_logsumexp_rows

cdef void run_logsumexp(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    logsumexp_rows(at[0], at[1], n[0], n[1])

cdef int emit_logsumexp(Function f, int i, Emission* e) except -1:
    return emit_rows(e, run_logsumexp, b"logsumexp")

name_routine("logsumexp", run_logsumexp)
LOGSUMEXP_ROWS.emit = emit_logsumexp


def logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))) over axes, without overflow.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to sum over; all if None.
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
    y = m + log(sum(exp(x - m))), with m the maximum, whose own 1 is left to log1p: y has its digits
    near 0 too. Of nothing y is -inf. dy/dx = softmax(x); 0 where y is -inf; where it is inf,
    infinite terms share it evenly.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.logsumexp(cg.Variable([1000.0, 1000.0]))
    variable(1000.6931471805599)
    """
    cdef bint kept = keepdims
    cdef Variable v = as_variable(x, "logsumexp")
    return log_sum_over(v, reduced_axes(axis, v, "logsumexp"), kept)


cdef Variable log_sum_over(Variable x, unsigned long long axes, bint keepdims):
    cdef Variable rows = detached(x), y
    cdef Layout* layout = reduced_layout(rows.layout, axes, keepdims)
    cdef Py_ssize_t n
    cdef Function f
    rows = contiguous(as_rows(permuted(rows, last_in_order(rows, axes)), axes))
    n = row_length(rows)
    y = empty(layout)
    release(layout)
    run_rows(logsumexp_rows, rows.ptr, y.ptr, y.layout.size, n, 1)
    connect(&LOGSUMEXP_ROWS, y, rows, None)     # for a tape: rows is a constant
    f = connect(&LOGSUMEXP, y, x, None)
    if f is not None:
        f.saved = axes
    return y
