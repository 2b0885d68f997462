"""The beta distribution: `logpdf`, `pdf`, `cdf` and `ppf`, as scipy.stats.beta."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cygrad.core.variable import Variable
from cygrad.special.incomplete import betainc, betaincinv
from cygrad.stats import standard
from cygrad.stats.exponential_family import beta_density, beta_probability, beta_scaled
from cygrad.stats.quantiles import placed

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["cdf", "logpdf", "pdf", "ppf"]


def logpdf(
    x: _ArrayLike, a: _ArrayLike, b: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0
) -> Variable:
    """The logarithm of the density of the beta distribution.

    Parameters
    ----------
    x : Variable or array_like
    a, b : Variable or array_like
        Positive.
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    (a - 1) log(z) + (b - 1) log(1 - z) - betaln(a, b) - log(scale) for z = (x - loc) / scale in
    [0, 1]. -inf out of the support, where the gradients are 0; nan, and so are the slopes, where a
    parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import beta
    >>> beta.logpdf([-1.0, 0.5], 2.0, 3.0)
    variable([      -inf, 0.40546511])
    """
    p, q = standard.positive(a), standard.positive(b)
    if standard.is_number(scale, 1.0):
        z, rest, _ = standard.standardized_with_rest(x, loc, scale)
        return beta_density(z, p, q, rest)
    return beta_scaled(x, loc, standard.positive(scale), p, q)


def pdf(
    x: _ArrayLike, a: _ArrayLike, b: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0
) -> Variable:
    """The density of the beta distribution.

    Parameters
    ----------
    x : Variable or array_like
    a, b : Variable or array_like
        Positive.
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    z^(a - 1) (1 - z)^(b - 1) / (B(a, b) scale) for z = (x - loc) / scale in [0, 1], and 0 outside.
    It is exp(logpdf), and d pdf = pdf d logpdf, and at z = 0 and 1 the derivative of the powers.
    nan, and so are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import beta
    >>> beta.pdf([-1.0, 0.5], 2.0, 3.0)
    variable([0. , 1.5])
    """
    return beta_probability(x, loc, standard.positive(a), standard.positive(b), scale)


def cdf(
    x: _ArrayLike, a: _ArrayLike, b: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0
) -> Variable:
    """The distribution function of the beta distribution.

    Parameters
    ----------
    x : Variable or array_like
    a, b : Variable or array_like
        Positive.
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
    betainc(a, b, z), with z = (x - loc) / scale.

    Examples
    --------
    >>> from cygrad.stats import beta
    >>> beta.cdf([-1.0, 0.5], 2.0, 3.0)
    variable([0.    , 0.6875])
    """
    z, _ = standard.standardized(x, loc, scale)
    p, q, inside = standard.positive(a), standard.positive(b), standard.in_unit(z)
    return standard.extended(lambda near: betainc(p, q, near), z, inside, 0.5, (0.0, 1.0))


def ppf(
    q: _ArrayLike, a: _ArrayLike, b: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0
) -> Variable:
    """The quantiles of the beta distribution: the inverse of its distribution function.

    Parameters
    ----------
    q : Variable or array_like
        A probability.
    a, b : Variable or array_like
        Positive.
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
    loc + scale betaincinv(a, b, q). nan, and so are the slopes, where q or a parameter is out of
    its range.

    Examples
    --------
    >>> from cygrad.stats import beta
    >>> beta.ppf([0.25, 0.5], 2.0, 3.0)
    variable([0.24302208, 0.38572757])
    """
    return placed(
        betaincinv(standard.positive(a), standard.positive(b), standard.probability(q)), loc, scale
    )
