"""The composed forms of fused functions: what they compute, in a line or two each.

They teach, and the tests hold the fused functions equal to them. They take what those take, refuse
what those refuse, and are slower.
"""

from cygrad.core.variable cimport Variable, describe
from cygrad.functions.axes cimport plain_axis
from cygrad.functions.loss cimport check_probabilities, check_targets, label_array, rows_and_classes
from cygrad.functions.masks cimport dropout_source
from cygrad.functions.operation cimport as_variable

import numpy as np

from cygrad.core.tape import draw
from cygrad.functions.broadcasting import reshape, sum
from cygrad.functions.exponential import exp, log, logaddexp
from cygrad.functions.reduction import max as maximum_over, mean
from cygrad.functions.selection import mask_fill, maximum


def linear_simple(x, w, b=None):
    """x @ w + b: `linear` in its composed form.

    Parameters
    ----------
    x : Variable or array_like
        (..., m).
    w : Variable or array_like
        (m, n), or (..., m, n).
    b : Variable or array_like, optional
        (n,), added to each row, or another shape that broadcasts to the result's.

    Returns
    -------
    Variable
        (..., n).

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    dx = gy w^T; dw = x^T gy and db = gy, summed over the leading axes.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.linear_simple([[1.0, 2.0]], cg.eye(2), [10.0, 20.0])
    variable([[11., 22.]])
    """
    x, w = as_variable(x, "linear_simple"), as_variable(w, "linear_simple")
    if w.ndim < 2:
        raise ValueError(f"linear_simple: weights of shape {w.shape} are no matrices (..., m, n)")
    y = x @ w
    if b is None:
        return y
    b = as_variable(b, "linear_simple")
    if np.broadcast_shapes(y.shape, b.shape) != y.shape:
        raise ValueError(f"linear_simple: a bias of shape {b.shape} does not broadcast to the "
                         f"product's shape {y.shape}")
    return y + b


def relu_simple(x):
    """max(x, 0): `relu` in its composed form, but for the slope at 0, which is 1/2 here.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    dy/dx is 1 above 0 and 0 below; at 0 it is 1/2, as `maximum` shares the gradient of equals.

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.relu_simple([-1.0, 2.0])
    variable([0., 2.])
    """
    return maximum(as_variable(x, "relu_simple"), 0.0)


def sigmoid_simple(x):
    """1 / (1 + exp(-x)): `sigmoid` in its composed form.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    dy/dx = y^2 exp(-x), which is y (1 - y); it becomes nan where exp(-x) overflows, from x = -710
    down.

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.sigmoid_simple([0.0, 1.0])
    variable([0.5       , 0.73105858])
    """
    return 1.0 / (1.0 + exp(-as_variable(x, "sigmoid_simple")))


def softplus_simple(x):
    """log(exp(x) + exp(0)), by `logaddexp`: `softplus` in its composed form.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    dy/dx = exp(x) / (1 + exp(x)). Where exp(x) would overflow, logaddexp does not.

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.softplus_simple(0.0)
    variable(0.6931471805599453)
    """
    return logaddexp(as_variable(x, "softplus_simple"), 0.0)


def gelu_simple(x):
    """x sigmoid(2 u), u = sqrt(2/pi) (x + 0.044715 x^3): `gelu`'s tanh form, composed.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    That is x/2 (1 + tanh(u)) (Hendrycks and Gimpel, 2016), whose sum cancels where u is negative.
    dy/dx = s + 2 x s (1 - s) du/dx with s = sigmoid(2 u).

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.gelu_simple([-1.0, 1.0])
    variable([-0.15880801,  0.84119199])
    """
    x = as_variable(x, "gelu_simple")
    return x * sigmoid_simple(np.sqrt(8.0 / np.pi) * (x + 0.044715 * x**3))


def softmax_simple(x, axis=-1):
    """exp(z) / sum(exp(z)), z = x - max(x): `softmax` in its composed form.

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

    Notes
    -----
    dx = y (gy - sum(gy y)), the sum along the axis.

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.softmax_simple([0.0, 0.0])
    variable([0.5, 0.5])
    """
    x, axis = as_variable(x, "softmax_simple"), plain_axis(axis, "softmax_simple")
    y = exp(below_maximum(x, axis))
    return y / sum(y, axis=axis, keepdims=True)


