"""The gamma distribution: `logpdf`, `pdf`, `cdf` and `ppf`, as scipy.stats.gamma."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cygrad.core.variable import Variable
from cygrad.special.incomplete import gammainc, gammaincinv
from cygrad.stats import standard
from cygrad.stats.exponential_family import gamma_density, gamma_probability, gamma_scaled
from cygrad.stats.quantiles import placed

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["cdf", "logpdf", "pdf", "ppf"]


def logpdf(
    x: _ArrayLike, a: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0
) -> Variable:
    """The logarithm of the density of the gamma distribution.

    Parameters
    ----------
    x : Variable or array_like
    a : Variable or array_like
        Positive: the shape.
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    (a - 1) log(z) - z - gammaln(a) - log(scale) for z = (x - loc) / scale >= 0. -inf out of the
    support, where the gradients are 0; nan, and so are the slopes, where a parameter is out of its
    range.

    Examples
    --------
    >>> from cygrad.stats import gamma
    >>> gamma.logpdf([-1.0, 1.0], 2.0)
    variable([-inf,  -1.])
    """
    shape = standard.positive(a)
    if standard.is_number(scale, 1.0):
        z, rest, _ = standard.standardized_with_rest(x, loc, scale)
        return gamma_density(z, shape, rest)
    return gamma_scaled(x, loc, standard.positive(scale), shape)


def pdf(x: _ArrayLike, a: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The density of the gamma distribution.

    Parameters
    ----------
    x : Variable or array_like
    a : Variable or array_like
        Positive: the shape.
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    z^(a - 1) exp(-z) / (Gamma(a) scale) for z = (x - loc) / scale >= 0, and 0 below. It is
    exp(logpdf), and d pdf = pdf d logpdf, and at z = 0 the derivative of the power. nan, and so are
    the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import gamma
    >>> gamma.pdf([-1.0, 1.0], 2.0)
    variable([0.        , 0.36787944])
    """
    return gamma_probability(x, loc, standard.positive(a), scale)


def cdf(x: _ArrayLike, a: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The distribution function of the gamma distribution.

    Parameters
    ----------
    x : Variable or array_like
    a : Variable or array_like
        Positive: the shape.
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
    gammainc(a, z), with z = (x - loc) / scale.

    Examples
    --------
    >>> from cygrad.stats import gamma
    >>> gamma.cdf([-1.0, 1.0], 2.0)
    variable([0.        , 0.26424112])
    """
    z, _ = standard.standardized(x, loc, scale)
    shape, inside = standard.positive(a), standard.above(z)
    return standard.extended(lambda near: gammainc(shape, near), z, inside, 1.0, (0.0, 1.0))


def ppf(q: _ArrayLike, a: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The quantiles of the gamma distribution: the inverse of its distribution function.

    Parameters
    ----------
    q : Variable or array_like
        A probability.
    a : Variable or array_like
        Positive: the shape.
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
    loc + scale gammaincinv(a, q). nan, and so are the slopes, where q or a parameter is out of its
    range.

    Examples
    --------
    >>> from cygrad.stats import gamma
    >>> gamma.ppf([0.25, 0.5], 2.0)
    variable([0.96127876, 1.67834699])
    """
    return placed(gammaincinv(standard.positive(a), standard.probability(q)), loc, scale)
