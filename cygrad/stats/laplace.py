"""The Laplace distribution: `logpdf`, `pdf`, `cdf` and `ppf`, as scipy.stats.laplace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.kernel_function import KernelFunction
from cygrad.stats.quantiles import laplace_cdf, laplace_ppf, placed
from cygrad.stats.standard import finite_part, probability, scaled, standardized

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["cdf", "logpdf", "pdf", "ppf"]

_density = KernelFunction("laplace", "laplace_density", lambda y, z: -F.sign(finite_part(z)))


def logpdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The logarithm of the density of the Laplace distribution.

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
    -|z| - log(2 scale), with z = (x - loc) / scale; the slope at the kink at 0 counts as 0. nan,
    and so are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import laplace
    >>> laplace.logpdf([0.0, 1.0])
    variable([-0.69314718, -1.69314718])
    """
    z, checked = standardized(x, loc, scale)
    return scaled(_density(z), checked)


def pdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The density of the Laplace distribution.

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
    exp(-|z|) / (2 scale), with z = (x - loc) / scale. It is exp(logpdf), and d pdf = pdf d logpdf.
    nan, and so are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import laplace
    >>> laplace.pdf([0.0, 1.0])
    variable([0.5       , 0.18393972])
    """
    return F.exp(logpdf(x, loc, scale))


def cdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The distribution function of the Laplace distribution.

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
    exp(z) / 2 for z <= 0, 1 - exp(-z) / 2 above, with z = (x - loc) / scale. nan, and so are the
    slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import laplace
    >>> laplace.cdf([-1.0, 0.5])
    variable([0.18393972, 0.69673467])
    """
    z, _ = standardized(x, loc, scale)
    return laplace_cdf(z)


def ppf(q: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The quantiles of the Laplace distribution: the inverse of its distribution function.

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
    loc + scale log(2 q) for q <= 1/2, loc - scale log(2 (1 - q)) above. nan, and so are the slopes,
    where q or a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import laplace
    >>> laplace.ppf([0.25, 0.5])
    variable([-0.69314718,  0.        ])
    """
    return placed(laplace_ppf(probability(q)), loc, scale)
