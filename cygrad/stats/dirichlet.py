"""The Dirichlet distribution: `logpdf` and `pdf`, as scipy.stats.dirichlet."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.gamma import betaln, gammaln
from cygrad.special.kernel_function import KernelFunction
from cygrad.special.stirling import digamma_gap, excess_gap, ratio
from cygrad.stats.standard import as_variable, difference_rest, near_zero, power, up_to_half

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["logpdf", "pdf"]

# Where n + n_rest is the sum of alpha: (a - 1) / x - n, and log(x) + log(n) - digamma(a).
_tilt = KernelFunction(
    "dirichlet_tilt",
    "dirichlet_tilt",
    lambda y, x, a, n, n_rest: -ratio(ratio(a - 1.0, x), x),
    lambda y, x, a, n, n_rest: 1.0 / x,
    None,
    None,
)
_lean = KernelFunction(
    "dirichlet_lean",
    "dirichlet_lean",
    lambda y, x, a, n, n_rest: 1.0 / x,
    lambda y, x, a, n, n_rest: digamma_gap(a, math.inf, 1),
    lambda y, x, a, n, n_rest: 1.0 / n,
    None,
)

# (a - 1) log(x) - gammaln(a) + a log(n) - n x, in which nothing cancels (kernels/densities.h). What
# flows to n from all these and from n (sum(x) - 1) adds up to 0, as does what flows to x by n: both
# are left out, so that they do not leave roundings.
_part = KernelFunction(
    "dirichlet",
    "dirichlet",
    lambda y, x, a, n, n_rest: _tilt(x, a, n, n_rest),
    lambda y, x, a, n, n_rest: _lean(x, a, n, n_rest),
    None,
    None,
)
# gammaln(n) - n log(n) + n; in both, what would cancel is left out for a moderate n.
_whole = KernelFunction("dirichlet_whole", "dirichlet_whole", lambda y, n: -excess_gap(n, math.inf))

_factor = KernelFunction("dirichlet_factor", "dirichlet_factor", None)
_still = KernelFunction("still", "copy", None)


def logpdf(x: _ArrayLike, alpha: _ArrayLike) -> Variable:
    """The logarithm of the density of the Dirichlet distribution.

    Parameters
    ----------
    x : Variable or array_like
        Proportions of shape (n,), or in columns, (n, ...): not negative, with sums of 1. The last
        may be left out.
    alpha : Variable or array_like
        (n,), positive.

    Returns
    -------
    Variable
        Of x's shape without the first axis.

    Raises
    ------
    ValueError
        If the shapes do not fit, x is not on the simplex, or alpha is not positive; as scipy, which
        gives no -inf here.

    Notes
    -----
    The sum of (alpha - 1) log(x), + gammaln(sum(alpha)) - sum(gammaln(alpha)). The gradient is that
    of this formula, by each proportion of its own.

    Examples
    --------
    >>> from cygrad.stats import dirichlet
    >>> dirichlet.logpdf([0.2, 0.3, 0.5], [1.0, 1.0, 1.0])
    variable(0.6931471805599453)
    """
    return _log_density(*_checked(x, alpha, "logpdf"))


def _checked(x: _ArrayLike, alpha: _ArrayLike, name: str) -> tuple[Variable, Variable]:
    """The proportions, all of them, and alpha."""
    point, a = as_variable(x), as_variable(alpha)
    if a.ndim != 1 or point.ndim == 0 or point.shape[0] not in (a.shape[0], a.shape[0] - 1):
        raise ValueError(
            f"dirichlet.{name}: x of shape {point.shape} and alpha of shape {a.shape} do not fit: "
            "they must be (n, ...) and (n,)"
        )
    if not (a.data > 0).all():
        raise ValueError(f"dirichlet.{name}: alpha must be positive")
    if point.shape[0] == a.shape[0] - 1:
        point = F.concat([point, 1.0 - F.sum(point, axis=0, keepdims=True)], axis=0)
    if (point.data < 0).any() or (np.abs(point.data.sum(axis=0) - 1.0) > 1e-9).any():
        raise ValueError(
            f"dirichlet.{name}: x must be proportions: not negative, with sums of 1 along the first "
            "axis"
        )
    return point, a


def _log_density(point: Variable, a: Variable) -> Variable:
    n, rows = F.sum(a), F.reshape(a, (-1, *[1] * (point.ndim - 1)))
    n_rest = _rest_of_sum(a, n)
    total = F.sum(point, axis=0)
    beyond_1 = (total - 1.0) + _still(_rest_of_sum(point, total))
    return F.sum(_part(point, rows, n, n_rest), axis=0) + (_whole(n) + _factor(n) * beyond_1)


def _rest_of_sum(x: Variable, total: Variable) -> Variable:
    """What total, the rounded sum over x's first axis, lacks of it."""
    rest = 0.0 * total
    while x.shape[0] > 1:
        half = x.shape[0] // 2
        first, second, left = x[:half], x[half : 2 * half], x[2 * half :]
        rest = rest + F.sum(difference_rest(first, -second), axis=0)
        x = first + second
        if left.shape[0]:
            x = F.concat([x, left], axis=0)
    return (x[0] - total) + rest


