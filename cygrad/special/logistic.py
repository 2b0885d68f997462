"""expit, logit, and the soft maximum's family, with scipy's arguments. All without scipy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.entropy import as_variable
from cygrad.special.logit import logit

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike, _Axis

__all__ = ["expit", "log_expit", "log_softmax", "logit", "logsumexp", "softmax"]


def expit(x: _ArrayLike) -> Variable:
    """1 / (1 + exp(-x)), elementwise: `cygrad.functions.sigmoid`.

    Notes
    -----
    dy/dx = y (1 - y).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.expit([0.0, 1.0])
    variable([0.5       , 0.73105858])
    """
    return F.sigmoid(x)


def log_expit(x: _ArrayLike) -> Variable:
    """log(expit(x)), elementwise, without overflow.

    Notes
    -----
    dy/dx = expit(-x).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.log_expit([0.0, -1000.0])
    variable([-6.93147181e-01, -1.00000000e+03])
    """
    return -F.softplus(-as_variable(x))


def softmax(x: _ArrayLike, axis: int | None = None) -> Variable:
    """exp(x) / sum(exp(x)) along an axis, or over all elements if it is None.

    `cygrad.functions.softmax`, with scipy's default for the axis.

    Parameters
    ----------
    x : Variable or array_like
    axis : int, optional
        The axis along which it adds up; all elements if None.

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
    >>> import cygrad.special as special
    >>> special.softmax([[0.0, 0.0]])
    variable([[0.5, 0.5]])
    """
    v = as_variable(x)
    if axis is None:
        return F.reshape(F.softmax(F.reshape(v, (-1,))), v.shape)
    return F.softmax(v, axis)


def log_softmax(x: _ArrayLike, axis: int | None = None) -> Variable:
    """log(softmax(x)) along an axis, or over all elements if it is None.

    `cygrad.functions.log_softmax`, with scipy's default for the axis.

    Parameters
    ----------
    x : Variable or array_like
    axis : int, optional
        The axis along which it adds up; all elements if None.

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
    dx = gy - exp(y) sum(gy), the sum along the axis.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.log_softmax([[0.0, 0.0]])
    variable([[-0.69314718, -0.69314718]])
    """
    v = as_variable(x)
    if axis is None:
        return F.reshape(F.log_softmax(F.reshape(v, (-1,))), v.shape)
    return F.log_softmax(v, axis)


def logsumexp(
    a: _ArrayLike, axis: _Axis = None, b: _ArrayLike | None = None, keepdims: bool = False
) -> Variable:
    """log(sum(b exp(a))) over axes, without overflow.

    Parameters
    ----------
    a : Variable or array_like
    axis : int or tuple of int, optional
        The axes to sum over; by default all.
    b : Variable or array_like, optional
        Factors, of a shape that broadcasts with a's; by default ones. Where the sum is negative,
        the result is nan.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.

    Returns
    -------
    Variable

    Notes
    -----
    dy/da = b exp(a - y), dy/db = exp(a - y).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.logsumexp([1000.0, 1000.0], b=[0.5, 0.5])
    variable(1000.0)
    """
    if b is None:
        return F.logsumexp(a, axis, keepdims)
    v, factors = as_variable(a), as_variable(b)
    used = np.where(factors.data == 0.0, -np.inf, v.data)
    # NumPy 2.5's stubs take ints alone for an axis.
    shift = np.max(used, axis=axis, keepdims=True) if used.size else np.zeros(())  # type: ignore[call-overload,unused-ignore]
    shift = np.where(np.isfinite(shift), shift, 0.0)
    terms = factors * F.exp(F.where(factors.data == 0.0, 0.0, v - shift))
    y = F.log(F.sum(terms, axis=axis, keepdims=True)) + shift
    return y if keepdims else F.reshape(y, F.sum(terms.data, axis=axis).shape)
