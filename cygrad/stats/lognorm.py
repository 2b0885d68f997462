"""The lognormal distribution: `logpdf` and `pdf`, as scipy.stats.lognorm."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.stats.support import both, finished, positive, standardized

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["logpdf", "pdf"]


def logpdf(
    x: _ArrayLike, s: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0
) -> Variable:
    """The logarithm of the density of the lognormal distribution.

    Parameters
    ----------
    x : Variable or array_like
    s : Variable or array_like
        Positive: the deviation of log(x).
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    -log(z)^2 / (2 s^2) - log(s z scale) - log(2 pi) / 2 for z = (x - loc) / scale > 0. -inf out
    of the support, where the gradients are 0; nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import lognorm
    >>> lognorm.logpdf([-1.0, 1.0], 0.5)
    variable([       -inf, -0.22579135])
    """
    z, scale, inside, valid = standardized(x, loc, scale, 5e-324, safe=1.0)
    s, positive_s = positive(s)
    log_z = F.log(z)
    value = -0.5 * (log_z / s) ** 2 - log_z - F.log(s * scale) - 0.5 * math.log(2.0 * math.pi)
    return finished(value, inside, both(valid, positive_s))


def pdf(x: _ArrayLike, s: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The density of the lognormal distribution.

    Parameters
    ----------
    x : Variable or array_like
    s : Variable or array_like
        Positive: the deviation of log(x).
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    exp(-log(z)^2 / (2 s^2)) / (s z scale sqrt(2 pi)) for z = (x - loc) / scale > 0, and 0 at 0 and
    below. It is exp(logpdf), and d pdf = pdf d logpdf. nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import lognorm
    >>> lognorm.pdf([-1.0, 1.0], 0.5)
    variable([0.        , 0.79788456])
    """
    return F.exp(logpdf(x, s, loc, scale))
