"""The gamma and beta functions and their logarithms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.entropy import as_variable
from cygrad.special.kernel_function import KernelFunction
from cygrad.special.log_gamma import digamma, gamma, gammaln, loggamma, polygamma
from cygrad.special.operation import SpecialFunction
from cygrad.special.stirling import digamma_gap

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = [
    "beta",
    "betaln",
    "digamma",
    "gamma",
    "gammaln",
    "loggamma",
    "multigammaln",
    "polygamma",
    "psi",
]

# ---- The table ----------------------------------------------------------------------------------

# Of arguments that are not all positive; the others' are made of betaln's kernel below.
_beta_beyond = SpecialFunction(
    "beta",
    None,
    lambda y, a, b: y * (digamma(a) - digamma(a + b)),
    lambda y, a, b: y * (digamma(b) - digamma(a + b)),
)
_betaln_beyond = SpecialFunction(
    "betaln",
    None,
    lambda y, a, b: digamma(a) - digamma(a + b),
    lambda y, a, b: digamma(b) - digamma(a + b),
)
_betaln = KernelFunction(
    "betaln",
    "betaln",
    lambda y, a, b: -digamma_gap(a, b),
    lambda y, a, b: -digamma_gap(b, a),
)


# ---- The functions ------------------------------------------------------------------------------


def beta(a: _ArrayLike, b: _ArrayLike) -> Variable:
    """gamma(a) gamma(b) / gamma(a + b), elementwise: the beta function.

    Parameters
    ----------
    a, b : Variable, float or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    Notes
    -----
    exp(betaln(a, b)) for positive a and b. dy/da = y (digamma(a) - digamma(a + b)), and so for b.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.beta(1.0, 4.0)
    variable(0.25)
    """
    first, second = as_variable(a), as_variable(b)
    if _all_positive(first, second):
        return F.exp(_betaln(first, second))
    return _beta_beyond(first, second)


def betaln(a: _ArrayLike, b: _ArrayLike) -> Variable:
    """The logarithm of the absolute value of beta(a, b), elementwise.

    Parameters
    ----------
    a, b : Variable, float or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    Notes
    -----
    For positive a and b made of Stirling's remainders, so that nothing cancels for large ones.
    dy/da = digamma(a) - digamma(a + b), computed as such a difference, and so for b.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.betaln(1.0, 3.0)
    variable(-1.0986122886681098)
    """
    first, second = as_variable(a), as_variable(b)
    return (_betaln if _all_positive(first, second) else _betaln_beyond)(first, second)


def _all_positive(a: Variable, b: Variable) -> bool:
    return bool((a.data > 0).all() and (b.data > 0).all())


def multigammaln(a: _ArrayLike, d: int) -> Variable:
    """The logarithm of the gamma function of d dimensions, elementwise.

    Parameters
    ----------
    a : Variable or array_like
        Greater than (d - 1) / 2.
    d : int
        The dimension, at least 1.

    Returns
    -------
    Variable
        Of a's shape.

    Raises
    ------
    ValueError
        If d is not such an int, or an a not so great.

    Notes
    -----
    d (d - 1) / 4 log(pi) + the sum of gammaln(a - j / 2) for j = 0 .. d - 1; the gradient is
    that of this sum.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.multigammaln([3.0, 4.0], 2)
    variable([1.55019499, 3.56509801])
    """
    if isinstance(d, bool) or not isinstance(d, (int, np.integer)) or d < 1:
        raise ValueError(f"multigammaln: d must be an int of at least 1, not {d!r}")
    v = as_variable(a)
    if (v.data <= 0.5 * (d - 1)).any():
        raise ValueError(f"multigammaln: a must be greater than (d - 1) / 2 = {0.5 * (d - 1)}")
    terms = [gammaln(v - 0.5 * j) for j in range(int(d))]
    return sum(terms[1:], terms[0]) + d * (d - 1) * 0.25 * math.log(math.pi)


psi = digamma
