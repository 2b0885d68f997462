"""The normal distribution: `logpdf`, `pdf`, `logcdf`, `cdf`, `logsf`, `sf`, as scipy.stats.norm."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.error import log_ndtr, ndtr
from cygrad.stats.support import distributed, finished, standardized

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "sf"]


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
    -z^2 / 2 - log(scale) - log(2 pi) / 2, with z = (x - loc) / scale. nan where a parameter is
    out of its range.

    Examples
    --------
    >>> from cygrad.stats import norm
    >>> norm.logpdf([0.0, 1.0])
    variable([-0.91893853, -1.41893853])
    """
    z, scale, inside, valid = standardized(x, loc, scale)
    return finished(-0.5 * z * z - F.log(scale) - 0.5 * math.log(2.0 * math.pi), inside, valid)


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
    exp(-z^2 / 2) / (scale sqrt(2 pi)), with z = (x - loc) / scale. It is exp(logpdf), and d pdf =
    pdf d logpdf. nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import norm
    >>> norm.pdf([0.0, 1.0])
    variable([0.39894228, 0.24197072])
    """
    return F.exp(logpdf(x, loc, scale))


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
    z, scale, inside, valid = standardized(x, loc, scale)
    return distributed(ndtr(z), x, loc, inside, valid)


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

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    log_ndtr((x - loc) / scale), also far out in the left tail.

    Examples
    --------
    >>> from cygrad.stats import norm
    >>> norm.logcdf([0.0, 1.0])
    variable([-0.69314718, -0.17275378])
    """
    z, scale, inside, valid = standardized(x, loc, scale)
    return distributed(log_ndtr(z), x, loc, inside, valid, (-math.inf, 0.0))


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
    z, scale, inside, valid = standardized(x, loc, scale)
    return distributed(ndtr(-z), x, loc, inside, valid, (1.0, 0.0))


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

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    log_ndtr((loc - x) / scale), also far out in the right tail.

    Examples
    --------
    >>> from cygrad.stats import norm
    >>> norm.logsf([0.0, 1.0])
    variable([-0.69314718, -1.84102165])
    """
    z, scale, inside, valid = standardized(x, loc, scale)
    return distributed(log_ndtr(-z), x, loc, inside, valid, (0.0, -math.inf))
