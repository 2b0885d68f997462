"""The beta distribution: `logpdf`, `pdf` and `cdf`, as scipy.stats.beta."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.entropy import xlog1py, xlogy
from cygrad.special.gamma import betaln
from cygrad.special.incomplete import betainc
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

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    (a - 1) log(z) + (b - 1) log(1 - z) - betaln(a, b) - log(scale) for z = (x - loc) / scale in
    [0, 1]. -inf out of the support, where the gradients are 0; nan where a parameter is out of
    its range.

    Examples
    --------
    >>> from cygrad.stats import beta
    >>> beta.logpdf([-1.0, 0.5], 2.0, 3.0)
    variable([      -inf, 0.40546511])
    """
    z, scale, inside, valid = standardized(x, loc, scale, 0.0, 1.0, 0.5)
    a, positive_a = positive(a)
    b, positive_b = positive(b)
    value = xlogy(a - 1.0, z) + xlog1py(b - 1.0, -z) - betaln(a, b) - F.log(scale)
    return finished(value, inside, both(valid, positive_a, positive_b))


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

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    z^(a - 1) (1 - z)^(b - 1) / (B(a, b) scale) for z = (x - loc) / scale in [0, 1], and 0 outside.
    It is exp(logpdf), and d pdf = pdf d logpdf. nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import beta
    >>> beta.pdf([-1.0, 0.5], 2.0, 3.0)
    variable([0. , 1.5])
    """
    return F.exp(logpdf(x, a, b, loc, scale))


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
    betainc(a, b, z), with z = (x - loc) / scale. There is no gradient to a and b.

    Examples
    --------
    >>> from cygrad.stats import beta
    >>> beta.cdf([-1.0, 0.5], 2.0, 3.0)
    variable([0.    , 0.6875])
    """
    z, scale, inside, valid = standardized(x, loc, scale, 0.0, 1.0, 0.5)
    valid = both(valid, mask(as_variable(a).data > 0), mask(as_variable(b).data > 0))
    return distributed(betainc(a, b, z), x, loc, inside, valid)
