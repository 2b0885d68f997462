"""The logistic distribution: `logpdf`, `pdf`, `cdf` and `ppf`, as scipy.stats.logistic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.kernel_function import KernelFunction
from cygrad.special.logistic import expit, logit
from cygrad.stats.quantiles import placed
from cygrad.stats.standard import finite_part, probability, scaled, standardized

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["cdf", "logpdf", "pdf", "ppf"]

_density = KernelFunction(
    "logistic", "logistic_density", lambda y, z: -F.tanh(0.5 * finite_part(z))
)


def logpdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The logarithm of the density of the logistic distribution.

    Parameters
    ----------
    x : Variable or array_like
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    -z - 2 log(1 + e^-z) - log(scale), with z = (x - loc) / scale. nan, and so are the slopes,
    where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import logistic
    >>> logistic.logpdf([0.0, 1.0])
    variable([-1.38629436, -1.62652338])
    """
    z, checked = standardized(x, loc, scale)
    return scaled(_density(z), checked)


def pdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The density of the logistic distribution.

    Parameters
    ----------
    x : Variable or array_like
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    exp(-z) / (scale (1 + exp(-z))^2), with z = (x - loc) / scale. It is exp(logpdf), and d pdf =
    pdf d logpdf. nan, and so are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import logistic
    >>> logistic.pdf([0.0, 1.0])
    variable([0.25      , 0.19661193])
    """
    return F.exp(logpdf(x, loc, scale))


def cdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The distribution function of the logistic distribution.

    Parameters
    ----------
    x : Variable or array_like
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    expit(z), with z = (x - loc) / scale. nan, and so are the slopes, where a parameter is out of
    its range.

    Examples
    --------
    >>> from cygrad.stats import logistic
    >>> logistic.cdf([-1.0, 0.5])
    variable([0.26894142, 0.62245933])
    """
    z, _ = standardized(x, loc, scale)
    return expit(z)


def ppf(q: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The quantiles of the logistic distribution: the inverse of its distribution function.

    Parameters
    ----------
    q : Variable or array_like
        A probability.
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    loc + scale logit(q). nan, and so are the slopes, where q or a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import logistic
    >>> logistic.ppf([0.25, 0.5])
    variable([-1.09861229,  0.        ])
    """
    return placed(logit(probability(q)), loc, scale)
