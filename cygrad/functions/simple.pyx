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
    """x @ w + b: `linear` in its composed form, with its shapes.

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

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.relu_simple([-1.0, 2.0])
    variable([0., 2.])
    """
    return maximum(as_variable(x, "relu_simple"), 0.0)


def sigmoid_simple(x):
    """1 / (1 + exp(-x)): `sigmoid` in its composed form.

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.sigmoid_simple([0.0, 1.0])
    variable([0.5       , 0.73105858])
    """
    return 1.0 / (1.0 + exp(-as_variable(x, "sigmoid_simple")))


def softplus_simple(x):
    """log(1 + exp(x)): `softplus` in its composed form, which overflows from x = 710 on.

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.softplus_simple(0.0)
    variable(0.6931471805599453)
    """
    return log(1.0 + exp(as_variable(x, "softplus_simple")))


def gelu_simple(x):
    """x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))): `gelu`'s tanh form, composed.

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

    Examples
    --------
    >>> import cygrad.functions as F
    >>> F.softmax_simple([0.0, 0.0])
    variable([0.5, 0.5])
    """
    y = exp(as_variable(x, "softmax_simple"))
    return y / sum(y, axis=axis, keepdims=True)


def cross_entropy_simple(x, t):
    """mean(-log(softmax(x)[t])): `cross_entropy` in its composed form, for x (N, C) and t (N,).

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
