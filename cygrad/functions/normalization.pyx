"""layer_norm and batch_norm: arrays brought to mean 0 and variance 1.

One operation serves both: it normalizes rows. The channels of a batch become rows by a transpose.
"""

from cpython.exc cimport PyErr_CheckSignals
cimport numpy as cnp
from libc.math cimport INFINITY, NAN

from cygrad.core.arrays cimport array_of, constant, is_number, number
from cygrad.core.function cimport Function, Op, READS_INPUTS, connect_many, input_of
from cygrad.core.layout cimport Layout, contiguous_layout, release, same_shape, shape_of
from cygrad.core.mode cimport mode
from cygrad.core.repetition cimport keep
from cygrad.core.routine cimport Emission, Routine, numbers
from cygrad.core.routines cimport name_routine
from cygrad.core.storage cimport mark_written
from cygrad.core.tape cimport Tape
from cygrad.core.variable cimport (
    Variable, describe, empty, filled_like, pinned_rows, scalar,
)
from cygrad.functions.arithmetic cimport multiply, plus, scale, shift, subtract
from cygrad.functions.broadcasting cimport contiguous, copied, reshaped, sum_to_layout
from cygrad.functions.comparison cimport equals
from cygrad.functions.indexing cimport get_view
from cygrad.functions.operation cimport as_variable, operation
from cygrad.functions.powers cimport power, square_root
from cygrad.functions.reduction cimport mean_over
from cygrad.functions.selection cimport choose
from cygrad.functions.shape cimport permuted
from cygrad.kernels.elementwise cimport LONG
from cygrad.kernels.normalization cimport (
    Moments, normalize_rows, normalize_rows_gamma, normalize_rows_x,
)
from cygrad.kernels.numpy_loops cimport ADD
from cygrad.kernels.pieces cimport PIECE
from cygrad.kernels.reduction cimport reduce_strided


import numpy as np

cnp.import_array()


# ---- Rows: y = z gamma + beta, z = (x - mean x) r, r = 1 / sqrt(variance x + eps) --------------
#
# With h = gy gamma: dx = r (h - mean(h) - z mean(h z)), dgamma = sum(gy z), dbeta = sum(gy), means
# over a row, sums over the rows. A row is all of the last axes; `saved` is (the rows' moments, how
# many those axes are), c[0] is eps.

cdef Variable vjp_layer_norm(Function f, Variable gy, int i):
    cdef Variable x = input_of(f, 0), d, z, r, h
    cdef unsigned long long row
    cdef int axes = f.saved[1]
    if i == 2:
        return sum_to_layout(gy, input_of(f, 2).layout)
    check_rows(f, x, input_of(f, 1) if f.n_inputs == 3 else None, gy)
    row = (((<unsigned long long>1) << axes) - 1) << (x.layout.ndim - axes)
    d = subtract(x, mean_over(x, row, True))
    d = subtract(d, mean_over(d, row, True))        # the mean of large numbers is not exact
    h = mean_over(multiply(d, d), row, True)
    r = power(square_root(shift(h, f.c[0])), -1.0)
    r = choose(equals(h, INFINITY), scalar(NAN), r)     # the kernels scale such rows; this does not
    z = multiply(d, r)
    if i == 1:
        return sum_to_layout(multiply(gy, z), input_of(f, 1).layout)
    h = gy if f.n_inputs == 1 else multiply(gy, input_of(f, 1))
    return multiply(subtract(subtract(h, mean_over(h, row, True)),
                             multiply(z, mean_over(multiply(h, z), row, True))), r)


