"""The negative binomial distribution: `logpmf` and `pmf`, as scipy.stats.nbinom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.stats.exponential_family import inverse_beta, nbinom_mass, product_of_powers
from cygrad.stats.standard import (
    above,
    count,
    is_count,
    positive,
    probability,
    shifted,
    up_to_half,
)

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
    number = count(failures)
    some = F.maximum(number, 1.0)
    inverse = F.where(up_to_half(successes), successes, 1.0) * inverse_beta(successes, some)
    ways = F.where(number, inverse / some, 1.0)
    ways = ways * is_count(failures) * above(successes)  # nan for nan
    return product_of_powers(
        lambda n, p: nbinom_mass(failures, n, p), ways, chance, successes, number
    )
