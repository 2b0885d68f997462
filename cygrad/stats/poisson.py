"""The Poisson distribution: `logpmf` and `pmf`, as scipy.stats.poisson."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.entropy import xlogy
from cygrad.special.gamma import gammaln
from cygrad.stats.support import as_variable, counts, finished, mask, replaced, whole

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["logpmf", "pmf"]


def logpmf(k: _ArrayLike, mu: _ArrayLike, loc: _ArrayLike = 0.0) -> Variable:
    """The logarithm of the probabilities of the Poisson distribution.

    Parameters
    ----------
    k : array_like or Variable
        Counts; no gradient flows to them.
    mu : Variable or array_like
        The mean, not negative.
    loc : float or array_like, default 0
        Subtracted from k.

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
    k log(mu) - mu - gammaln(k + 1). -inf where k is no possible count, where the gradients are
    0; nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import poisson
    >>> poisson.logpmf([0, 2, -1], 1.5)
    variable([-1.5       , -1.38221696,        -inf])
    """
    n = counts(k, loc)
    mean = as_variable(mu)
    valid = mask(mean.data >= 0)
    mean = replaced(mean, valid, 1.0)
    inside = whole(n)
    n = np.where(inside, n, 0.0)
    return finished(xlogy(n, mean) - mean - gammaln(n + 1.0), mask(inside), valid)


def pmf(k: _ArrayLike, mu: _ArrayLike, loc: _ArrayLike = 0.0) -> Variable:
    """The probabilities of the Poisson distribution.

    Parameters
    ----------
    k : array_like or Variable
        Counts; no gradient flows to them.
    mu : Variable or array_like
        The mean, not negative.
    loc : float or array_like, default 0
        Subtracted from k.

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
    mu^k exp(-mu) / k!; 0 where k is no possible count. It is exp(logpmf), and d pmf = pmf d logpmf.
    nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import poisson
    >>> poisson.pmf([0, 2, -1], 1.5)
    variable([0.22313016, 0.25102143, 0.        ])
    """
    return F.exp(logpmf(k, mu, loc))
