"""The exponential distribution: `logpdf`, `pdf`, `cdf` and `ppf`, as scipy.stats.expon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.kernel_function import KernelFunction
from cygrad.stats.quantiles import placed
from cygrad.stats.standard import above, extended, probability, scaled, standardized

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["cdf", "logpdf", "pdf", "ppf"]

_density = KernelFunction("expon", "expon_density", lambda y, z: -above(z))


def logpdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The logarithm of the density of the exponential distribution.

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
    -z - log(scale) for z = (x - loc) / scale >= 0. -inf out of the support, where the gradients
    are 0; nan, and so are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import expon
    >>> expon.logpdf([-1.0, 0.0, 1.0])
    variable([-inf,  -0.,  -1.])
    """
    z, checked = standardized(x, loc, scale)
    return scaled(_density(z), checked)


def pdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The density of the exponential distribution.

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
    exp(-z) / scale for z = (x - loc) / scale >= 0, and 0 below. It is exp(logpdf), and d pdf = pdf
    d logpdf. nan, and so are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import expon
    >>> expon.pdf([-1.0, 0.0, 1.0])
    variable([0.        , 1.        , 0.36787944])
    """
    return F.exp(logpdf(x, loc, scale))


def cdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The distribution function of the exponential distribution.

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
    1 - e^-z, 0 for z < 0, with z = (x - loc) / scale.

    Examples
    --------
    >>> from cygrad.stats import expon
    >>> expon.cdf([-1.0, 0.0, 1.0])
    variable([0.        , 0.        , 0.63212056])
    """
    z, _ = standardized(x, loc, scale)
    return extended(lambda near: -F.expm1(-near), z, above(z), 0.0, (0.0, 1.0))


def ppf(q: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The quantiles of the exponential distribution: the inverse of its distribution function.

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
    loc - scale log(1 - q). nan, and so are the slopes, where q or a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import expon
    >>> expon.ppf([0.25, 0.5])
    variable([0.28768207, 0.69314718])
    """
    return placed(-F.log1p(-probability(q)), loc, scale)
