"""The negative binomial distribution: `logpmf` and `pmf`, as scipy.stats.nbinom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.entropy import xlog1py, xlogy
from cygrad.special.gamma import gammaln
from cygrad.stats.support import both, counts, finished, mask, positive, probability, whole

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["logpmf", "pmf"]


def logpmf(k: _ArrayLike, n: _ArrayLike, p: _ArrayLike, loc: _ArrayLike = 0.0) -> Variable:
    """The logarithm of the probabilities of the negative binomial distribution.

    It counts the failures before the n-th success.

    Parameters
    ----------
    k : array_like or Variable
        Counts; no gradient flows to them.
    n : Variable or array_like
        Positive, and not only whole.
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
    gammaln(n + k) - gammaln(k + 1) - gammaln(n) + n log(p) + k log(1 - p). -inf where k is no
    possible count, where the gradients are 0; nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import nbinom
    >>> nbinom.logpmf([0, 2, -1], 2.5, 0.5)
    variable([-1.73286795, -1.64325579,        -inf])
    """
    failures = counts(k, loc)
    n, positive_n = positive(n)
    p, valid = probability(p)
    inside = whole(failures)
    failures = np.where(inside, failures, 0.0)
    ways = gammaln(n + failures) - gammaln(failures + 1.0) - gammaln(n)
    return finished(
        ways + xlogy(n, p) + xlog1py(failures, -p), mask(inside), both(valid, positive_n)
    )


def pmf(k: _ArrayLike, n: _ArrayLike, p: _ArrayLike, loc: _ArrayLike = 0.0) -> Variable:
    """The probabilities of the negative binomial distribution.

    It counts the failures before the n-th success.

    Parameters
    ----------
    k : array_like or Variable
        Counts; no gradient flows to them.
    n : Variable or array_like
        Positive, and not only whole.
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
    Gamma(n + k) / (k! Gamma(n)) p^n (1 - p)^k; 0 where k is no possible count. It is exp(logpmf),
    and d pmf = pmf d logpmf. nan where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import nbinom
    >>> nbinom.pmf([0, 2, -1], 2.5, 0.5)
    variable([0.1767767 , 0.19334951, 0.        ])
    """
    return F.exp(logpmf(k, n, p, loc))
