"""The Cauchy distribution: `logpdf`, `pdf`, `cdf` and `ppf`, as scipy.stats.cauchy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.stats.quantiles import cauchy_cdf, cauchy_ppf, placed
from cygrad.stats.standard import (
    as_variable,
    in_unit,
    probability,
    scaled,
    shifted,
    standardized,
)
from cygrad.stats.tails import log1p_square, pull

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["cdf", "logpdf", "pdf", "ppf"]

LOG_PI = math.log(math.pi)


def logpdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The logarithm of the density of the Cauchy distribution.

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
    -log(pi scale (1 + z^2)), with z = (x - loc) / scale. nan, and so are the slopes, where a
    parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import cauchy
    >>> cauchy.logpdf([0.0, 1.0])
    variable([-1.14472989, -1.83787707])
    """
    z, checked = standardized(x, loc, scale)
    return scaled(-log1p_square(z, 1.0) - LOG_PI, checked)


def pdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The density of the Cauchy distribution.

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
    1 / (pi scale (1 + z^2)), with z = (x - loc) / scale. It is exp(logpdf), and d pdf = pdf d
    logpdf. nan, and so are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import cauchy
    >>> cauchy.pdf([0.0, 1.0])
    variable([0.31830989, 0.15915494])
    """
    z, checked = standardized(x, loc, scale)
    near = in_unit(F.abs(z))
    low = F.where(near, z, 0.0)
    width = as_variable(1.0) if checked is None else checked
    inside = 1.0 / (1.0 + low * low) / (math.pi * width)
    # as a function of v = scale / (x - loc), which is small in the tails
    far = F.where(near, 1.0, shifted(x, loc))
    return F.where(near, inside, pull(width / far, 1.0) / (math.pi * far))


def cdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The distribution function of the Cauchy distribution.

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
    1/2 + arctan(z) / pi, with z = (x - loc) / scale, without cancellation on the left. nan, and so
    are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import cauchy
    >>> cauchy.cdf([-1.0, 0.5])
    variable([0.25      , 0.64758362])
    """
    z, _ = standardized(x, loc, scale)
    return cauchy_cdf(z)


def ppf(q: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The quantiles of the Cauchy distribution: the inverse of its distribution function.

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
    loc + scale tan(pi (q - 1/2)). nan, and so are the slopes, where q or a parameter is out of its
    range.

    Examples
    --------
    >>> from cygrad.stats import cauchy
    >>> cauchy.ppf([0.25, 0.5])
    variable([-1.,  0.])
    """
    return placed(cauchy_ppf(probability(q)), loc, scale)
