"""Student's t distribution: `logpdf` and `pdf`, as scipy.stats.t."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.gamma import betaln
from cygrad.stats.support import both, finished, mask, positive, replaced, standardized

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["logpdf", "pdf"]


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

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    -betaln(df / 2, 1 / 2) - log(df) / 2 - (df + 1) / 2 log(1 + z^2 / df) - log(scale), with z =
    (x - loc) / scale. nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import t
    >>> t.logpdf([0.0, 1.0], 4.0)
    variable([-0.98082925, -1.53868813])
    """
    z, scale, inside, valid = standardized(x, loc, scale)
    df, positive_df = positive(df)
    finite = mask(~np.isinf(df.data))
    df = replaced(df, finite, 1.0)
    value = -betaln(0.5 * df, 0.5) - 0.5 * F.log(df) - 0.5 * (df + 1.0) * F.log1p(z * z / df)
    if finite is not None:  # else the normal distribution
        value = F.where(finite, value, -0.5 * z * z - 0.5 * math.log(2.0 * math.pi))
    return finished(value - F.log(scale), inside, both(valid, positive_df))


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

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    (1 + z^2 / df)^(-(df + 1) / 2) / (sqrt(df) B(df/2, 1/2) scale), with z = (x - loc) / scale. It
    is exp(logpdf), and d pdf = pdf d logpdf. nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import t
    >>> t.pdf([0.0, 1.0], 4.0)
    variable([0.375     , 0.21466253])
    """
    return F.exp(logpdf(x, df, loc, scale))