cdef object below_maximum(Variable x, object axis):
    """x less its greatest element: softmax is the same, and exp does not overflow."""
    return x - maximum_over(x, axis=axis, keepdims=True)


def cross_entropy_simple(x, t, ignore_index=-100):
    """mean(-log(softmax(x)[t])): `cross_entropy` in its composed form.

    Parameters
    ----------
    x : Variable or array_like
        Scores (..., C), one row a sample.
    t : array_like of int
        The labels, from 0 to C - 1, of shape (...) or (..., 1). No gradient flows to them.
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
    dx = (softmax(x) - onehot(t)) / n for the n rows that count, 0 for the others.

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.cross_entropy_simple([[0.0, 0.0]], [1])
    variable(0.6931471805599453)
    """
    cdef str where = "cross_entropy_simple"
    cdef Variable v = rows_and_classes(x, where)
    cdef Py_ssize_t count
    cdef object labels = label_array(t, v, describe(v), ignore_index, &count, where)
    rows = reshape(v, (labels.size, v.layout.shape[v.layout.ndim - 1]))
    counted = np.flatnonzero(labels >= 0)
    z = below_maximum(rows[counted], -1) if count else rows[counted]
    log_p = z[np.arange(count), labels[counted]] - log(sum(exp(z), axis=-1))
    return -sum(log_p) / (count or 1)


def binary_cross_entropy_simple(x, t):
    """mean(-t log(p) - (1 - t) log(1 - p)), p = sigmoid(x): `binary_cross_entropy`, composed.

    Parameters
    ----------
    x, t : Variable or array_like
        Logits and targets from 0 to 1, of the same shape.

    Returns
    -------
    Variable
        A number.

    Raises
    ------
    ValueError
        If the shapes differ, or a target is not from 0 to 1 (give or take 0.001).

    Notes
    -----
    -log(p) = softplus(-x) and -log(1 - p) = softplus(x), which is how they are computed.
    dx = (p - t) / n and dt = -x / n, with n the number of elements.

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.binary_cross_entropy_simple([0.0], [1.0])
    variable(0.6931471805599453)
    """
    cdef str where = "binary_cross_entropy_simple"
    cdef Variable logits = as_variable(x, where), targets = as_variable(t, where)
    check_targets(logits, targets, where)
    check_probabilities(targets, where)
    return mean(targets * softplus_simple(-logits) + (1.0 - targets) * softplus_simple(logits))


def mean_squared_error_simple(x, t):
    """mean((x - t)^2): `mean_squared_error` in its composed form.

    Parameters
    ----------
    x, t : Variable or array_like
        Of the same shape.

    Returns
    -------
    Variable
        A number.

    Raises
    ------
    ValueError
        If the shapes differ.

    Notes
    -----
    dx = 2 (x - t) / n, with n the number of elements, and dt = -dx.

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.mean_squared_error_simple([1.0, 2.0], [1.0, 4.0])
    variable(2.0)
    """
    cdef str where = "mean_squared_error_simple"
    cdef Variable v = as_variable(x, where), targets = as_variable(t, where)
    check_targets(v, targets, where)
    difference = v - targets
    return mean(difference * difference)


def dropout_simple(x, p=0.5, rng=None):
    """x / (1 - p), or 0: `dropout` in its composed form; x itself in `test_mode`, and if p is 0.

    Parameters
    ----------
    x : Variable or array_like
    p : float, default 0.5
        The probability of a zero, between 0 and 1.
    rng : int or numpy.random.Generator, optional
        A seed, or the generator to draw from. The zeros are others than those of `dropout`.

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    ValueError
        If p is not between 0 and 1.
    TypeError
        If p is not a number, or rng something else.

    Notes
    -----
    dy/dx = 1 / (1 - p), or 0.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> with cg.test_mode():
    ...     F.dropout_simple([1.0, 2.0])
    variable([1., 2.])
    """
    cdef Variable v = as_variable(x, "dropout_simple")
    source = dropout_source(p, rng, "dropout_simple")
    if source is None:
        return v
    shape = v.shape

    def zeros():
        drawn = dropout_source(p, rng, "dropout_simple").random(shape)
        return Variable((drawn < p).astype(np.float64), requires_grad=False)

    return mask_fill(v * (1.0 / (1.0 - p) if p < 1.0 else 0.0), draw(zeros, rng), 0.0)
