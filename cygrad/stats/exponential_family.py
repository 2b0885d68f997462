"""Log-densities with gamma functions, of the standardized z and of counts, and their slopes.

Their numbers come from kernels/densities.h. A slope is an operation with slopes of its own, so every
order keeps its digits. Where there is a z_rest, it is what the rounded z lacks of the true one.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.gamma import betaln
from cygrad.special.kernel_function import KernelFunction
from cygrad.special.operation import SpecialFunction
from cygrad.special.stirling import digamma_gap, ratio, relative
from cygrad.stats.standard import (
    above,
    at_an_end,
    count,
    finite_part,
    in_unit,
    is_count,
    is_few,
    is_finite,
    near_zero,
    power,
    standardized_with_rest,
    times_power,
    up_to_half,
)


def _trigamma(x: Variable) -> Variable:
    return -digamma_gap(x, math.inf, 1)


# ---- log(z^a (1 - z)^b), and its normalization by beta(a, b) ------------------------------------

# a / z - b / (1 - z); 0 out of [0, 1].
tilt = KernelFunction(
    "tilt",
    "tilt",
    lambda y, a, b, z, z_rest: ratio(in_unit(z), z),
    lambda y, a, b, z, z_rest: -ratio(in_unit(z), 1.0 - z),
    lambda y, a, b, z, z_rest: (
        -(ratio(ratio(a * in_unit(z), z), z) + ratio(ratio(b * in_unit(z), 1.0 - z), 1.0 - z))
    ),
    None,
)

# log(z) + digamma(a + b) - digamma(a); 0 out of [0, 1].
lean = KernelFunction(
    "lean",
    "lean",
    lambda y, a, b, z, z_rest: digamma_gap(a, b, 1) * in_unit(z),
    lambda y, a, b, z, z_rest: _trigamma(a + b) * in_unit(z),
    lambda y, a, b, z, z_rest: ratio(in_unit(z), z),
    None,
)

# log(1 - z) + digamma(a + b) - digamma(b); 0 out of [0, 1].
lean_back = KernelFunction(
    "lean_back",
    "lean_back",
    lambda y, a, b, z, z_rest: _trigamma(a + b) * in_unit(z),
    lambda y, a, b, z, z_rest: digamma_gap(b, a, 1) * in_unit(z),
    lambda y, a, b, z, z_rest: -ratio(in_unit(z), 1.0 - z),
    None,
)

# (a - 1) log(z) + (b - 1) log(1 - z) - betaln(a, b)
beta_density = KernelFunction(
    "beta",
    "beta_density",
    lambda y, z, a, b, z_rest: tilt(a - 1.0, b - 1.0, z, z_rest),
    lambda y, z, a, b, z_rest: lean(a, b, z, z_rest),
    lambda y, z, a, b, z_rest: lean_back(a, b, z, z_rest),
    None,
)


def _beta_by_x(y: Variable, x: Variable, loc: Variable, scale: Variable, *ab: Variable) -> Variable:
    z, rest, _ = standardized_with_rest(x, loc, scale)
    return tilt(ab[0] - 1.0, ab[1] - 1.0, z, rest) / scale


def _beta_by_scale(
    y: Variable, x: Variable, loc: Variable, scale: Variable, a: Variable, b: Variable
) -> Variable:
    """-(z f'(z) + 1) / scale = -(a - (b - 1) z / (1 - z)) / scale, which does not cancel."""
    z, rest, _ = standardized_with_rest(x, loc, scale)
    end = at_an_end(z)
    safe = F.where(in_unit(z) * (1.0 - end), z, 0.5)
    inside = safe * tilt(a, b - 1.0, safe, rest)
    at_end = a - ratio((b - 1.0) * in_unit(z), 1.0 - finite_part(z))
    return -(is_finite(y) * F.where(end, at_end, inside) / scale)


# beta_density at z = (x - loc) / scale, less log(scale)
beta_scaled = KernelFunction(
    "beta",
    "beta_scaled",
    _beta_by_x,
    lambda y, *inputs: -_beta_by_x(y, *inputs),
    _beta_by_scale,
    lambda y, x, loc, scale, a, b: lean(a, b, *standardized_with_rest(x, loc, scale)[:2]),
    lambda y, x, loc, scale, a, b: lean_back(a, b, *standardized_with_rest(x, loc, scale)[:2]),
)


def _bend_by_a(y: Variable, a: Variable, b: Variable) -> Variable:
    """The second derivative of 1 / beta(a, b) by a, of which the first is y.

    For small a it is a line, a w, with slopes w e of w; what is left of w + a w e does not cancel.
    """
    small = up_to_half(a)
    low, high = F.where(small, a, 1.0), F.where(small, 1.0, a)
    e = digamma_gap(low + 1.0, b) - 1.0 / (low + b)
    slope_of_e = digamma_gap(low + 1.0, b, 1) + 1.0 / F.square(low + b)
    w = inverse_beta(low + 1.0, b) / (low + b)
    near = w * (2.0 * e + low * (F.square(e) + slope_of_e))
    gap = digamma_gap(high, b)
    return F.where(small, near, inverse_beta(high, b) * (F.square(gap) + digamma_gap(high, b, 1)))


_inverse_beta_by_a: SpecialFunction = SpecialFunction(
    "inverse_beta by a",
    lambda a, b: (inverse_beta(a, b) * digamma_gap(a, b)).data,
    _bend_by_a,
    lambda y, a, b: y * digamma_gap(b, a) + inverse_beta(a, b) * _trigamma(a + b),
)

# 1 / beta(a, b), at most e^700.
inverse_beta: SpecialFunction = SpecialFunction(
    "inverse_beta",
    lambda a, b: F.exp(F.minimum(-betaln(a, b), 700.0)).data,
    lambda y, a, b: _inverse_beta_by_a(a, b),
    lambda y, a, b: _inverse_beta_by_a(b, a),
)


def beta_probability(z: Variable, a: Variable, b: Variable, z_rest: Variable | float) -> Variable:
    """exp(beta_density); at the ends, and for small a and b, a product of powers.

    Its slopes are finite at the ends, and those by z do not cancel.
    """
    end = F.maximum(at_an_end(z), is_few(a) * is_few(b) * in_unit(z))
    shapes = F.where(end, 1.0, a), F.where(end, 1.0, b)
    inside = F.exp(beta_density(F.where(end, 0.5, z), *shapes, z_rest))
    near, rest = F.where(end, z, 0.5), F.where(end, z_rest, 0.0)
    powers = times_power(inverse_beta(a, b), near, a - 1.0)
    powers = times_power(powers, (1.0 - near) - rest, b - 1.0)
    if isinstance(z_rest, Variable):
        powers = powers * F.exp((a - 1.0) * rest / F.where(near_zero(near), math.inf, near))
    return F.where(end, powers, inside)


# ---- z^a e^-z, and its normalization by gamma(a) ------------------------------------------------

# (a - 1) / z - 1; 0 out of [0, inf).
_gamma_tilt = KernelFunction(
    "gamma_tilt",
    "gamma_tilt",
    lambda y, z, a, z_rest: -ratio(ratio((a - 1.0) * above(z), z), z),
    lambda y, z, a, z_rest: ratio(above(z), z),
    None,
)

# log(z) - digamma(a); 0 out of [0, inf).
_gamma_lean = KernelFunction(
    "gamma_lean",
    "gamma_lean",
    lambda y, z, a, z_rest: ratio(above(z), z),
    lambda y, z, a, z_rest: -_trigamma(a) * above(z),
    None,
)

# (a - 1) log(z) - z - gammaln(a)
gamma_density = KernelFunction(
    "gamma",
    "gamma_density",
    lambda y, z, a, z_rest: _gamma_tilt(z, a, z_rest),
    lambda y, z, a, z_rest: _gamma_lean(z, a, z_rest),
    None,
)


def _gamma_by_x(y: Variable, x: Variable, loc: Variable, scale: Variable, a: Variable) -> Variable:
    z, rest, _ = standardized_with_rest(x, loc, scale)
    return _gamma_tilt(z, a, rest) / scale


def _gamma_by_scale(
    y: Variable, x: Variable, loc: Variable, scale: Variable, a: Variable
) -> Variable:
    """-(z f'(z) + 1) / scale = -(a - z) / scale, which does not cancel."""
    z, rest, _ = standardized_with_rest(x, loc, scale)
    return -(is_finite(y) * ((a - finite_part(z)) - rest) / scale)


def _gamma_by_a(y: Variable, x: Variable, loc: Variable, scale: Variable, a: Variable) -> Variable:
    z, rest, _ = standardized_with_rest(x, loc, scale)
    return _gamma_lean(z, a, rest)


# gamma_density at z = (x - loc) / scale, less log(scale)
gamma_scaled = KernelFunction(
    "gamma",
    "gamma_scaled",
    _gamma_by_x,
    lambda y, *inputs: -_gamma_by_x(y, *inputs),
    _gamma_by_scale,
    _gamma_by_a,
)


def gamma_probability(z: Variable, a: Variable, z_rest: Variable | float) -> Variable:
    """exp(gamma_density); up to 1/2 with the power, whose slopes are finite and do not cancel.

    As a function of a small a it is close to a straight line, a z^(a - 1) e^-z / gamma(a + 1).
    """
    low, small = up_to_half(z), up_to_half(a)
    order = F.where(small, a + 1.0, a)
    high = F.where(low, 1.0, z)
    inside = F.exp(gamma_density(high, order, z_rest))
    inside = inside * F.where(small, a / F.where(above(high), high, 1.0), 1.0)
    near = F.where(low, z, 0.5)
    # the density at 1 is exp(-1) / gamma(a)
    exponent = gamma_density(1.0, order, 0.0) + (1.0 - near)
    if isinstance(z_rest, Variable):
        exponent = exponent + (a - 1.0) * z_rest / F.where(low - near_zero(z), z, math.inf)
    powers = power(near, a - 1.0) * F.exp(exponent) * F.where(small, a, 1.0)
    return F.where(low, powers, inside)


# ---- counts, to which no gradient flows -----------------------------------------------------------

# k log(mu) - mu - gammaln(k + 1); -inf where k is no count.
poisson_mass = KernelFunction(
    "poisson", "poisson", None, lambda y, k, mu: is_count(k) * relative(count(k), mu)
)

# k and n - k; 0 where k is no count up to n.
hits = KernelFunction("hits", "hits", None, None)
misses = KernelFunction("misses", "misses", None, None)

# log(n! / (k! (n - k)!)) + k log(p) + (n - k) log(1 - p); -inf where k is no count up to n.
binom_mass = KernelFunction(
    "binom", "binom", None, None, lambda y, k, n, p: tilt(hits(k, n), misses(k, n), p, 0.0)
)

# gammaln(n + k) - gammaln(k + 1) - gammaln(n) + n log(p) + k log(1 - p); -inf where k is no count.
nbinom_mass = KernelFunction(
    "nbinom",
    "nbinom",
    None,
    lambda y, k, n, p: is_count(k) * lean(n, count(k), p, 0.0),
    lambda y, k, n, p: tilt(n * is_count(k), count(k), p, 0.0),
)

# 1 where so many ways times a few powers lose no digits.
_not_many = KernelFunction("not_many", "inside", None, constants=(0.0, 1e13))


def product_of_powers(
    log_mass: Callable[[Variable, Variable], Variable],
    ways: Variable,
    p: Variable,
    successes: Variable,
    failures: Variable,
) -> Variable:
    """ways p^successes (1 - p)^failures; where this loses digits the exponential of log_mass, a function
    of successes and p.

    The slopes of the powers are finite at p = 0 and 1, and do not cancel near them.
    """
    few = is_few(F.minimum(successes, failures)) * _not_many(ways)
    here = F.maximum(at_an_end(p), few)
    chance = F.where(here, p, 0.5)
    powers = times_power(F.minimum(ways, 1e300), chance, successes)
    # 1 - p is rounded, which must not count as often as a large number of failures.
    few = F.maximum(is_few(failures), near_zero(1.0 - chance))
    by_log = powers * F.exp(failures * F.log1p(-F.where(few, 0.5, chance)))
    powers = F.where(few, times_power(powers, 1.0 - chance, failures), by_log)
    exponential = F.exp(log_mass(F.where(here, 1.0, successes), F.where(here, 0.5, p)))
    return F.where(here, powers, exponential)
