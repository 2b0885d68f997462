"""mean, variance, std, max, min.

The reduced axes are a bit mask (axes.pyx), in the Function too (`saved`).
"""

from libc.math cimport INFINITY, fmax, sqrt

from cygrad.core.arrays cimport is_number, number
from cygrad.core.function cimport Function, MADE_OF, Op, READS_X0, connect
from cygrad.core.operators cimport OPERATORS
from cygrad.core.routine cimport AS_IT_IS, Emission
from cygrad.core.routines cimport name_routine
from cygrad.core.variable cimport Variable, describe, detached
from cygrad.functions.arithmetic cimport divide, divide_by, multiply, scale, subtract
from cygrad.functions.axes cimport axes_of, count_of, reduced_axes
from cygrad.functions.broadcasting cimport (
    emit_reduction, reduce, run_reduction, spread, sum_over,
)
from cygrad.functions.comparison cimport equal
from cygrad.functions.elementwise cimport output_of
from cygrad.functions.lengths cimport plain_length, unit_vector
from cygrad.functions.operation cimport as_variable, keeps_axes, operation, push_linear, reading
from cygrad.kernels.numpy_loops cimport ADD, Loop, MAXIMUM, MINIMUM


ctypedef unsigned long long axes_t


# ---- mean: y = sum_k x_k / n, dy/dx_k = 1/n ---------------------------------------------------

cdef Variable vjp_mean(Function f, Variable gy, int i):
    return spread(divide_by(gy, count_of(f.x0.layout, f.saved)), f.x0, f.saved)

cdef Op MEAN = reading(operation(b"Mean", vjp_mean), 0, 0)

cdef object again_mean(Function f, tuple xs):
    return mean_over(<Variable>xs[0], f.saved, keeps_axes(f))

MEAN.again = again_mean
MEAN.push = push_linear

