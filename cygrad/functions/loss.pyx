"""cross_entropy, binary_cross_entropy, mean_squared_error, accuracy."""

cimport numpy as cnp

from libc.string cimport memcpy

from cygrad.core.arrays cimport array_of, constant, refuse_what_loses
from cygrad.core.function cimport (
    Function, MADE_OF, Op, READS_X0, READS_X1, connect_with, connect, input_of,
)
from cygrad.core.layout cimport Layout, same_shape, shape_of
from cygrad.core.mode cimport mode
from cygrad.core.routine cimport Emission, Routine, numbers
from cygrad.core.routines cimport name_routine
from cygrad.core.tape cimport Tape, refuse_on_tape, standing_for
from cygrad.core.variable cimport Variable, describe, detached, empty, pinned_rows, scalar
from cygrad.functions.activation cimport logistic, logistic_slope
from cygrad.functions.arithmetic cimport (
    divide, divide_by, multiply, negate, plus, scale, subtract,
)
from cygrad.functions.broadcasting cimport reshaped, sum_over
from cygrad.functions.comparison cimport above, both, differs, equal, equals, opposite
from cygrad.functions.elementwise cimport binary, kernel_op
from cygrad.functions.operation cimport as_variable, operation, reading, run
from cygrad.functions.reduction cimport mean_over
from cygrad.functions.selection cimport choose, select
from cygrad.functions.softmaxes cimport last_axis, soft_maximum
from cygrad.kernels.elementwise cimport KERNELS, LONG, kernel_named
from cygrad.kernels.numpy_loops cimport MAXIMUM, MINIMUM
from cygrad.kernels.reduction cimport reduce_strided
from cygrad.kernels.rows cimport cross_entropy_gradient_rows, cross_entropy_rows


import numpy as np

cnp.import_array()

# How far a probability may be off: by rounding, or moved by who takes differences at its ends.
cdef double SLACK = 1e-3


cdef int SCALED_DIFFERENCE = kernel_named("SCALED_DIFFERENCE")
cdef int SQUARE = kernel_named("SQUARE")


# ---- Labels -----------------------------------------------------------------------------------

cdef cnp.ndarray label_array(object t, Variable x, str described, object ignore_index,
                             Py_ssize_t* count, str where):
    """The labels as a new intp array of shape (rows of x,), -1 where a row does not count."""
    cdef Py_ssize_t n = x.layout.shape[x.layout.ndim - 1], ignored, r
    cdef Py_ssize_t* at
    cdef cnp.ndarray labels
    cdef str hint = ""
    if not isinstance(ignore_index, (int, np.integer)):
        raise TypeError(f"{where}: ignore_index must be an int, not {ignore_index!r}")
    try:
        ignored = ignore_index
    except OverflowError:
        raise ValueError(f"{where}: ignore_index must fit into 64 bits, not be {ignore_index}"
                         ) from None
    if isinstance(t, Variable):
        t = array_of(<Variable>t)
    refuse_what_loses(t, where, 1)
    given = np.asarray(t)
    if given.dtype.kind == "f":
        if not (np.isfinite(given) & (given == np.rint(given))).all():
            raise ValueError(f"{where}: labels of dtype {given.dtype} must be whole numbers")
    elif given.dtype.kind not in "iu":
        raise TypeError(f"{where}: labels must be integers, not {given.dtype}")
    rows = rows_shape(x)
    if given.shape != rows and given.shape != rows + (1,):
        raise ValueError(f"{where}: {described} needs labels of shape {rows} or {rows + (1,)}, "
                         f"not {given.shape}")
    # A whole number beyond intp would change its value silently.
    if given.dtype.kind != "i" and (np.abs(given) > 2 ** 62).any():
        raise ValueError(f"{where}: labels beyond {2 ** 62}")
    labels = np.array(given, dtype=np.intp, order="C").reshape(-1)
    at = <Py_ssize_t*>cnp.PyArray_DATA(labels)
    count[0] = 0
    for r in range(cnp.PyArray_SIZE(labels)):
        if at[r] == ignored:
            at[r] = -1
        elif 0 <= at[r] < n:
            count[0] += 1
        else:
            if n == 1:
                hint = ("; with one score a row, " + (
                    "compare logits > 0 with the labels" if where == "accuracy"
                    else "use binary_cross_entropy"))
            raise ValueError(f"{where}: label {at[r]} of row {r} is out of range for {described}: "
                             f"labels go from 0 to {n - 1}, or are ignore_index={ignore_index}"
                             f"{hint}")
    return labels


