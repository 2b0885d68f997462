"""The chi-squared distribution: `logpdf`, `pdf`, `cdf` and `ppf`, as scipy.stats.chi2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cygrad.core.variable import Variable
from cygrad.special.incomplete import gammainc, gammaincinv
from cygrad.stats.exponential_family import gamma_probability, gamma_scaled
from cygrad.stats.quantiles import placed
from cygrad.stats.standard import (
    above,
    extended,
    positive,
    probability,
    standardized,
)

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["cdf", "logpdf", "pdf", "ppf"]


def logpdf(
    x: _ArrayLike, df: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0
) -> Variable:
    """The logarithm of the density of the chi-squared distribution.

    Parameters
    ----------
    x : Variable or array_like
    df : Variable or array_like
        Positive: the degrees of freedom.
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    (df / 2 - 1) log(z) - z / 2 - gammaln(df / 2) - df / 2 log(2) - log(scale) for z = (x - loc) /
    scale >= 0. -inf out of the support, where the gradients are 0; nan, and so are the slopes,
    where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import chi2
    >>> chi2.logpdf([-1.0, 1.0], 2.0)
    variable([       -inf, -1.19314718])
    """
    # that of the gamma distribution of half the shape and twice the scale
    return gamma_scaled(x, loc, 2.0 * positive(scale), 0.5 * positive(df))


def pdf(x: _ArrayLike, df: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The density of the chi-squared distribution.

    Parameters
    ----------
    x : Variable or array_like
    df : Variable or array_like
        Positive: the degrees of freedom.
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    z^(df/2 - 1) exp(-z / 2) / (2^(df/2) Gamma(df/2) scale) for z = (x - loc) / scale >= 0, and 0
    below. It is exp(logpdf), and d pdf = pdf d logpdf, and at z = 0 the derivative of the power. nan,
    and so are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import chi2
    >>> chi2.pdf([-1.0, 1.0], 2.0)
    variable([0.        , 0.30326533])
    """
    # as logpdf
    return gamma_probability(x, loc, 0.5 * positive(df), 2.0 * positive(scale))


def cdf(x: _ArrayLike, df: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The distribution function of the chi-squared distribution.

    Parameters
    ----------
    x : Variable or array_like
    df : Variable or array_like
        Positive: the degrees of freedom.
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
    gammainc(df / 2, z / 2), with z = (x - loc) / scale; 0 for z < 0. nan, and so are the slopes,
    where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import chi2
    >>> chi2.cdf([-1.0, 0.5], 2.0)
    variable([0.        , 0.22119922])
    """
    z, _ = standardized(x, loc, scale)
    shape = 0.5 * positive(df)
    return extended(lambda near: gammainc(shape, 0.5 * near), z, above(z), 1.0, (0.0, 1.0))


def ppf(q: _ArrayLike, df: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The quantiles of the chi-squared distribution: the inverse of its distribution function.

    Parameters
    ----------
    q : Variable or array_like
        A probability.
    df : Variable or array_like
        Positive: the degrees of freedom.
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
    loc + 2 scale gammaincinv(df / 2, q). nan, and so are the slopes, where q or a parameter is out
    of its range.

    Examples
    --------
    >>> from cygrad.stats import chi2
    >>> chi2.ppf([0.25, 0.5], 2.0)
    variable([0.57536414, 1.38629436])
    """
    return placed(2.0 * gammaincinv(0.5 * positive(df), probability(q)), loc, scale)
