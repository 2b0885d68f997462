"""The binomial distribution: `logpmf` and `pmf`, as scipy.stats.binom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.stats.exponential_family import (
    binom_mass,
    hits,
    inverse_beta,
    misses,
    product_of_powers,
)
from cygrad.stats.standard import as_variable, is_finite, probability, shifted

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

    Notes
    -----
    log(n! / (k! (n - k)!)) + k log(p) + (n - k) log(1 - p). -inf where k is no possible count,
    where the gradients are 0; nan, and so are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import binom
    >>> binom.logpmf([0, 2, 3], 2, 0.5)
    variable([-1.38629436, -1.38629436,        -inf])
    """
    return binom_mass(shifted(k, loc), n, probability(p))


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

    Notes
    -----
    n! / (k! (n - k)!) p^k (1 - p)^(n - k); 0 where k is no possible count. It is exp(logpmf), and d
    pmf = pmf d logpmf, and at p = 0 and 1 the derivative of the powers. nan, and so are the slopes,
    where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import binom
    >>> binom.pmf([0, 2, 3], 2, 0.5)
    variable([0.25, 0.25, 0.  ])
    """
    done, chance = shifted(k, loc), probability(p)
    hit, miss = hits(done, n), misses(done, n)
    possible = is_finite(binom_mass(done, n, 0.5))
    ways = possible * inverse_beta(hit + 1.0, miss + 1.0) / (as_variable(n) + 1.0)
    return product_of_powers(lambda _, p: binom_mass(done, n, p), F.rint(ways), chance, hit, miss)