cdef void run_mean(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    cdef Py_ssize_t k
    run_reduction(&ADD, at, n, c)
    for k in range(n[0]):
        at[1][k] = at[1][k] / <double>n[3]

cdef int emit_mean(Function f, int i, Emission* e) except -1:
    return emit_reduction(f, e, run_mean, -0.0)

name_routine("mean", run_mean)
MEAN.emit = emit_mean
MEAN.taking = AS_IT_IS


cdef Variable mean_over(Variable x, axes_t axes, bint keepdims):
    cdef Variable y = reduce(&ADD, -0.0, x, axes, keepdims)
    cdef double n = count_of(x.layout, axes)
    cdef Py_ssize_t k
    cdef Function f
    for k in range(y.layout.size):
        y.ptr[k] = y.ptr[k] / n
    f = connect(&MEAN, y, x, None)
    if f is not None:
        f.saved = axes
    return y


cdef object mean_operator(object x, object axis, object keepdims):
    cdef bint kept = keepdims
    cdef Variable v = as_variable(x, "mean")
    return mean_over(v, axes_of(axis, v, "mean"), kept)


def mean(x, axis=None, keepdims=False):
    """The arithmetic mean over axes; nan where there is nothing to average.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to average over; all if None. Negative ones count from the last.
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
    y = sum(x) / n and dy/dx = 1/n, with n the number of elements averaged.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.mean(cg.Variable([[1.0, 2.0], [3.0, 4.0]]), axis=1)
    variable([1.5, 3.5])
    """
    return mean_operator(x, axis, keepdims)


# ---- variance: y = mean((x - mean x)^2), dy/dx_k = 2 (x_k - mean x) / n -----------------------

cdef Variable vjp_variance(Function f, Variable gy, int i):
    cdef Variable x = f.x0
    cdef axes_t axes = f.saved
    cdef Variable deviation = subtract(x, mean_over(x, axes, True))
    cdef double n = count_of(x.layout, axes)
    return multiply(spread(scale(gy, 2.0 / n), x, axes), deviation)

cdef Op VARIANCE = reading(operation(b"Variance", vjp_variance), READS_X0, 0)

cdef object again_variance(Function f, tuple xs):
    return variance_over(<Variable>xs[0], f.saved, keeps_axes(f))

VARIANCE.again = again_variance
VARIANCE.instruction = MADE_OF


cdef Variable variance_over(Variable x, axes_t axes, bint keepdims):
    cdef Variable plain = detached(x)
    cdef Variable deviation = subtract(plain, mean_over(plain, axes, True))
    cdef Variable y = mean_over(multiply(deviation, deviation), axes, keepdims)
    cdef Function f = connect(&VARIANCE, y, x, None)
    if f is not None:
        f.saved = axes
    return y


cdef double corrected(Variable x, axes_t axes, object ddof, str where) except? -1.0:
    """What takes the mean over n elements to that over n - ddof."""
    cdef double n = count_of(x.layout, axes)
    if not is_number(ddof):
        raise TypeError(f"{where}: ddof must be a number, not {type(ddof).__name__}")
    return n / fmax(n - number(ddof), 0.0)


def variance(x, axis=None, keepdims=False, ddof=0):
    """The variance over axes: the mean squared deviation from the mean.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to reduce; all if None. Negative ones count from the last.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.
    ddof : float, default 0
        What is taken from the number of elements n before dividing by it: 0 for the variance of a
        population, 1 for the unbiased estimate from a sample.

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
        If an axis is not an int, or ddof not a number.

    Notes
    -----
    y = sum((x - mean(x))^2) / (n - ddof); dy/dx = 2 (x - mean(x)) / (n - ddof). Where n is not more
    than ddof, inf or nan, as in NumPy.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.variance(cg.Variable([1.0, 2.0, 3.0, 4.0]))
    variable(1.25)
    """
    cdef bint kept = keepdims
    cdef Variable v = as_variable(x, "variance")
    cdef axes_t axes = axes_of(axis, v, "variance")
    cdef Variable y
    if type(ddof) is int and ddof == 0:
        return variance_over(v, axes, kept)
    factor = corrected(v, axes, ddof, "variance")
    y = variance_over(v, axes, kept)
    return scale(y, factor)


# ---- std: y = |x - mean x| / sqrt(n), dy/dx_k = (x_k - mean x) / (n y), 0 where y = 0 ----------

cdef Variable vjp_std(Function f, Variable gy, int i):
    cdef Variable x = f.x0
    cdef axes_t axes = f.saved
    cdef Variable deviation = subtract(x, mean_over(x, axes, True))
    cdef double n = count_of(x.layout, axes)
    cdef Variable y = <Variable>f.out if f.out is not NULL else None
    return multiply(spread(divide_by(gy, n), x, axes), unit_vector(deviation, 2.0, axes, n, y))

cdef Op STD = operation(b"Std", vjp_std)

cdef object again_std(Function f, tuple xs):
    return std_over(<Variable>xs[0], f.saved, keeps_axes(f))

STD.again = again_std
STD.instruction = MADE_OF


cdef Variable std_over(Variable x, axes_t axes, bint keepdims):
    cdef Variable plain = detached(x)
    cdef Variable deviation = subtract(plain, mean_over(plain, axes, True))
    cdef Variable y = plain_length(deviation, 2.0, axes, keepdims, count_of(x.layout, axes))
    cdef Function f = connect(&STD, y, x, None)
    if f is not None:
        f.saved = axes
    return y


def std(x, axis=None, keepdims=False, ddof=0):
    """The standard deviation over axes: the square root of `variance`.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to reduce; all if None. Negative ones count from the last.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.
    ddof : float, default 0
        What is taken from the number of elements n before dividing by it: 0 for the variance of a
        population, 1 for the unbiased estimate from a sample.

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
        If an axis is not an int, or ddof not a number.

    Notes
    -----
    dy/dx = (x - mean(x)) / ((n - ddof) y), and 0 where y is 0, as in PyTorch; the second derivative
    does not exist there, and is nan. Nothing overflows on the way.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.std(cg.Variable([1.0, 3.0]))
    variable(1.0)
    """
    cdef bint kept = keepdims
    cdef Variable v = as_variable(x, "std")
    cdef axes_t axes = axes_of(axis, v, "std")
    cdef Variable y
    if type(ddof) is int and ddof == 0:
        return std_over(v, axes, kept)
    factor = sqrt(corrected(v, axes, ddof, "std"))
    y = std_over(v, axes, kept)
    return scale(y, factor)


# ---- max, min: dy/dx_k = 1/m where x_k is one of m equal extremes, else 0 ---------------------

cdef Variable vjp_extreme(Function f, Variable gy, int i):
    cdef Variable x = f.x0
    cdef axes_t axes = f.saved
    cdef Variable is_extreme = equal(x, spread(output_of(f), x, axes))
    cdef Variable ties = sum_over(is_extreme, axes, True)
    return multiply(divide(spread(gy, x, axes), spread(ties, x, axes)), is_extreme)

cdef Op MAX = operation(b"Max", vjp_extreme)

cdef object again_max(Function f, tuple xs):
    return extremes(&MAX, &MAXIMUM, -INFINITY, <Variable>xs[0], f.saved, keeps_axes(f))

MAX.again = again_max

cdef Op MIN = operation(b"Min", vjp_extreme)

cdef object again_min(Function f, tuple xs):
    return extremes(&MIN, &MINIMUM, INFINITY, <Variable>xs[0], f.saved, keeps_axes(f))

MIN.again = again_min

cdef void run_max(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    run_reduction(&MAXIMUM, at, n, c)

cdef void run_min(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    run_reduction(&MINIMUM, at, n, c)

cdef int emit_max(Function f, int i, Emission* e) except -1:
    return emit_reduction(f, e, run_max, -INFINITY)

cdef int emit_min(Function f, int i, Emission* e) except -1:
    return emit_reduction(f, e, run_min, INFINITY)

name_routine("max", run_max)
MAX.emit = emit_max
name_routine("min", run_min)
MIN.emit = emit_min
MAX.taking = MIN.taking = AS_IT_IS


cdef Variable extreme_over(const Op* op, Loop* loop, double start, object data, object axis,
                           bint keepdims, str where):
    cdef Variable x = as_variable(data, where)
    cdef axes_t axes = reduced_axes(axis, x, where)
    if count_of(x.layout, axes) == 0:
        raise ValueError(f"{where}: {describe(x)} has no elements along axis {axis}; there is no "
                         "extreme of nothing")
    return extremes(op, loop, start, x, axes, keepdims)


cdef Variable extremes(const Op* op, Loop* loop, double start, Variable x, axes_t axes,
                       bint keepdims):
    cdef Variable y = reduce(loop, start, x, axes, keepdims)
    cdef Function f = connect(op, y, x, None)
    if f is not None:
        f.saved = axes
    return y


cdef object max_operator(object x, object axis, object keepdims):
    return extreme_over(&MAX, &MAXIMUM, -INFINITY, x, axis, keepdims, "max")


def max(x, axis=None, keepdims=False):
    """The maximum over axes; nan where there is one.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to reduce; all if None. Negative ones count from the last.
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
        If an axis is named twice, or there is nothing to take the maximum of.
    TypeError
        If an axis is not an int.

    Notes
    -----
    Equal maxima share the gradient evenly, as in PyTorch's amax.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([1.0, 3.0, 3.0])
    >>> y = F.max(x); y.backward(); y, x.grad
    (variable(3.0), variable([0. , 0.5, 0.5]))
    """
    return max_operator(x, axis, keepdims)


cdef object min_operator(object x, object axis, object keepdims):
    return extreme_over(&MIN, &MINIMUM, INFINITY, x, axis, keepdims, "min")


def min(x, axis=None, keepdims=False):
    """The minimum over axes; nan where there is one.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to reduce; all if None. Negative ones count from the last.
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
        If an axis is named twice, or there is nothing to take the minimum of.
    TypeError
        If an axis is not an int.

    Notes
    -----
    Equal minima share the gradient evenly, as in PyTorch's amin.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.min(cg.Variable([[1.0, 2.0], [3.0, 0.0]]), axis=1)
    variable([1., 0.])
    """
    return min_operator(x, axis, keepdims)


OPERATORS.mean = mean_operator
OPERATORS.max = max_operator
OPERATORS.min = min_operator
