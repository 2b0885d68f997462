"""sum, mean, variance, std, max, min, sum_to.

The reduced axes are a bit mask, in C and in the Function (`saved`): bit d for axis d.
"""

cimport numpy as cnp
from cpython.object cimport PyObject
from libc.math cimport INFINITY, fmax, sqrt

from cygrad.core.arrays cimport is_number, number
from cygrad.core.function cimport Function, Op, READS_X0, connect
from cygrad.core.layout cimport (
    Layout, MAX_NDIM, contiguous_layout, ints_of, layout_of_shape, plain_int, release, same_shape,
    shape_of,
)
from cygrad.core.operators cimport OPERATORS
from cygrad.core.variable cimport Variable, describe, detached, filled
from cygrad.functions.arithmetic cimport divide, divide_by, multiply, scale, subtract
from cygrad.functions.comparison cimport equal
from cygrad.functions.elementwise cimport as_variable, operation, output_of, pinned, reading
from cygrad.functions.lengths cimport plain_length, unit_vector
from cygrad.functions.shape cimport broadcast_to_layout, reshape_to_layout
from cygrad.kernels.elementwise cimport LONG
from cygrad.kernels.numpy_loops cimport ADD, Loop, MAXIMUM, MINIMUM
from cygrad.kernels.reduction cimport reduce_strided

cnp.import_array()

ctypedef unsigned long long axes_t

cdef extern from "Python.h":
    bint PyIndex_Check(object x)
    Py_ssize_t PyNumber_AsSsize_t(object x, PyObject* overflow) except? -1


# ---- Axes -------------------------------------------------------------------------------------

cdef list plain_axes(object axis, str where):
    """An axis argument, None, an int or a tuple of ints, as Python's own ints; None stays."""
    if axis is None:
        return None
    items = axis if isinstance(axis, (tuple, list)) else (axis,)
    axes = []
    for a in items:
        try:
            axes.append(plain_int(a))
        except TypeError:
            if PyIndex_Check(a) and not cnp.PyArray_Check(a):
                raise           # by an __index__ of the user's
            raise TypeError(f"{where}: axis must be None, an int or a tuple of ints, "
                            f"not {axis!r}") from None
    return axes


cdef axes_t mask_of_axes(list axes, int ndim, str where) except? 0xFFFFFFFFFFFFFFFF:
    """The bit mask of what plain_axes() gives, among ndim axes."""
    cdef axes_t mask = 0, bit
    if axes is None:
        return ((<axes_t>1) << ndim) - 1
    for a in axes:
        bit = bit_of_axis(a, ndim, where)
        if mask & bit:
            raise ValueError(f"{where}: duplicate value in axis {tuple(axes)}")
        mask |= bit
    return mask


cdef axes_t bit_of_axis(object axis, int ndim, str where) except 0:
    cdef Py_ssize_t d = PyNumber_AsSsize_t(axis, NULL)      # a huge one becomes the greatest
    if not -ndim <= d < ndim:
        raise IndexError(f"{where}: axis {axis} is out of bounds for an array of {ndim} dimensions")
    return (<axes_t>1) << (d + ndim if d < 0 else d)


cdef axes_t axes_of(object axis, Variable x, str where) except? 0xFFFFFFFFFFFFFFFF:
    """The bit mask of an axis argument: None, an int, or a tuple of ints.

    x is looked at when the argument has been converted, which may run code that assigns x.data.
    """
    cdef list axes
    if type(axis) is int:
        return bit_of_axis(axis, x.layout.ndim, where)
    axes = plain_axes(axis, where)
    return mask_of_axes(axes, x.layout.ndim, where)


cdef axes_t reduced_axes(object axis, Variable x, str where) except? 0xFFFFFFFFFFFFFFFF:
    """axes_of where NumPy takes 0 and -1 for the axis of a number, which has none."""
    cdef list axes
    if axis is None:
        return mask_of_axes(None, x.layout.ndim, where)
    axes = plain_axes(axis, where)
    if x.layout.ndim == 0 and not isinstance(axis, (tuple, list)) and axes[0] in (0, -1):
        return 0
    return mask_of_axes(axes, x.layout.ndim, where)


cdef object axis_to_flatten(object axis, Variable x, str where):
    """An axis argument, None or one int, as Python's own int; None where x is to be flattened.

    That is so too where x is a number and the axis one of those that NumPy takes for a number's.
    """
    if axis is None:
        return None
    if isinstance(axis, (tuple, list)):
        raise TypeError(f"{where}: axis must be an int or None, not {axis!r}")
    axis = plain_axes(axis, where)[0]
    return None if x.layout.ndim == 0 and axis in (0, -1) else axis


cdef Layout* reduced_layout(const Layout* layout, axes_t axes, bint keepdims) except NULL:
    """The contiguous layout that remains when the axes are reduced."""
    cdef Py_ssize_t dims[MAX_NDIM]
    cdef int n = 0, d
    for d in range(layout.ndim):
        if not (axes >> d) & 1:
            dims[n] = layout.shape[d]
            n += 1
        elif keepdims:
            dims[n] = 1
            n += 1
    return contiguous_layout(n, dims)


cdef Py_ssize_t count_of(const Layout* layout, axes_t axes) noexcept:
    """How many elements are reduced to one."""
    cdef Py_ssize_t count = 1
    cdef int d
    for d in range(layout.ndim):
        if (axes >> d) & 1:
            count *= layout.shape[d]
    return count


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


# ---- mean: y = sum_k x_k / n, dy/dx_k = 1/n ---------------------------------------------------

cdef Variable vjp_mean(Function f, Variable gy, int i):
    return spread(divide_by(gy, count_of(f.x0.layout, f.saved)), f.x0, f.saved)

cdef Op MEAN = reading(operation(b"Mean", vjp_mean), 0, 0)


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
cdef Op MIN = operation(b"Min", vjp_extreme)


cdef Variable extreme_over(const Op* op, Loop* loop, double start, object data, object axis,
                           bint keepdims, str where):
    cdef Variable x = as_variable(data, where)
    cdef axes_t axes = reduced_axes(axis, x, where)
    cdef Variable y
    cdef Function f
    if count_of(x.layout, axes) == 0:
        raise ValueError(f"{where}: {describe(x)} has no elements along axis {axis}; there is no "
                         "extreme of nothing")
    y = reduce(loop, start, x, axes, keepdims)
    f = connect(op, y, x, None)
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


OPERATORS.sum = sum_operator
OPERATORS.mean = mean_operator
OPERATORS.max = max_operator
OPERATORS.min = min_operator
