"""The negative binomial distribution: `logpmf` and `pmf`, as scipy.stats.nbinom."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.stats.exponential_family import nbinom_mass
from cygrad.stats.standard import at_an_end, count, positive, power, probability, shifted

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

    Notes
    -----
    gammaln(n + k) - gammaln(k + 1) - gammaln(n) + n log(p) + k log(1 - p). -inf where k is no
    possible count, where the gradients are 0; nan, and so are the slopes, where a parameter is out
    of its range.

    Examples
    --------
    >>> from cygrad.stats import nbinom
    >>> nbinom.logpmf([0, 2, -1], 2.5, 0.5)
    variable([-1.73286795, -1.64325579,        -inf])
    """
    return nbinom_mass(shifted(k, loc), positive(n), probability(p))


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

    Notes
    -----
    Gamma(n + k) / (k! Gamma(n)) p^n (1 - p)^k; 0 where k is no possible count. It is exp(logpmf),
    and d pmf = pmf d logpmf, and at p = 0 and 1 the derivative of the powers. nan, and so are the
    slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import nbinom
    >>> nbinom.pmf([0, 2, -1], 2.5, 0.5)
    variable([0.1767767 , 0.19334951, 0.        ])
    """
    failures, successes, chance = shifted(k, loc), positive(n), probability(p)
    end = at_an_end(chance)
    inside = F.exp(nbinom_mass(failures, successes, F.where(end, 0.5, chance)))
    return F.where(end, _powers(failures, successes, F.where(end, chance, 0.5)), inside)


def _powers(k: Variable, n: Variable, p: Variable) -> Variable:
    """The same as a product of powers, whose slopes are finite at 0 and at 1; elsewhere where n is
    too large for them."""
    ways = nbinom_mass(k, n, 0.5) + math.log(2.0) * (n + count(k))
    return F.exp(F.minimum(ways, 700.0)) * power(p, n) * power(1.0 - p, count(k))