cdef Variable fused_layer_norm(Function f, Variable gy, int i, Variable into, bint done):
    cdef Variable x = input_of(f, 0), moments = f.saved[0], gamma = None, g, gx
    cdef const Moments* of = <const Moments*>moments.ptr
    cdef const double* weights = NULL
    cdef Py_ssize_t n, rows, start, some
    cdef double eps = f.c[0]
    if i == 2:
        return sum_to_layout(gy, input_of(f, 2).layout)
    x = pinned_rows(x)
    g = pinned_rows(gy)
    if f.n_inputs == 3:
        gamma = pinned_rows(input_of(f, 1))
        weights = gamma.ptr
    n = check_rows(f, x, gamma, g)
    rows = moments.layout.shape[0]
    gx = empty(x.layout if i == 0 else gamma.layout)
    if x.layout.size < LONG:
        if i == 0:
            normalize_rows_x(x.ptr, weights, g.ptr, of, eps, rows, n, gx.ptr)
        else:
            normalize_rows_gamma(x.ptr, g.ptr, of, eps, rows, n, gx.ptr)
    elif i == 0:
        some = max(1, PIECE // max(n, 1))
        for start in range(0, rows, some):
            if start > 0:
                PyErr_CheckSignals()
            with nogil:
                normalize_rows_x(x.ptr + start * n, weights, g.ptr + start * n, of + start, eps,
                                 min(some, rows - start), n, gx.ptr + start * n)
    else:
        with nogil:
            normalize_rows_gamma(x.ptr, g.ptr, of, eps, rows, n, gx.ptr)
    return gx


cdef Op LAYER_NORM = operation(b"LayerNorm", vjp_layer_norm)

cdef object again_layer_norm(Function f, tuple xs):
    x, gamma, beta = xs if len(xs) == 3 else (xs[0], None, None)
    return normalized(x, gamma, beta, f.saved[1], f.c[0])[0]

LAYER_NORM.again = again_layer_norm
LAYER_NORM.fused = fused_layer_norm

# The operands: x, and gamma and beta if they are there; then, of a gradient, the moments and gy.

cdef void run_layer_norm(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    if n[2]:
        normalize_rows(at[0], at[1], at[2], c[0], n[0], n[1], at[3], <Moments*>at[4])
    else:
        normalize_rows(at[0], NULL, NULL, c[0], n[0], n[1], at[1], <Moments*>at[2])

cdef void run_layer_norm_x(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    if n[2]:
        normalize_rows_x(at[0], at[1], at[4], <Moments*>at[3], c[0], n[0], n[1], at[5])
    else:
        normalize_rows_x(at[0], NULL, at[2], <Moments*>at[1], c[0], n[0], n[1], at[3])

cdef void run_layer_norm_gamma(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    normalize_rows_gamma(at[0], at[4], <Moments*>at[3], c[0], n[0], n[1], at[5])

cdef void run_layer_norm_beta(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    """gy is a matrix of rows, summed over its axis 0."""
    cdef Py_ssize_t[2] shape = [n[0], n[1]], strides = [n[1] * 8, 8]
    cdef Py_ssize_t k
    for k in range(n[1]):
        at[5][k] = -0.0
    reduce_strided(&ADD, at[4], 2, shape, strides, 1, at[5])

cdef int emit_layer_norm(Function f, int i, Emission* e) except -1:
    e.hidden[0] = (<Variable>f.saved[0]).layout.size
    return emit_affine(f, e, run_layer_norm, b"layer_norm")

cdef int emit_layer_norm_gradient(Function f, int i, Emission* e) except -1:
    if i == 0:
        return emit_affine(f, e, run_layer_norm_x, b"layer_norm_gradient_x")
    if i == 1:
        return emit_affine(f, e, run_layer_norm_gamma, b"layer_norm_gradient_gamma")
    return emit_affine(f, e, run_layer_norm_beta, b"layer_norm_gradient_beta")

cdef int emit_affine(Function f, Emission* e, Routine run, const char* name) except -1:
    """n: rows, their length, whether there are gamma and beta; c: eps."""
    cdef Py_ssize_t* n = numbers(e, 3)
    n[0] = (<Variable>f.saved[0]).layout.shape[0]
    n[1] = e.operands[0].size // n[0] if n[0] > 0 else 0
    n[2] = f.n_inputs == 3
    e.c[0] = f.c[0]
    e.run = run
    e.name = name
    return 0

name_routine("layer_norm", run_layer_norm)
name_routine("layer_norm_gradient_x", run_layer_norm_x)
name_routine("layer_norm_gradient_gamma", run_layer_norm_gamma)
name_routine("layer_norm_gradient_beta", run_layer_norm_beta)
LAYER_NORM.emit = emit_layer_norm
LAYER_NORM.emit_gradient = emit_layer_norm_gradient
LAYER_NORM.hidden = 1
LAYER_NORM.emit_reads = READS_INPUTS


cdef Py_ssize_t row_length(Variable x, int axes) noexcept:
    cdef Py_ssize_t n = 1
    cdef int d
    for d in range(max(x.layout.ndim - axes, 0), x.layout.ndim):
        n *= x.layout.shape[d]
    return n


cdef Py_ssize_t row_count(Variable x, Py_ssize_t n) noexcept:
    return x.layout.size // n if n > 0 else 0


cdef Py_ssize_t check_rows(Function f, Variable x, Variable gamma, Variable gy) except -1:
    """The length of a row; RuntimeError if the arrays are no longer those of the forward pass."""
    cdef Variable moments = f.saved[0]
    cdef int axes = f.saved[1]
    cdef Py_ssize_t n = -1
    if x.layout.ndim >= axes and same_shape(gy.layout, x.layout):
        n = row_length(x, axes)
        if (row_count(x, n) != moments.layout.shape[0]
                or (gamma is not None and gamma.layout.size != n)):
            n = -1
    if n < 0:
        raise RuntimeError(f"Variable.backward: LayerNorm met {describe(x)} and a gradient of "
                           f"shape {shape_of(gy.layout)}; was .data replaced by another shape "
                           "after it was used?")
    return n


cdef Variable new_moments(Py_ssize_t rows):
    cdef Py_ssize_t dims[2]
    cdef Layout* layout
    cdef Variable moments
    dims[0] = rows
    dims[1] = sizeof(Moments) // sizeof(double)
    layout = contiguous_layout(2, dims)
    try:
        moments = empty(layout)
    finally:
        release(layout)
    return moments


cdef tuple normalized(Variable x, Variable gamma, Variable beta, int axes, double eps):
    """The operation: y, and the rows' moments. gamma and beta have the shape of x's last axes, or
    both are None."""
    cdef Variable source = pinned_rows(x), y = empty(source.layout), held_g, held_b
    cdef const double* weights = NULL
    cdef const double* offsets = NULL
    cdef Py_ssize_t n = row_length(source, axes), rows = row_count(source, n), start, some
    cdef Variable moments = new_moments(rows)
    cdef Moments* of = <Moments*>moments.ptr
    cdef Function f
    if gamma is not None:
        held_g = pinned_rows(gamma)
        held_b = pinned_rows(beta)
        if held_g.layout.size != n or held_b.layout.size != n:
            raise RuntimeError(f"layer_norm: {describe(x)} changed meanwhile")
        weights = held_g.ptr
        offsets = held_b.ptr
    if source.layout.size < LONG:
        normalize_rows(source.ptr, weights, offsets, eps, rows, n, y.ptr, of)
    else:
        some = max(1, PIECE // max(n, 1))
        for start in range(0, rows, some):
            if start > 0:
                PyErr_CheckSignals()
            with nogil:
                normalize_rows(source.ptr + start * n, weights, offsets, eps,
                               min(some, rows - start), n, y.ptr + start * n, of + start)
    f = connect_many(&LAYER_NORM, y, (x,) if gamma is None else (x, gamma, beta))
    if f is not None:
        f.saved = (moments, axes)
        f.c[0] = eps
        if mode().tape is not NULL:
            (<Tape>mode().tape).shows(f, 0, moments)
    return y, moments


cdef double read_number(object argument, str name, str where) except? -1:
    """An argument that is a finite number of at least 0."""
    cdef double value
    if not is_number(argument):
        raise TypeError(f"{where}: {name} must be a number, not {type(argument).__name__}")
    value = number(argument)
    if not 0.0 <= value < np.inf:
        raise ValueError(f"{where}: {name} must be finite and not negative, not {argument!r}")
    return value


def layer_norm(x, gamma=None, beta=None, eps=1e-5):
    """x normalized over its last axes, then scaled and shifted.

    Parameters
    ----------
    x : Variable or array_like
        (..., *shape).
    gamma, beta : Variable or array_like, optional
        (*shape): the scale and the shift of each element of a row, whose axes are those that are
        normalized over; without both, that is the last axis.
    eps : float, default 1e-5
        Added to the variance.

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    ValueError
        If gamma and beta do not have the shape of x's last axes, or eps is negative.
    TypeError
        If eps is not a number.

    Notes
    -----
    y = z gamma + beta with z = (x - mean(x)) r and r = 1 / sqrt(variance(x) + eps), the variance
    being the population's (Ba, Kiros and Hinton, Layer Normalization, 2016). With h = gy gamma,
    dx = r (h - mean(h) - z mean(h z)), dgamma = sum(gy z), dbeta = sum(gy).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.layer_norm(cg.Variable([[1.0, 3.0], [5.0, 5.0]]), eps=0.5625)
    variable([[-0.8,  0.8],
              [ 0. ,  0. ]])
    """
    cdef Variable v = as_variable(x, "layer_norm")
    cdef Variable g = None if gamma is None else as_variable(gamma, "layer_norm")
    cdef Variable b = None if beta is None else as_variable(beta, "layer_norm")
    cdef double added = read_number(eps, "eps", "layer_norm")
    cdef int axes = 1
    if g is not None:
        axes = g.layout.ndim
    elif b is not None:
        axes = b.layout.ndim
    if axes == 0 or v.layout.ndim < axes:
        raise ValueError(f"layer_norm: {describe(v)} cannot be normalized over its last {axes} "
                         "axes; gamma and beta must have one axis or more, and x as many")
    shape = shape_of(v.layout)[v.layout.ndim - axes:]
    for other, name in ((g, "gamma"), (b, "beta")):
        if other is not None and shape_of((<Variable>other).layout) != shape:
            raise ValueError(f"layer_norm: {name}, {describe(<Variable>other)}, does not have the "
                             f"shape {shape} of the last axes of {describe(v)}")
    if g is None and b is not None:
        g = filled_like(b, 1.0)
    if b is None and g is not None:
        b = filled_like(g, 0.0)
    return normalized(v, g, b, axes, added)[0]


# ---- batch_norm -------------------------------------------------------------------------------

cdef object running_array(object running, Py_ssize_t channels, str name):
    """The memory of a running statistic, to be updated in place."""
    cdef Variable v
    if isinstance(running, Variable):
        v = running
        if v.requires:
            raise ValueError(f"batch_norm: {name}, {describe(v)}, is updated in place, so it must "
                             "not require a gradient: make it with requires_grad=False")
        array = array_of(v)
    elif isinstance(running, np.ndarray) and running.dtype == np.float64:
        array = running
    else:
        raise TypeError(f"batch_norm: {name} must be a Variable or a float64 ndarray, which is "
                        f"updated in place, not {type(running).__name__}")
    if array.shape != (channels,):
        raise ValueError(f"batch_norm: {name} must be of shape ({channels},), not {array.shape}")
    if not array.flags.writeable:
        raise ValueError(f"batch_norm: {name} is updated in place, and is read-only")
    return array


cdef int move(object running, double weight, Variable new) except -1:
    """What batch_norm does to a running statistic, step by step, where a tape wants to know."""
    cdef Variable v = running if isinstance(running, Variable) else constant(running, "batch_norm")
    cdef Variable moved = plus(scale(v, 1.0 - weight), scale(new, weight))
    array_of(v)[...] = array_of(moved)
    if isinstance(running, Variable):
        mark_written(v.storage)
    return (<Tape>mode().tape).stored(running, v, moved)


cdef Variable by_channel(Variable argument, Variable x, str name):
    """gamma or beta, of shape (channels,), as it broadcasts over x."""
    cdef Variable v = argument
    if v.layout.ndim != 1 or v.layout.shape[0] != x.layout.shape[1]:
        raise ValueError(f"batch_norm: {name} must be of shape ({x.layout.shape[1]},) for "
                         f"{describe(x)}, not {describe(v)}")
    return reshaped(v, (v.layout.size,) + (1,) * (x.layout.ndim - 2))


def batch_norm(x, gamma=None, beta=None, running_mean=None, running_var=None, momentum=0.1,
               eps=1e-5):
    """x normalized over the samples, each channel by itself, then scaled and shifted.

    Outside `test_mode` the mean and the variance are the batch's, and the running statistics, if
    there are any, are updated; inside it the running statistics are used in their place.

    Parameters
    ----------
    x : Variable or array_like
        (N, C) or (N, C, ...): samples, channels, positions. The statistics of a channel are over
        all its samples and positions.
    gamma, beta : Variable or array_like, optional
        (C,): the scale and the shift of each channel.
    running_mean, running_var : Variable or ndarray, optional
        (C,): both or none. Updated in place, so a Variable must not require a gradient.
    momentum : float, default 0.1
        The weight of the batch in the running statistics.
    eps : float, default 1e-5
        Added to the variance.

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    ValueError
        If the shapes do not fit, a channel has only one number to take the batch's statistics of,
        one running statistic is given without the other or cannot be updated, or eps or momentum
        is negative.
    TypeError
        If eps or momentum is not a number, or a running statistic neither Variable nor ndarray.

    Notes
    -----
    y = z gamma + beta with z = (x - mean(x)) r and r = 1 / sqrt(variance(x) + eps), the variance
    being the population's (Ioffe and Szegedy, Batch Normalization, 2015). With h = gy gamma,
    dx = r (h - mean(h) - z mean(h z)), dgamma = sum(gy z), dbeta = sum(gy), all over a channel;
    with running statistics, which are constants, dx = r h. As in PyTorch, running = (1 - momentum)
    running + momentum new, where the new variance is the unbiased one.

    Examples
    --------
    >>> import numpy as np
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([[1.0, 2.0], [3.0, 2.0]])
    >>> mean, variance = np.zeros(2), np.ones(2)
    >>> F.batch_norm(x, running_mean=mean, running_var=variance, momentum=0.5, eps=0.5625)
    variable([[-0.8,  0. ],
              [ 0.8,  0. ]])
    >>> mean, variance
    (array([1., 1.]), array([1.5, 0.5]))
    """
    cdef Variable v = as_variable(x, "batch_norm"), g = None, b = None, y, moments
    cdef double added = read_number(eps, "eps", "batch_norm")
    cdef double weight = read_number(momentum, "momentum", "batch_norm")
    cdef Py_ssize_t channels, count
    cdef int d
    if gamma is not None:
        g = as_variable(gamma, "batch_norm")
    if beta is not None:
        b = as_variable(beta, "batch_norm")
    if v.layout.ndim < 2:
        raise ValueError(f"batch_norm: x must be of shape (samples, channels, ...), not be "
                         f"{describe(v)}")
    channels = v.layout.shape[1]
    if g is not None:
        g = by_channel(g, v, "gamma")
    if b is not None:
        b = by_channel(b, v, "beta")
    if (running_mean is None) != (running_var is None):
        raise ValueError("batch_norm: give both running_mean and running_var, or none of them")
    mean_array = variance_array = None
    if running_mean is not None:
        mean_array = running_array(running_mean, channels, "running_mean")
        variance_array = running_array(running_var, channels, "running_var")
        keep(running_mean, True)
        keep(running_var, True)
    if mode().testing and mean_array is not None:
        shape = (channels,) + (1,) * (v.layout.ndim - 2)
        mean = as_variable(running_mean, "batch_norm")
        r = shift(as_variable(running_var, "batch_norm"), added)
        r = reshaped(power(square_root(r), -1.0), shape)
        # A copy, as the running one may move on before the backward pass.
        return affine(multiply(subtract(v, copied(reshaped(mean, shape))), r), g, b)
    count = v.layout.shape[0]
    for d in range(2, v.layout.ndim):
        count *= v.layout.shape[d]
    if count == 1:
        raise ValueError(f"batch_norm: {describe(v)} has one number for each channel, which has "
                         "no variance; give larger batches, or running statistics in test_mode")
    order = (1, 0, *range(2, v.layout.ndim))
    y = permuted(v, order)
    by_sample = shape_of(y.layout)
    y, moments = normalized(reshaped(y, (channels, count)), None, None, 1, added)
    y = affine(permuted(reshaped(y, by_sample), order), g, b)
    if mean_array is not None and count > 0 and mode().tape is not NULL:
        move(running_mean, weight, plus(get_view(moments, (slice(None), 0)),
                                        get_view(moments, (slice(None), 1))))
        move(running_var, weight, scale(get_view(moments, (slice(None), 2)),
                                        count / (count - 1.0)))
    elif mean_array is not None and count > 0:
        of = array_of(moments)
        with np.errstate(all="ignore"):
            unbiased = of[:, 2] * (count / (count - 1.0))
            mean_array[...] = (1.0 - weight) * mean_array + weight * (of[:, 0] + of[:, 1])
            variance_array[...] = (1.0 - weight) * variance_array + weight * unbiased
        for statistic in (running_mean, running_var):
            if isinstance(statistic, Variable):
                mark_written((<Variable>statistic).storage)
    return y


cdef Variable affine(Variable x, Variable factor, Variable offset):
    """x factor + offset, where they are; in C order."""
    if factor is not None:
        x = multiply(x, factor)
    if offset is not None:
        x = plus(x, offset)
    return contiguous(x)
