"""The normal distribution: `logpdf`, `pdf`, `logcdf`, `cdf`, `logsf`, `sf` and `ppf`,
as scipy.stats.norm.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cygrad.core.variable import Variable
from cygrad.special.error import log_ndtr, ndtr
from cygrad.special.kernel_function import KernelFunction
from cygrad.special.quantiles import ndtri
from cygrad.stats.quantiles import placed
from cygrad.stats.standard import (
    extended,
    finite_part,
    is_finite,
    probability,
    scaled,
    standardized,
)

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "ppf", "sf"]

_bell = KernelFunction("bell", "exp_minus_half_square", lambda y, z: -finite_part(z) * y)
_density = KernelFunction("norm", "normal_density", lambda y, z: -finite_part(z))


def logpdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The logarithm of the density of the normal distribution.

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
    -z^2 / 2 - log(scale) - log(2 pi) / 2, with z = (x - loc) / scale. nan, and so are the slopes,
    where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import norm
    >>> norm.logpdf([0.0, 1.0])
    variable([-0.91893853, -1.41893853])
    """
    z, checked = standardized(x, loc, scale)
    return scaled(_density(z), checked)


def pdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The density of the normal distribution.

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
    exp(-z^2 / 2) / (scale sqrt(2 pi)), with z = (x - loc) / scale, with all digits far out in the
    tails. nan, and so are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import norm
    >>> norm.pdf([0.0, 1.0])
    variable([0.39894228, 0.24197072])
    """
    z, checked = standardized(x, loc, scale)
    value = _bell(z) * (1.0 / math.sqrt(2.0 * math.pi))
    return value if checked is None else value / checked


def cdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The distribution function of the normal distribution.

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
    ndtr((x - loc) / scale).

    Examples
    --------
    >>> from cygrad.stats import norm
    >>> norm.cdf([0.0, 1.0])
    variable([0.5       , 0.84134475])
    """
    z, _ = standardized(x, loc, scale)
    return extended(ndtr, z, is_finite(z), 0.0, (0.0, 1.0))


def logcdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The logarithm of the distribution function of the normal distribution.

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
    log_ndtr((x - loc) / scale), also far out in the left tail.

    Examples
    --------
    >>> from cygrad.stats import norm
    >>> norm.logcdf([0.0, 1.0])
    variable([-0.69314718, -0.17275378])
    """
    z, _ = standardized(x, loc, scale)
    return extended(log_ndtr, z, is_finite(z), 0.0, (-math.inf, 0.0))


def sf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """1 - cdf of the normal distribution, without cancellation.

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
    ndtr((loc - x) / scale).

    Examples
    --------
    >>> from cygrad.stats import norm
    >>> norm.sf([0.0, 1.0])
    variable([0.5       , 0.15865525])
    """
    z, _ = standardized(x, loc, scale)
    return extended(lambda near: ndtr(-near), z, is_finite(z), 0.0, (1.0, 0.0))


def logsf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The logarithm of sf of the normal distribution.

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
    log_ndtr((loc - x) / scale), also far out in the right tail.

    Examples
    --------
    >>> from cygrad.stats import norm
    >>> norm.logsf([0.0, 1.0])
    variable([-0.69314718, -1.84102165])
    """
    z, _ = standardized(x, loc, scale)
    return extended(lambda near: log_ndtr(-near), z, is_finite(z), 0.0, (0.0, -math.inf))


def ppf(q: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The quantiles of the normal distribution: the inverse of its distribution function.

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
    loc + scale ndtri(q). nan, and so are the slopes, where q or a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import norm
    >>> norm.ppf([0.25, 0.5])
    variable([-0.67448975,  0.        ])
    """
    return placed(ndtri(probability(q)), loc, scale)
