"""clip, mask_fill, maximum, minimum, tril, triu, where: operations that choose among their inputs.

Masks are float64, 0 or 1, so that the kernels know one type only.
"""

from libc.math cimport INFINITY

from cygrad.core.arrays cimport constant, is_number, number
from cygrad.core.function cimport Function, Op, READS_X0, connect_many, input_of
from cygrad.core.layout cimport Layout, MAX_NDIM, broadcast_layouts, plain_int, release
from cygrad.core.variable cimport Variable, describe, empty, scalar
from cygrad.functions.arithmetic cimport scale
from cygrad.functions.broadcasting cimport copied, sum_to_layout
from cygrad.functions.comparison cimport above, below, both, equal, less
from cygrad.functions.elementwise cimport Forms, call_forms, kernel_op, unary_with
from cygrad.functions.operation cimport as_variable, broadcast_strides, map_long, pinned, reading

import numpy as np


# ---- where: y = a where mask, else b ----------------------------------------------------------

cdef Variable vjp_where(Function f, Variable gy, int i):
    cdef Variable mask = <Variable>f.many[0]
    cdef Variable zero = scalar(0.0)
    if i == 0:
        return None
    return sum_to_layout(choose(mask, gy, zero) if i == 1 else choose(mask, zero, gy),
                         input_of(f, i).layout)

cdef Op WHERE = reading(kernel_op(b"Where", "WHERE", vjp_where), READS_X0, READS_X0)


cdef Variable choose(Variable mask, Variable a, Variable b):
    """a where mask is not 0, else b, broadcast; mask requires no gradient"""
    cdef Py_ssize_t strides_of[3][MAX_NDIM]
    cdef const double* operands[4]
    cdef const Py_ssize_t* strides[4]
    cdef Variable y, given_mask = mask, given_a = a, given_b = b
    cdef Layout* values
    cdef Layout* layout
    values = broadcast_layouts(a.layout, b.layout)
    try:
        layout = broadcast_layouts(mask.layout, values)
    finally:
        release(values)
    y = empty(layout)
    release(layout)
    mask = pinned(mask, y.layout.size)
    a = pinned(a, y.layout.size)
    b = pinned(b, y.layout.size)
    if not (broadcast_strides(mask.layout, y.layout, strides_of[0])
            and broadcast_strides(a.layout, y.layout, strides_of[1])
            and broadcast_strides(b.layout, y.layout, strides_of[2])):
        raise RuntimeError(f"where: {describe(given_mask)}, {describe(given_a)} or "
                           f"{describe(given_b)} changed meanwhile")
    operands[0] = mask.ptr
    operands[1] = a.ptr
    operands[2] = b.ptr
    operands[3] = y.ptr
    strides[0] = strides_of[0]
    strides[1] = strides_of[1]
    strides[2] = strides_of[2]
    strides[3] = y.layout.strides
    map_long(WHERE.kernel, 3, operands, strides, y.layout, NULL)
    connect_many(&WHERE, y, (given_mask, given_a, given_b))
    return y


cdef object again_where(Function f, tuple xs):
    return choose(<Variable>xs[0], <Variable>xs[1], <Variable>xs[2])

WHERE.again = again_where


cdef Variable mask_of(object given, str where):
    """A mask of the user's as a constant that nobody can write to."""
    cdef Variable mask = constant(given, where)
    if isinstance(given, Variable) or getattr(given, "dtype", None) == np.float64:
        return copied(mask)     # which shared the memory of what was given
    return mask


cdef Variable select(Variable mask, Variable x):
    return choose(mask, x, scalar(0.0))


