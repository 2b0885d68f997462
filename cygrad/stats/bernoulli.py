"""The Bernoulli distribution: `logpmf` and `pmf`, as scipy.stats.bernoulli."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.entropy import xlog1py, xlogy
from cygrad.stats.support import counts, finished, mask, probability

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["logpmf", "pmf"]


def logpmf(k: _ArrayLike, p: _ArrayLike, loc: _ArrayLike = 0.0) -> Variable:
    """The logarithm of the probabilities of the Bernoulli distribution.

    Parameters
    ----------
    k : array_like or Variable
        0 or 1; no gradient flows to them.
    p : Variable or array_like
        The probability of 1.
    loc : float or array_like, default 0
        Subtracted from k.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    k log(p) + (1 - k) log(1 - p). -inf where k is no possible count, where the gradients are 0;
    nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import bernoulli
    >>> bernoulli.logpmf([0, 1, 2], 0.25)
    variable([-0.28768207, -1.38629436,        -inf])
    """
    n = counts(k, loc)
    p, valid = probability(p)
    inside = (n == 0) | (n == 1) | np.isnan(n)
    n = np.where(inside, n, 0.0)
    return finished(xlogy(n, p) + xlog1py(1.0 - n, -p), mask(inside), valid)


def pmf(k: _ArrayLike, p: _ArrayLike, loc: _ArrayLike = 0.0) -> Variable:
    """The probabilities of the Bernoulli distribution.

    Parameters
    ----------
    k : array_like or Variable
        0 or 1; no gradient flows to them.
    p : Variable or array_like
        The probability of 1.
    loc : float or array_like, default 0
        Subtracted from k.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    p^k (1 - p)^(1 - k); 0 where k is neither 0 nor 1. It is exp(logpmf), and d pmf = pmf d logpmf.
    nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import bernoulli
    >>> bernoulli.pmf([0, 1, 2], 0.25)
    variable([0.75, 0.25, 0.  ])
    """
    return F.exp(logpmf(k, p, loc))
