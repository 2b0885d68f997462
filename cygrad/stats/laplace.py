"""The Laplace distribution: `logpdf` and `pdf`, as scipy.stats.laplace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.stats.support import finished, standardized

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["logpdf", "pdf"]


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
    -|z| - log(2 scale), with z = (x - loc) / scale; the slope at the kink at 0 counts as 0. nan
    where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import laplace
    >>> laplace.logpdf([0.0, 1.0])
    variable([-0.69314718, -1.69314718])
    """
    z, scale, inside, valid = standardized(x, loc, scale)
    return finished(-F.abs(z) - F.log(2.0 * scale), inside, valid)


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
    nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import laplace
    >>> laplace.pdf([0.0, 1.0])
    variable([0.5       , 0.18393972])
    """
    return F.exp(logpdf(x, loc, scale))
