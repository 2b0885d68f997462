"""The composed forms of fused functions: what they compute, in a line or two each.

They teach, and the tests hold the fused functions equal to them. They are slower, and not all of
them bear large inputs: the fused functions do.
"""

import numpy as np

from cygrad.core.mode cimport mode
from cygrad.functions.elementwise cimport as_variable

from cygrad.functions.exponential import exp, log
from cygrad.functions.reduction import mean, sum
from cygrad.functions.selection import maximum
from cygrad.functions.trigonometric import tanh


def linear_simple(x, w, b=None):
    """x @ w + b: `linear` in its composed form.

    Parameters
    ----------
    x : Variable or array_like
        (..., m).
    w : Variable or array_like
        (m, n).
    b : Variable or array_like, optional
        (n,), added to each row.

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
    y = as_variable(x, "linear_simple") @ as_variable(w, "linear_simple")
    return y if b is None else y + as_variable(b, "linear_simple")


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
    """log(1 + exp(x)): `softplus` in its composed form, which overflows from x = 710 on.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    dy/dx = exp(x) / (1 + exp(x)).

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.softplus_simple(0.0)
    variable(0.6931471805599453)
    """
    return log(1.0 + exp(as_variable(x, "softplus_simple")))


def gelu_simple(x):
    """x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))): `gelu`'s tanh form, composed.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    With u = sqrt(2/pi) (x + 0.044715 x^3), dy/dx = (1 + tanh(u) + x (1 - tanh(u)^2) du/dx) / 2
    (Hendrycks and Gimpel, 2016).

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.gelu_simple([-1.0, 1.0])
    variable([-0.15880801,  0.84119199])
    """
    x = as_variable(x, "gelu_simple")
    return 0.5 * x * (1.0 + tanh(np.sqrt(2.0 / np.pi) * (x + 0.044715 * x**3)))


def softmax_simple(x, axis=-1):
    """exp(x) / sum(exp(x)): `softmax` in its composed form, which overflows from x = 710 on.

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
    y = exp(as_variable(x, "softmax_simple"))
    return y / sum(y, axis=axis, keepdims=True)


def cross_entropy_simple(x, t):
    """mean(-log(softmax(x)[t])): `cross_entropy` in its composed form.

    Parameters
    ----------
    x : Variable or array_like
        Scores (N, C), one row a sample.
    t : sequence of int or ndarray
        (N,), the labels.

    Returns
    -------
    Variable
        A number.

    Raises
    ------
    IndexError
        If a label is out of range, or the shapes do not fit.

    Notes
    -----
    dx = (softmax(x) - onehot(t)) / N. No label is ignored; negative ones count from the last.

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.cross_entropy_simple([[0.0, 0.0]], [1])
    variable(0.6931471805599453)
    """
    p = softmax_simple(as_variable(x, "cross_entropy_simple"))
    return -mean(log(p[np.arange(len(t)), np.asarray(t)]))


def binary_cross_entropy_simple(x, t):
    """mean(-t log(p) - (1 - t) log(1 - p)), p = sigmoid(x): `binary_cross_entropy`, composed.

    Parameters
    ----------
    x, t : Variable or array_like
        Logits and targets, of shapes that broadcast.

    Returns
    -------
    Variable
        A number.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    dx = (p - t) / n, with n the number of elements; nan where p is 0 or 1 in floating point, which
    the fused form avoids.

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.binary_cross_entropy_simple([0.0], [1.0])
    variable(0.6931471805599453)
    """
    p = sigmoid_simple(as_variable(x, "binary_cross_entropy_simple"))
    t = as_variable(t, "binary_cross_entropy_simple")
    return mean(-t * log(p) - (1.0 - t) * log(1.0 - p))


def mean_squared_error_simple(x, t):
    """mean((x - t)^2): `mean_squared_error` in its composed form.

    Parameters
    ----------
    x, t : Variable or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        A number.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    dx = 2 (x - t) / n, with n the number of elements, and dt = -dx.

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.mean_squared_error_simple([1.0, 2.0], [1.0, 4.0])
    variable(2.0)
    """
    where = "mean_squared_error_simple"
    difference = as_variable(x, where) - as_variable(t, where)
    return mean(difference * difference)


def dropout_simple(x, p=0.5, rng=None):
    """x mask / (1 - p): `dropout` in its composed form; x itself in `test_mode`.

    Parameters
    ----------
    x : Variable or array_like
    p : float, default 0.5
        The probability of a zero, less than 1.
    rng : int or numpy.random.Generator, optional
        A seed, or the generator to draw from.

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    dy/dx = mask / (1 - p).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> with cg.test_mode():
    ...     F.dropout_simple([1.0, 2.0])
    variable([1., 2.])
    """
    x = as_variable(x, "dropout_simple")
    if mode().testing:
        return x
    mask = np.random.default_rng(rng).random(x.shape) >= p
    return x * (mask / (1.0 - p))
