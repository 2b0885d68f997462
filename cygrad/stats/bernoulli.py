"""The Bernoulli distribution: `logpmf` and `pmf`, as scipy.stats.bernoulli."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cygrad.core.variable import Variable
from cygrad.stats.exponential_family import binom_mass, hits, misses
from cygrad.stats.standard import probability, shifted

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
    nan, and so are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import bernoulli
    >>> bernoulli.logpmf([0, 1, 2], 0.25)
    variable([-0.28768207, -1.38629436,        -inf])
    """
    return binom_mass(shifted(k, loc), 1.0, probability(p))


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
    p where k is 1, 1 - p where it is 0; 0 where it is neither. nan, and so are the slopes, where a
    parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import bernoulli
    >>> bernoulli.pmf([0, 1, 2], 0.25)
    variable([0.75, 0.25, 0.  ])
    """
    n, chance = shifted(k, loc), probability(p)
    return hits(n, 1.0) * chance + misses(n, 1.0) * (1.0 - chance)