def pdf(x: _ArrayLike, alpha: _ArrayLike) -> Variable:
    """The density of the Dirichlet distribution.

    Parameters
    ----------
    x : Variable or array_like
        Proportions of shape (n,), or in columns, (n, ...): not negative, with sums of 1. The last
        may be left out.
    alpha : Variable or array_like
        (n,), positive.

    Returns
    -------
    Variable
        Of x's shape without the first axis.

    Raises
    ------
    ValueError
        If the shapes do not fit, x is not on the simplex, or alpha is not positive; as scipy, which
        gives no -inf here.

    Notes
    -----
    The product of x_i^(alpha_i - 1), times Gamma(sum(alpha)), by the product of Gamma(alpha_i). It
    is exp(logpdf), and d pdf = pdf d logpdf, and where an x_i is 0 the derivative of the product.

    Examples
    --------
    >>> from cygrad.stats import dirichlet
    >>> dirichlet.pdf([0.2, 0.3, 0.5], [1.0, 1.0, 1.0])
    variable(2.0)
    """
    point, a = _checked(x, alpha, "pdf")
    zeros = near_zero(point)
    end = F.max(zeros, axis=0)
    inside = _probability(F.where(zeros, 1.0 / a.size, point), a)
    # where a proportion is 0, a product of powers, whose slopes are finite
    near = F.where(end, point, 1.0 / a.size)
    less_1 = F.reshape(a - 1.0, (-1, *[1] * (point.ndim - 1)))
    even = Variable(np.full(a.shape, 1.0 / a.size), requires_grad=False)
    constant = _log_density(even, a) + math.log(a.size) * F.sum(a - 1.0)
    powers = F.prod(power(near, less_1), axis=0) * F.exp(F.minimum(constant, 700.0))
    return F.where(end, powers, inside)


def _probability(point: Variable, a: Variable) -> Variable:
    """exp(_log_density), with 1 / gamma(a) = a / gamma(a + 1) for small a, of which it is close to a
    straight line.
    """
    small = up_to_half(a)
    number = F.sum(small)
    at_least_1 = F.maximum(number, 1.0)
    ratio_of_gammas = F.exp(betaln(F.sum(a), at_least_1) - gammaln(at_least_1))
    rows = F.reshape(small, (-1, *[1] * (point.ndim - 1)))
    exponent = _log_density(point, a + small) - F.sum(rows * F.log(point), axis=0)
    factor = F.prod(F.where(small, a, 1.0)) * F.where(number, ratio_of_gammas, 1.0)
    return F.exp(exponent) * factor