cdef tuple rows_shape(Variable x):
    """The shape of x without its last axis."""
    cdef int d
    return tuple([x.layout.shape[d] for d in range(x.layout.ndim - 1)])


cdef Variable rows_and_classes(object data, str where):
    """Scores, with the classes on the last axis."""
    cdef Variable x = as_variable(data, where)
    if x.layout.ndim == 0:
        raise ValueError(f"{where}: {describe(x)} has no axis of classes")
    return x


# ---- cross_entropy: y = -mean_n log softmax(x_n)[t_n], dy/dx_n = (softmax(x_n) - e_t_n) / N ----
#
# `saved` is (labels, softmax(x), rows counted): the labels an intp array whose values have been
# checked, -1 for a row that does not count. On a tape, labels that are an argument of the call
# which is recorded are the second input; c[0] is then ignore_index.

cdef Variable vjp_cross_entropy(Function f, Variable gy, int i):
    labels, probabilities, count = f.saved
    cdef Variable x = f.x0
    if f.n_inputs == 2:
        return slope_at(x, reshaped(f.x1, rows_shape(x) + (1,)), f.c[0], gy)
    if count == 0 or x.shape != (<Variable>probabilities).shape:
        return fused_cross_entropy(f, gy, i, None, False)
    n = x.layout.shape[x.layout.ndim - 1]
    labels = labels.reshape(rows_shape(x) + (1,))
    target = constant(np.arange(n) == labels, "cross_entropy")
    p = soft_maximum(x)
    # p - 1 at a label whose p is above 1/2 is less the sum of the others, which keeps the digits.
    others = sum_over(select(opposite(target), p), last_axis(x), True)
    slope = choose(both(target, above(p, 0.5)), negate(others), subtract(p, target))
    return select(constant(labels >= 0, "cross_entropy"), multiply(slope, divide_by(gy, count)))

cdef Variable slope_at(Variable x, Variable labels, double ignored, Variable gy):
    """The same of labels that are a Variable, step by step."""
    n = x.layout.shape[x.layout.ndim - 1]
    target = equal(constant(np.arange(n), "cross_entropy"), labels)
    counts = differs(labels, ignored)
    p = soft_maximum(x)
    others = sum_over(select(opposite(target), p), last_axis(x), True)
    slope = choose(both(target, above(p, 0.5)), negate(others), subtract(p, target))
    count = sum_over(counts, (1 << counts.layout.ndim) - 1, False)
    return select(counts, multiply(slope, divide(gy, plus(count, equals(count, 0.0)))))

cdef Variable fused_cross_entropy(Function f, Variable gy, int i, Variable into, bint done):
    cdef cnp.ndarray labels
    cdef Variable p, gx
    cdef Py_ssize_t n, rows
    cdef const Py_ssize_t* at
    cdef double factor
    labels, p, count = f.saved
    at = <const Py_ssize_t*>cnp.PyArray_DATA(labels)
    gx = empty(p.layout)
    n = p.layout.shape[p.layout.ndim - 1]
    rows = p.layout.size // n if n > 0 else 0
    if gy.layout.size != 1:
        raise RuntimeError(f"Variable.backward: CrossEntropy met {describe(gy)}")
    factor = gy.ptr[0] / <double>(count or 1)
    if p.layout.size < LONG:
        cross_entropy_gradient_rows(p.ptr, at, factor, gx.ptr, rows, n)
    else:
        with nogil:
            cross_entropy_gradient_rows(p.ptr, at, factor, gx.ptr, rows, n)
    return gx

cdef Op CROSS_ENTROPY = reading(operation(b"CrossEntropy", vjp_cross_entropy), READS_X0, 0)
CROSS_ENTROPY.fused = fused_cross_entropy

