"""The chi-squared distribution: `logpdf` and `pdf`, as scipy.stats.chi2."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.entropy import xlogy
from cygrad.special.gamma import gammaln
from cygrad.stats.support import both, finished, positive, standardized

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["logpdf", "pdf"]


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

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    (df / 2 - 1) log(z) - z / 2 - gammaln(df / 2) - df / 2 log(2) - log(scale) for z = (x - loc)
    / scale >= 0. -inf out of the support, where the gradients are 0; nan where a parameter is
    out of its range.

    Examples
    --------
    >>> from cygrad.stats import chi2
    >>> chi2.logpdf([-1.0, 1.0], 2.0)
    variable([       -inf, -1.19314718])
    """
    z, scale, inside, valid = standardized(x, loc, scale, 0.0, safe=1.0)
    df, positive_df = positive(df)
    half = 0.5 * df
    value = xlogy(half - 1.0, z) - 0.5 * z - gammaln(half) - math.log(2.0) * half - F.log(scale)
    return finished(value, inside, both(valid, positive_df))


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

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    z^(df/2 - 1) exp(-z / 2) / (2^(df/2) Gamma(df/2) scale) for z = (x - loc) / scale >= 0, and 0
    below. It is exp(logpdf), and d pdf = pdf d logpdf. nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import chi2
    >>> chi2.pdf([-1.0, 1.0], 2.0)
    variable([0.        , 0.30326533])
    """
    return F.exp(logpdf(x, df, loc, scale))