def where(condition, a, b):
    """a where the condition is true, else b, elementwise.

    Parameters
    ----------
    condition : array_like or Variable
        True, or not 0, where a is chosen. No gradient flows to it.
    a, b : Variable, float or array_like
        Of shapes that broadcast with the condition's.

    Returns
    -------
    Variable
        Of the broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    The gradient flows to the chosen input alone.

    Both branches are computed, and a gradient of 0 flows into the one that is not taken. Where that
    one has no finite slope, as ``where(x > 0, sqrt(x), 0.0)`` has none from 0 down, 0 times inf or
    nan is nan. The remedy is a second where inside, which keeps away from such places:
    ``where(x > 0, sqrt(where(x > 0, x, 1.0)), 0.0)``.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([-1.0, 2.0])
    >>> F.where(x > 0, x, 0.0)
    variable([0., 2.])
    """
    cdef Variable mask = mask_of(condition, "where")
    try:
        return choose(mask, as_variable(a, "where"), as_variable(b, "where"))
    except ValueError as error:
        raise ValueError(f"where: {error}") from None


# ---- clip: y = x between low and high, dy/dx = 1 strictly between them -------------------------

cdef Variable vjp_clip(Function f, Variable gy, int i):
    return select(both(above(f.x0, f.c[0]), below(f.x0, f.c[1])), gy)

cdef Op CLIP = kernel_op(b"Clip", "CLIP", vjp_clip)


cdef Variable clipped(Variable x, double low, double high):
    return unary_with(&CLIP, x, low, high)


def clip(x, low=None, high=None):
    """x, with what is below `low` or above `high` replaced by the bound.

    Parameters
    ----------
    x : Variable or array_like
    low, high : float, optional
        The bounds; None for no bound.

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    TypeError
        If a bound is not a number.
    ValueError
        If low > high, or a bound is nan.

    Notes
    -----
    dy/dx is 1 strictly between the bounds, 0 at them and outside.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.clip(cg.Variable([-2.0, 0.5, 3.0]), -1, 1)
    variable([-1. ,  0.5,  1. ])
    """
    cdef Variable v = as_variable(x, "clip")
    cdef double c0 = -INFINITY, c1 = INFINITY
    for bound in (low, high):
        if bound is not None and not is_number(bound):
            raise TypeError(f"clip: a bound must be a number or None, not {type(bound).__name__}")
    if low is not None:
        c0 = number(low)
    if high is not None:
        c1 = number(high)
    if not c0 <= c1:
        raise ValueError(f"clip: low={low} must be at most high={high}")
    return unary_with(&CLIP, v, c0, c1)


# ---- maximum, minimum: dy/da = 1 where a is chosen, 1/2 where a = b ---------------------------

cdef Variable vjp_maximum(Function f, Variable gy, int i):
    cdef Variable x = input_of(f, i), other = input_of(f, 1 - i)
    return share_gradient(gy, x, other, less(x, other))

cdef Variable vjp_minimum(Function f, Variable gy, int i):
    cdef Variable x = input_of(f, i), other = input_of(f, 1 - i)
    return share_gradient(gy, x, other, less(other, x))


cdef Variable share_gradient(Variable gy, Variable x, Variable other, Variable lost):
    # Selected, not multiplied by 0, so that inf * 0 does not make a nan.
    return sum_to_layout(choose(equal(x, other), scale(gy, 0.5), choose(lost, scalar(0.0), gy)),
                         x.layout)

# The loser's kernel of one is the winner's kernel of the other, with the inputs in the same order.
cdef Op MAXIMUM = kernel_op(b"Maximum", "MAXIMUM", vjp_maximum)
cdef Op MINIMUM = kernel_op(b"Minimum", "MINIMUM", vjp_minimum)
cdef Forms MAXIMUM_FORMS = Forms(b"maximum", &MAXIMUM, NULL, NULL)
cdef Forms MINIMUM_FORMS = Forms(b"minimum", &MINIMUM, NULL, NULL)


def maximum(a, b):
    """The greater of a and b, elementwise; nan where one is nan.

    Parameters
    ----------
    a, b : Variable, float or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        Of the broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    TypeError
        If an input is neither a Variable nor real numbers.

    Notes
    -----
    The gradient flows to the greater input; where they are equal, half to each, as in PyTorch.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.maximum(cg.Variable([1.0, 5.0]), 3.0)
    variable([3., 5.])
    """
    return call_forms(&MAXIMUM_FORMS, a, b)


