"""The binomial distribution: `logpmf` and `pmf`, as scipy.stats.binom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.entropy import xlog1py, xlogy
from cygrad.special.gamma import gammaln
from cygrad.stats.support import as_variable, both, counts, finished, mask, probability, whole

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["logpmf", "pmf"]


def logpmf(k: _ArrayLike, n: _ArrayLike, p: _ArrayLike, loc: _ArrayLike = 0.0) -> Variable:
    """The logarithm of the probabilities of the binomial distribution.

    Parameters
    ----------
    k : array_like or Variable
        Counts; no gradient flows to them.
    n : int or array_like of int
        The number of trials; no gradient flows to it.
    p : Variable or array_like
        The probability of a success.
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
    log(n! / (k! (n - k)!)) + k log(p) + (n - k) log(1 - p). -inf where k is no possible count,
    where the gradients are 0; nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import binom
    >>> binom.logpmf([0, 2, 3], 2, 0.5)
    variable([-1.38629436, -1.38629436,        -inf])
    """
    done, trials = np.broadcast_arrays(counts(k, loc), as_variable(n).data)
    p, valid = probability(p)
    valid = both(valid, mask(whole(trials)))
    trials = np.where(whole(trials), trials, 0.0)
    inside = whole(done) & ~(done > trials)
    done = np.where(inside, done, 0.0)
    ways = gammaln(trials + 1.0) - gammaln(done + 1.0) - gammaln(trials - done + 1.0)
    return finished(ways + xlogy(done, p) + xlog1py(trials - done, -p), mask(inside), valid)


def pmf(k: _ArrayLike, n: _ArrayLike, p: _ArrayLike, loc: _ArrayLike = 0.0) -> Variable:
    """The probabilities of the binomial distribution.

    Parameters
    ----------
    k : array_like or Variable
        Counts; no gradient flows to them.
    n : int or array_like of int
        The number of trials; no gradient flows to it.
    p : Variable or array_like
        The probability of a success.
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
    n! / (k! (n - k)!) p^k (1 - p)^(n - k); 0 where k is no possible count. It is exp(logpmf), and d
    pmf = pmf d logpmf. nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import binom
    >>> binom.pmf([0, 2, 3], 2, 0.5)
    variable([0.25, 0.25, 0.  ])
    """
    return F.exp(logpmf(k, n, p, loc))
