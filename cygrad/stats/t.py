"""Student's t distribution: `logpdf`, `pdf`, `cdf` and `ppf`, as scipy.stats.t."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.stirling import half_step
from cygrad.stats import student
from cygrad.stats.quantiles import placed
from cygrad.stats.standard import (
    is_finite,
    is_number,
    positive,
    probability,
    shifted,
    standardized,
)
from cygrad.stats.tails import LOG_ROOT_2PI, t_tail, t_tail_scaled, with_t_tails

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["cdf", "logpdf", "pdf", "ppf"]


def logpdf(
    x: _ArrayLike, df: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0
) -> Variable:
    """The logarithm of the density of Student's t distribution.

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
    -betaln(df / 2, 1 / 2) - log(df) / 2 - (df + 1) / 2 log(1 + z^2 / df) - log(scale), with z = (x
    - loc) / scale. nan, and so are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import t
    >>> t.logpdf([0.0, 1.0], 4.0)
    variable([-0.98082925, -1.53868813])
    """
    freedom = positive(df)
    if is_number(scale, 1.0):
        z = shifted(x, loc)
        tail = t_tail(z, freedom)
    else:
        checked = positive(scale)
        z = standardized(x, loc, checked)[0]
        tail = t_tail_scaled(x, loc, checked, freedom)
    return (is_finite(z) * half_step(0.5 * freedom) - LOG_ROOT_2PI) - tail


def pdf(x: _ArrayLike, df: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The density of Student's t distribution.

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
    (1 + z^2 / df)^(-(df + 1) / 2) / (sqrt(df) B(df/2, 1/2) scale), with z = (x - loc) / scale. It
    is exp(logpdf), and d pdf = pdf d logpdf. nan, and so are the slopes, where a parameter is out
    of its range.

    Examples
    --------
    >>> from cygrad.stats import t
    >>> t.pdf([0.0, 1.0], 4.0)
    variable([0.375     , 0.21466253])
    """
    value = F.exp(logpdf(x, df, loc, scale))
    width = 1.0 if is_number(scale, 1.0) else positive(scale)
    return with_t_tails(value, shifted(x, loc), width, positive(df))


def cdf(x: _ArrayLike, df: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The distribution function of Student's t distribution.

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
    Computed by scipy's stdtr(df, z), with z = (x - loc) / scale; the derivative by df by cygrad's
    own quadrature. A second derivative by df is not known. nan, and so are the slopes, where a
    parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import t
    >>> t.cdf([-1.0, 0.5], 4.0)
    variable([0.18695048, 0.67833502])
    """
    z, _ = standardized(x, loc, scale)
    return student.cdf(positive(df), z)


def ppf(q: _ArrayLike, df: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The quantiles of Student's t distribution: the inverse of its distribution function.

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
    The x with cdf(x, df, loc, scale) = q, by the implicit function theorem. A second derivative by
    df is not known. nan, and so are the slopes, where q or a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import t
    >>> t.ppf([0.25, 0.5], 4.0)
    variable([-0.74069708,  0.        ])
    """
    return placed(student.ppf(positive(df), probability(q)), loc, scale)
