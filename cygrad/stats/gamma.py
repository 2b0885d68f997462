"""The gamma distribution: `logpdf`, `pdf` and `cdf`, as scipy.stats.gamma."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.entropy import xlogy
from cygrad.special.gamma import gammaln
from cygrad.special.incomplete import gammainc
from cygrad.stats.support import (
    as_variable,
    both,
    distributed,
    finished,
    mask,
    positive,
    standardized,
)

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["cdf", "logpdf", "pdf"]


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

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    (a - 1) log(z) - z - gammaln(a) - log(scale) for z = (x - loc) / scale >= 0. -inf out of the
    support, where the gradients are 0; nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import gamma
    >>> gamma.logpdf([-1.0, 1.0], 2.0)
    variable([-inf,  -1.])
    """
    z, scale, inside, valid = standardized(x, loc, scale, 0.0, safe=1.0)
    a, positive_a = positive(a)
    value = xlogy(a - 1.0, z) - z - gammaln(a) - F.log(scale)
    return finished(value, inside, both(valid, positive_a))


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

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    z^(a - 1) exp(-z) / (Gamma(a) scale) for z = (x - loc) / scale >= 0, and 0 below. It is
    exp(logpdf), and d pdf = pdf d logpdf. nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import gamma
    >>> gamma.pdf([-1.0, 1.0], 2.0)
    variable([0.        , 0.36787944])
    """
    return F.exp(logpdf(x, a, loc, scale))


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
    gammainc(a, z), with z = (x - loc) / scale. There is no gradient to a.

    Examples
    --------
    >>> from cygrad.stats import gamma
    >>> gamma.cdf([-1.0, 1.0], 2.0)
    variable([0.        , 0.26424112])
    """
    z, scale, inside, valid = standardized(x, loc, scale, 0.0, safe=1.0)
    valid = both(valid, mask(as_variable(a).data > 0))
    return distributed(gammainc(a, z), x, loc, inside, valid)
