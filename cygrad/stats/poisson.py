"""The Poisson distribution: `logpmf` and `pmf`, as scipy.stats.poisson."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.stats.exponential_family import poisson_mass
from cygrad.stats.standard import count, in_unit, not_negative, power, shifted

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

    Notes
    -----
    k log(mu) - mu - gammaln(k + 1). -inf where k is no possible count, where the gradients are 0;
    nan, and so are the slopes, where a parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import poisson
    >>> poisson.logpmf([0, 2, -1], 1.5)
    variable([-1.5       , -1.38221696,        -inf])
    """
    return poisson_mass(shifted(k, loc), not_negative(mu))


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

    Notes
    -----
    mu^k exp(-mu) / k!; 0 where k is no possible count. It is exp(logpmf), and d pmf = pmf d logpmf,
    and at mu = 0 the derivative of the power. nan, and so are the slopes, where a parameter is out of
    its range.

    Examples
    --------
    >>> from cygrad.stats import poisson
    >>> poisson.pmf([0, 2, -1], 1.5)
    variable([0.22313016, 0.25102143, 0.        ])
    """
    n, mean = shifted(k, loc), not_negative(mu)
    low = in_unit(mean)  # where the power's slopes do not cancel
    inside = F.exp(poisson_mass(n, F.where(low, 1.0, mean)))
    # mu^k e^-mu / k!, whose slope is finite at 0; 1 / k! is e times the probability for a mean of 1
    near = F.where(low, mean, 1.0)
    powers = power(near, count(n)) * F.exp(poisson_mass(n, 1.0) + (1.0 - near))
    return F.where(low, powers, inside)