def minimum(a, b):
    """The smaller of a and b, elementwise; nan where one is nan.

    Parameters
    ----------
    a, b : Variable, float or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        Of the broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    TypeError
        If an input is neither a Variable nor real numbers.

    Notes
    -----
    The gradient flows to the smaller input; where they are equal, half to each, as in PyTorch.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.minimum(cg.Variable([1.0, 5.0]), 3.0)
    variable([1., 3.])
    """
    return call_forms(&MINIMUM_FORMS, a, b)


# ---- mask_fill, tril, triu: a constant in place of chosen elements ----------------------------

def mask_fill(x, mask, value):
    """x, with a number in place of the elements where the mask is true.

    Parameters
    ----------
    x : Variable or array_like
    mask : array_like or Variable
        True, or not 0, where the number stands; of a shape that broadcasts to x's. No gradient
        flows to it.
    value : float

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    ValueError
        If the mask does not broadcast to x's shape.
    TypeError
        If the value is not a number.

    Notes
    -----
    The gradient is 0 where the mask is true, and passes elsewhere.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.mask_fill(cg.Variable([1.0, 2.0, 3.0]), [True, False, True], -1)
    variable([-1.,  2., -1.])
    """
    cdef Py_ssize_t strides[MAX_NDIM]
    cdef Variable v = as_variable(x, "mask_fill"), filled = mask_of(mask, "mask_fill")
    cdef double number_there
    if not is_number(value):
        raise TypeError(f"mask_fill: value must be a number, not {type(value).__name__}")
    number_there = number(value)
    if not broadcast_strides(filled.layout, v.layout, strides):
        raise ValueError(f"mask_fill: a mask of shape {filled.shape} does not broadcast to "
                         f"{describe(v)}")
    return choose(filled, scalar(number_there), v)


cdef Variable triangle(Variable x, object k, bint lower, str where):
    try:
        k = plain_int(k)
    except TypeError:
        raise TypeError(f"{where}: k must be an int, not {k!r}") from None
    if x.layout.ndim < 2:
        raise ValueError(f"{where}: {describe(x)} is not a matrix, nor a stack of matrices")
    rows = x.layout.shape[x.layout.ndim - 2]
    columns = x.layout.shape[x.layout.ndim - 1]
    k = max(-rows - 1, min(k, columns + 1))     # beyond, nothing changes
    mask = np.tri(rows, columns, k if lower else k - 1)
    return select(constant(mask if lower else 1.0 - mask, where), x)


def tril(x, k=0):
    """The lower triangle of a matrix, or of each of a stack: zeros above the k-th diagonal.

    Parameters
    ----------
    x : Variable or array_like
        Of two or more axes; the last two are the matrices'.
    k : int, default 0
        0 is the main diagonal; above it are the positive ones.

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    ValueError
        If x has fewer than two axes.
    TypeError
        If k is not an int.

    Notes
    -----
    The gradient is the same triangle of the result's.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.tril(cg.Variable([[1.0, 2.0], [3.0, 4.0]]))
    variable([[1., 0.],
              [3., 4.]])
    """
    return triangle(as_variable(x, "tril"), k, True, "tril")


def triu(x, k=0):
    """The upper triangle of a matrix, or of each of a stack: zeros below the k-th diagonal.

    Parameters
    ----------
    x : Variable or array_like
        Of two or more axes; the last two are the matrices'.
    k : int, default 0
        0 is the main diagonal; above it are the positive ones.

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    ValueError
        If x has fewer than two axes.
    TypeError
        If k is not an int.

    Notes
    -----
    The gradient is the same triangle of the result's.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.triu(cg.Variable([[1.0, 2.0], [3.0, 4.0]]), k=1)
    variable([[0., 2.],
              [0., 0.]])
    """
    return triangle(as_variable(x, "triu"), k, False, "triu")
