"""The Dirichlet distribution: `logpdf` and `pdf`, as scipy.stats.dirichlet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.entropy import xlogy
from cygrad.special.gamma import gammaln
from cygrad.stats.support import as_variable

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["logpdf", "pdf"]


def logpdf(x: _ArrayLike, alpha: _ArrayLike) -> Variable:
    """The logarithm of the density of the Dirichlet distribution.

    Parameters
    ----------
    x : Variable or array_like
        Proportions of shape (n,), or in columns, (n, ...): not negative, with sums of 1. The last
        may be left out.
    alpha : Variable or array_like
        (n,), positive.

    Returns
    -------
    Variable
        Of x's shape without the first axis.

    Raises
    ------
    ValueError
        If the shapes do not fit, x is not on the simplex, or alpha is not positive; as scipy, which
        gives no -inf here.
    ImportError
        If scipy is not installed.

    Notes
    -----
    The sum of (alpha - 1) log(x), + gammaln(sum(alpha)) - sum(gammaln(alpha)). The gradient is that
    of this formula, by each proportion of its own.

    Examples
    --------
    >>> from cygrad.stats import dirichlet
    >>> dirichlet.logpdf([0.5, 0.5], [2.0, 2.0])
    variable(0.4054651081081644)
    """
    point, a = as_variable(x), as_variable(alpha)
    if a.ndim != 1 or point.ndim == 0 or point.shape[0] not in (a.shape[0], a.shape[0] - 1):
        raise ValueError(
            f"dirichlet.logpdf: x of shape {point.shape} and alpha of shape {a.shape} do not fit: "
            "they must be (n, ...) and (n,)"
        )
    if not (a.data > 0).all():
        raise ValueError("dirichlet.logpdf: alpha must be positive")
    if point.shape[0] == a.shape[0] - 1:
        point = F.concat([point, 1.0 - F.sum(point, axis=0, keepdims=True)], axis=0)
    if (point.data < 0).any() or (np.abs(point.data.sum(axis=0) - 1.0) > 1e-9).any():
        raise ValueError(
            "dirichlet.logpdf: x must be proportions: not negative, with sums of 1 along the first "
            "axis"
        )
    powers = F.reshape(a - 1.0, (-1, *[1] * (point.ndim - 1)))
    return F.sum(xlogy(powers, point), axis=0) + gammaln(F.sum(a)) - F.sum(gammaln(a))


def pdf(x: _ArrayLike, alpha: _ArrayLike) -> Variable:
    """The density of the Dirichlet distribution.

    Parameters
    ----------
    x : Variable or array_like
        Proportions of shape (n,), or in columns, (n, ...): not negative, with sums of 1. The last
        may be left out.
    alpha : Variable or array_like
        (n,), positive.

    Returns
    -------
    Variable
        Of x's shape without the first axis.

    Raises
    ------
    ValueError
        If the shapes do not fit, x is not on the simplex, or alpha is not positive; as scipy, which
        gives no -inf here.
    ImportError
        If scipy is not installed.

    Notes
    -----
    The product of x_i^(alpha_i - 1), times Gamma(sum(alpha)), by the product of Gamma(alpha_i). It
    is exp(logpdf), and d pdf = pdf d logpdf.

    Examples
    --------
    >>> from cygrad.stats import dirichlet
    >>> dirichlet.pdf([0.5, 0.5], [2.0, 2.0])
    variable(1.5)
    """
    return F.exp(logpdf(x, alpha))
