"""The uniform distribution on [loc, loc + scale]: `logpdf`, `pdf`, `cdf` and `ppf`,
as scipy.stats.uniform.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.kernel_function import KernelFunction
from cygrad.stats.quantiles import placed
from cygrad.stats.standard import extended, in_unit, probability, scaled, standardized

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["cdf", "logpdf", "pdf", "ppf"]

_density = KernelFunction("uniform", "uniform_density", lambda y, z: in_unit(z) * 0.0)


def logpdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The logarithm of the density of the uniform distribution on [loc, loc + scale].

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
    -log(scale) for loc <= x <= loc + scale. -inf out of the support, where the gradients are 0;
    nan, and so are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import uniform
    >>> uniform.logpdf([-1.0, 0.5])
    variable([-inf,   0.])
    """
    z, checked = standardized(x, loc, scale)
    return scaled(_density(z), checked)


def pdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The density of the uniform distribution on [loc, loc + scale].

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
    1 / scale for loc <= x <= loc + scale, and 0 outside. It is exp(logpdf), and d pdf = pdf d
    logpdf. nan, and so are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import uniform
    >>> uniform.pdf([-1.0, 0.5])
    variable([0., 1.])
    """
    return F.exp(logpdf(x, loc, scale))


def cdf(x: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The distribution function of the uniform distribution.

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
    z = (x - loc) / scale in [0, 1], 0 below and 1 above. nan, and so are the slopes, where a
    parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import uniform
    >>> uniform.cdf([-1.0, 0.5])
    variable([0. , 0.5])
    """
    z, _ = standardized(x, loc, scale)
    return extended(lambda near: 1.0 * near, z, in_unit(z), 0.5, (0.0, 1.0))


def ppf(q: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The quantiles of the uniform distribution: the inverse of its distribution function.

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
    loc + scale q. nan, and so are the slopes, where q or a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import uniform
    >>> uniform.ppf([0.25, 0.5])
    variable([0.25, 0.5 ])
    """
    return placed(probability(q), loc, scale)