cdef object again_cross_entropy(Function f, tuple xs):
    cdef Variable x = <Variable>xs[0]
    if len(xs) == 2:
        return cross_entropy(x, xs[1], <Py_ssize_t>f.c[0])
    # In the labels that are kept, those of rows that do not count are -1.
    return cross_entropy(x, f.saved[0].reshape(shape_of(x.layout)[:x.layout.ndim - 1]), -1)

CROSS_ENTROPY.again = again_cross_entropy

cdef void run_cross_entropy(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    cdef double loss = cross_entropy_rows(at[0], n + 2, at[2], n[0], n[1])
    at[1][0] = loss / c[0] if c[0] > 0.0 else 0.0

cdef void run_cross_entropy_gradient(double** at, const Py_ssize_t* n,
                                     const double* c) noexcept nogil:
    cross_entropy_gradient_rows(at[0], n + 2, at[2][0] / (c[0] if c[0] > 0.0 else 1.0), at[3],
                                n[0], n[1])

# The same with labels from memory: the second hidden result has them as intp, then their number.

cdef void run_cross_entropy_at(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    cdef Py_ssize_t* labels = <Py_ssize_t*>at[4]
    cdef Py_ssize_t r, count = 0
    cdef double loss
    for r in range(n[0]):
        # The recorder has set guards on them; what came from elsewhere stays within the classes.
        labels[r] = (-1 if at[1][r] == c[0] or not 0.0 <= at[1][r] < n[1]
                     else <Py_ssize_t>at[1][r])
        count += labels[r] >= 0
    labels[n[0]] = count
    loss = cross_entropy_rows(at[0], labels, at[3], n[0], n[1])
    at[2][0] = loss / count if count > 0 else 0.0

cdef void run_cross_entropy_gradient_at(double** at, const Py_ssize_t* n,
                                        const double* c) noexcept nogil:
    cdef const Py_ssize_t* labels = <const Py_ssize_t*>at[1]
    cdef double count = labels[n[0]]
    cross_entropy_gradient_rows(at[0], labels, at[2][0] / (count if count > 0.0 else 1.0), at[3],
                                n[0], n[1])

cdef int emit_cross_entropy(Function f, int i, Emission* e) except -1:
    e.hidden[0] = e.operands[0].size
    e.hidden[1] = 0
    if f.n_inputs == 1:
        return emit_labels(f, e, run_cross_entropy, b"cross_entropy")
    e.hidden[1] = cnp.PyArray_SIZE(f.saved[0]) + 1
    return emit_rows(f, e, run_cross_entropy_at, b"cross_entropy")

cdef int emit_cross_entropy_gradient(Function f, int i, Emission* e) except -1:
    if f.n_inputs == 1:
        return emit_labels(f, e, run_cross_entropy_gradient, b"cross_entropy_gradient")
    return emit_rows(f, e, run_cross_entropy_gradient_at, b"cross_entropy_gradient")

cdef int emit_rows(Function f, Emission* e, Routine routine, const char* name) except -1:
    """n: rows and classes; c: ignore_index."""
    cdef Variable p = f.saved[1]
    cdef Py_ssize_t* n = numbers(e, 2)
    n[0] = cnp.PyArray_SIZE(f.saved[0])
    n[1] = p.layout.shape[p.layout.ndim - 1]
    e.c[0] = f.c[0]
    e.run = routine
    e.name = name
    return 0

cdef int emit_labels(Function f, Emission* e, Routine routine, const char* name) except -1:
    """n: rows, classes, and the labels; c: how many rows count."""
    cdef cnp.ndarray labels
    cdef Variable p
    cdef Py_ssize_t* n
    labels, p, count = f.saved
    n = numbers(e, 2 + cnp.PyArray_SIZE(labels))
    n[0] = cnp.PyArray_SIZE(labels)
    n[1] = p.layout.shape[p.layout.ndim - 1]
    memcpy(n + 2, cnp.PyArray_DATA(labels), n[0] * sizeof(Py_ssize_t))
    e.c[0] = count
    e.run = routine
    e.name = name
    return 0

name_routine("cross_entropy", run_cross_entropy)
name_routine("cross_entropy_gradient", run_cross_entropy_gradient)
name_routine("cross_entropy_at", run_cross_entropy_at)
name_routine("cross_entropy_gradient_at", run_cross_entropy_gradient_at)
CROSS_ENTROPY.emit = emit_cross_entropy
CROSS_ENTROPY.emit_gradient = emit_cross_entropy_gradient
CROSS_ENTROPY.hidden = 2


def cross_entropy(x, t, ignore_index=-100):
    """The mean of -log(softmax(x)[label]) over the rows: the loss of a classifier.

    Parameters
    ----------
    x : Variable or array_like
        Scores (logits), one row a sample: shape (..., C) for C classes, usually (N, C).
    t : array_like of int
        The labels, from 0 to C - 1, of shape (...) or (..., 1). Floats are taken if they are whole
        numbers. No gradient flows to them.
    ignore_index : int, default -100
        Rows with this label do not count.

    Returns
    -------
    Variable
        A number, the mean over the rows that count; 0 where none does.

    Raises
    ------
    ValueError
        If a label is out of range, or the shapes do not fit.
    TypeError
        If the labels are not numbers.

    Notes
    -----
    -log(softmax(x)[t]) = log(sum(exp(x - m))) - (x[t] - m), with m the maximum of the row.
    dx = (softmax(x) - onehot(t)) / n for the n rows that count, 0 for the others.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([[2.0, 0.0], [0.0, 1000.0], [5.0, 5.0]])
    >>> F.cross_entropy(x, [0, 1, -100])
    variable(0.06346400552148625)
    """
    cdef Variable v = rows_and_classes(x, "cross_entropy"), source, p, given = standing_for(t)
    cdef Py_ssize_t n, rows, count
    cdef const Py_ssize_t* at
    cdef double loss
    cdef Function f
    cdef cnp.ndarray labels
    if given is not None:
        t = t.value
    # From here on, x is what it is now, whatever code of t's or another thread assigns to x.data.
    source = pinned_rows(v)
    n = source.layout.shape[source.layout.ndim - 1]
    labels = label_array(t, source, describe(v), ignore_index, &count, "cross_entropy")
    rows = cnp.PyArray_SIZE(labels)
    at = <const Py_ssize_t*>cnp.PyArray_DATA(labels)
    p = empty(source.layout)
    if source.layout.size < LONG:
        loss = cross_entropy_rows(source.ptr, at, p.ptr, rows, n)
    else:
        with nogil:
            loss = cross_entropy_rows(source.ptr, at, p.ptr, rows, n)
    y = scalar(loss / count if count else 0.0)
    if given is not None:
        (<Tape>mode().tape).bounded(given, 0.0, n - 1.0, ignore_index)
    f = connect_with(&CROSS_ENTROPY, y, v, given, ignore_index, 0.0)
    if f is not None:
        f.saved = (labels, p, count)
    return y


softmax_cross_entropy = cross_entropy       # DeZero's name


# ---- binary_cross_entropy: l = log(1 + e^x) - x t, dl/dx = sigmoid(x) - t, dl/dt = -x -----------

# The slope is (1 - t) - sigmoid(-x) for positive x, which keeps the digits.
cdef Variable vjp_logistic_loss_slope(Function f, Variable gy, int i):
    if i == 1:
        return negate(gy)
    return multiply(gy, logistic_slope(f.x0, logistic(f.x0)))

cdef Variable vjp_logistic_loss(Function f, Variable gy, int i):
    if i == 1:
        return multiply(gy, negate(f.x0))
    return multiply(gy, binary(&LOGISTIC_LOSS_SLOPE, f.x0, f.x1))

cdef Op LOGISTIC_LOSS_SLOPE = kernel_op(b"LogisticLossSlope", "LOGISTIC_LOSS_SLOPE",
                                        vjp_logistic_loss_slope)
cdef Op LOGISTIC_LOSS = kernel_op(b"LogisticLoss", "LOGISTIC_LOSS", vjp_logistic_loss)


cdef int check_targets(Variable x, Variable t, str where) except -1:
    if not same_shape(x.layout, t.layout):
        raise ValueError(f"{where}: {describe(x)} needs targets of the same shape, not "
                         f"{describe(t)}; reshape one of them")
    return 0


cdef int check_probabilities(Variable t, str where) except -1:
    """By NumPy's loops for max and min, which let no nan pass."""
    if mode().tape is not NULL:
        (<Tape>mode().tape).tested(t, 0.0, 1.0,
                                   lambda v: check_probabilities(<Variable>v, where))
    cdef Variable held = detached(t)
    cdef Layout* layout = held.layout
    cdef unsigned long long axes = (<unsigned long long>1 << layout.ndim) - 1
    cdef double least = 0.0, greatest = 1.0
    if layout.size < LONG:
        reduce_strided(&MINIMUM, held.ptr, layout.ndim, layout.shape, layout.strides, axes, &least)
        reduce_strided(&MAXIMUM, held.ptr, layout.ndim, layout.shape, layout.strides, axes,
                       &greatest)
    else:
        with nogil:
            reduce_strided(&MINIMUM, held.ptr, layout.ndim, layout.shape, layout.strides, axes,
                           &least)
            reduce_strided(&MAXIMUM, held.ptr, layout.ndim, layout.shape, layout.strides, axes,
                           &greatest)
    if not (least >= -SLACK and greatest <= 1.0 + SLACK):
        raise ValueError(f"{where}: targets must be from 0 to 1, but there is "
                         f"{least if greatest <= 1.0 + SLACK else greatest} in {describe(t)}")
    return 0


def binary_cross_entropy(x, t):
    """The mean of -t log(p) - (1 - t) log(1 - p), with p = sigmoid(x): x are logits.

    Parameters
    ----------
    x : Variable or array_like
        Scores (logits), of any shape.
    t : Variable or array_like
        The probabilities wanted, 0 to 1, of x's shape.

    Returns
    -------
    Variable
        A number, the mean over all elements.

    Raises
    ------
    ValueError
        If the shapes differ, or a target is not from 0 to 1 (give or take 0.001).

    Notes
    -----
    Computed as x (1 - t) or -x t, for positive x or not, + log1p(exp(-abs(x))), which neither
    overflows nor cancels. dx = (sigmoid(x) - t) / n, dt = -x / n for n elements.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.binary_cross_entropy(cg.Variable([0.0, 1000.0]), [1.0, 1.0])
    variable(0.34657359027997264)
    """
    cdef Variable v = as_variable(x, "binary_cross_entropy")
    cdef Variable target = as_variable(t, "binary_cross_entropy")
    check_targets(v, target, "binary_cross_entropy")
    check_probabilities(target, "binary_cross_entropy")
    v = binary(&LOGISTIC_LOSS, v, target)
    return mean_over(v, (<unsigned long long>1 << v.layout.ndim) - 1, False)


# ---- mean_squared_error: y = mean (x - t)^2, dy/dx = 2 (x - t) / n ------------------------------

cdef Variable vjp_mean_squared_error(Function f, Variable gy, int i):
    cdef Variable difference = subtract(input_of(f, i), input_of(f, 1 - i))
    return multiply(difference, scale(gy, 2.0 / <double>difference.layout.size))

cdef Variable fused_mean_squared_error(Function f, Variable gy, int i, Variable into, bint done):
    cdef Variable x = pinned_rows(input_of(f, i)), t = pinned_rows(input_of(f, 1 - i)), gx
    cdef const double* operands[2]
    cdef double c[1]
    if not (same_shape(x.layout, t.layout) and gy.layout.size == 1):
        raise RuntimeError(f"Variable.backward: MeanSquaredError met {describe(x)} and "
                           f"{describe(t)}; was .data replaced after it was used?")
    # gy is one number for all elements: it goes into the constant.
    c[0] = gy.ptr[0] * (2.0 / <double>x.layout.size)
    gx = empty(x.layout)
    operands[0] = x.ptr
    operands[1] = t.ptr
    run(SCALED_DIFFERENCE, 2, operands, gx.ptr, x.layout.size, c)
    return gx

cdef Op MEAN_SQUARED_ERROR = reading(
    operation(b"MeanSquaredError", vjp_mean_squared_error), READS_X0 | READS_X1,
    READS_X0 | READS_X1)
MEAN_SQUARED_ERROR.fused = fused_mean_squared_error

cdef object again_mean_squared_error(Function f, tuple xs):
    return mean_squared_error(xs[0], xs[1])

MEAN_SQUARED_ERROR.again = again_mean_squared_error
MEAN_SQUARED_ERROR.instruction = MADE_OF

cdef void run_mean_squared_error_gradient(double** at, const Py_ssize_t* n,
                                          const double* c) noexcept nogil:
    cdef const double* operands[2]
    cdef double factor[1]
    operands[0] = at[n[1]]
    operands[1] = at[1 - n[1]]
    factor[0] = at[2][0] * (2.0 / <double>n[0])
    KERNELS[SCALED_DIFFERENCE](operands, at[3], n[0], factor)

cdef int emit_mean_squared_error_gradient(Function f, int i, Emission* e) except -1:
    """n: how many numbers, and whether the inputs change places."""
    cdef Py_ssize_t* n = numbers(e, 2)
    n[0] = e.operands[0].size
    n[1] = i
    e.run = run_mean_squared_error_gradient
    e.name = b"mean_squared_error_gradient"
    return 0

name_routine("mean_squared_error_gradient", run_mean_squared_error_gradient)
MEAN_SQUARED_ERROR.emit_gradient = emit_mean_squared_error_gradient
MEAN_SQUARED_ERROR.emit_reads = READS_X0 | READS_X1


def mean_squared_error(x, t):
    """The mean of (x - t)^2 over all elements.

    Parameters
    ----------
    x, t : Variable or array_like
        Of the same shape: an (N, 1) beside an (N,) would broadcast to (N, N), and is refused.

    Returns
    -------
    Variable
        A number; nan where there are no elements.

    Raises
    ------
    ValueError
        If the shapes differ.

    Notes
    -----
    dx = 2 (x - t) / n and dt = -dx for n elements.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.mean_squared_error(cg.Variable([1.0, 2.0]), [1.0, 4.0])
    variable(2.0)
    """
    cdef Variable a = as_variable(x, "mean_squared_error"), b = as_variable(t, "mean_squared_error")
    cdef Variable y, difference
    cdef const double* operands[1]
    check_targets(a, b, "mean_squared_error")
    difference = subtract(detached(a), detached(b))
    operands[0] = difference.ptr
    run(SQUARE, 1, operands, difference.ptr, difference.layout.size, NULL)
    if mode().tape is not NULL:
        (<Tape>mode().tape).computed(SQUARE, [difference], NULL, difference)
    y = mean_over(difference, (<unsigned long long>1 << difference.layout.ndim) - 1, False)
    connect(&MEAN_SQUARED_ERROR, y, a, b)
    return y


# ---- accuracy: a number, without a gradient ---------------------------------------------------

def accuracy(x, t, ignore_index=-100):
    """The share of the rows whose greatest score is at the label.

    Parameters
    ----------
    x : Variable or array_like
        Scores (..., C), one row a sample; or probabilities.
    t : array_like of int
        The labels, from 0 to C - 1, of shape (...) or (..., 1).
    ignore_index : int, default -100
        Rows with this label do not count.

    Returns
    -------
    Variable
        A number from 0 to 1; it requires no gradient.

    Raises
    ------
    ValueError
        If a label is out of range, the shapes do not fit, or there are no rows that count.
    TypeError
        If the labels are not numbers.

    Notes
    -----
    Among equal greatest scores the first is the guess, as np.argmax's.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.accuracy(cg.Variable([[0.1, 0.9], [0.8, 0.2]]), [1, 1])
    variable(0.5)
    """
    if mode().tape is not NULL:
        refuse_on_tape("accuracy gives plain numbers")
    cdef Variable v = rows_and_classes(x, "accuracy"), scores = detached(v)
    cdef Py_ssize_t count
    labels = label_array(t, scores, describe(v), ignore_index, &count, "accuracy")
    if count == 0:
        raise ValueError(f"accuracy: {describe(v)} has no rows that count")
    guesses = array_of(scores).argmax(axis=-1).reshape(-1)
    return scalar(np.count_nonzero(guesses == labels) / count)
