"""Log-densities with gamma functions, of the standardized z and of counts, and their slopes.

Their numbers come from kernels/densities.h. A slope is an operation with slopes of its own, so every
order keeps its digits. Where there is a z_rest, it is what the rounded z lacks of the true one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.gamma import betaln
from cygrad.special.kernel_function import KernelFunction
from cygrad.special.operation import SpecialFunction
from cygrad.special.stirling import digamma_gap, ratio, relative
from cygrad.stats.standard import (
    above,
    as_variable,
    at_an_end,
    count,
    finite_part,
    in_unit,
    is_count,
    is_few,
    is_finite,
    near_zero,
    other_side,
    power,
    power_of_other_side,
    power_over,
    shifted,
    standardized_with_rest,
    still,
    times_power,
    up_to_half,
)

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike


def _trigamma(x: Variable) -> Variable:
    return -digamma_gap(x, math.inf, 1)


# ---- log(z^a (1 - z)^b), and its normalization by beta(a, b) ------------------------------------


def _tilt_by_z(a: Variable, b: Variable, z: Variable, z_rest: Variable) -> Variable:
    other = other_side(z, z_rest)
    return -(ratio(ratio(a, z), z) + ratio(ratio(b, other), other))


# a / z - b / (1 - z); 0 out of [0, 1].
tilt = KernelFunction(
    "tilt",
    "tilt",
    lambda y, a, b, z, z_rest: ratio(in_unit(z), z),
    lambda y, a, b, z, z_rest: -ratio(in_unit(z), other_side(z, z_rest)),
    lambda y, a, b, z, z_rest: _tilt_by_z(a * in_unit(z), b * in_unit(z), z, z_rest),
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
    lambda y, a, b, z, z_rest: -ratio(in_unit(z), other_side(z, z_rest)),
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
    within = in_unit(z) * (1.0 - end)
    safe, safe_rest = F.where(within, z, 0.5), F.where(within, rest, 0.0)
    inside = safe * tilt(a, b - 1.0, safe, safe_rest)
    at_end = a - ratio((b - 1.0) * in_unit(z), other_side(finite_part(z), rest))
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


def _of_gammas(a: Variable, b: Variable) -> Variable:
    """gamma(a + b + both) / (gamma(a + is_small(a)) gamma(b + is_small(b))), at most e^700."""
    small_a, small_b = up_to_half(a), up_to_half(b)
    one, both = F.maximum(small_a, small_b), small_a * small_b
    quotient = F.exp(F.minimum(-betaln(a + small_a, b + small_b), 700.0))
    return quotient / F.where(one, a + b + both, 1.0)


def _of_gammas_by_a(y: Variable, a: Variable, b: Variable) -> Variable:
    small_a, small_b = up_to_half(a), up_to_half(b)
    return y * (digamma_gap(a + small_a, b) - small_a * (1.0 - small_b) / (a + b))


# 1 / beta(a, b), less the factors that it has for a small a and b: a, b, and a b / (a + b) for both. It
# is smooth down to 0, so that no slope cancels.
inverse_beta: SpecialFunction = SpecialFunction(
    "inverse_beta",
    lambda a, b: _of_gammas(as_variable(a), as_variable(b)).data,
    _of_gammas_by_a,
    lambda y, a, b: _of_gammas_by_a(y, b, a),
)

# b / (a + b)
_share: SpecialFunction = SpecialFunction(
    "share",
    lambda a, b: b / (a + b),
    lambda y, a, b: -y / (a + b),
    lambda y, a, b: _share(b, a) / (a + b),
)


# p a b / (a + b). p stands inside, since the square of a share may be below the smallest number.
_joint: SpecialFunction = SpecialFunction(
    "joint",
    lambda p, a, b: p * a * (b / (a + b)),
    lambda y, p, a, b: _joint(1.0, a, b),
    lambda y, p, a, b: p * _share(a, b) * _share(a, b),
    lambda y, p, a, b: p * _share(b, a) * _share(b, a),
)


def beta_probability(
    x: _ArrayLike, loc: _ArrayLike, a: Variable, b: Variable, scale: _ArrayLike
) -> Variable:
    """exp(logpdf); at the ends, and for small a and b, a product of powers.

    Its slopes are finite at the ends, and those by z and by the scale do not cancel.
    """
    z, z_rest, checked = standardized_with_rest(x, loc, scale)
    end = F.maximum(at_an_end(z), is_few(a) * is_few(b) * in_unit(z))
    shapes = F.where(end, 1.0, a), F.where(end, 1.0, b)
    near, rest = F.where(end, z, 0.5), F.where(end, z_rest, 0.0)
    small_a, small_b = up_to_half(a), up_to_half(b)
    quotient = inverse_beta(a, b)
    if checked is None:
        safe_rest = F.where(end, 0.0, z_rest)
        inside = F.exp(beta_density(F.where(end, 0.5, z), *shapes, safe_rest))
        raised = None
    else:
        width = F.where(end, checked, 1.0)
        shift = F.where(end, shifted(x, loc), 0.5)
        point, origin = as_variable(x), as_variable(loc)
        outer = F.where(end, 0.5, point), F.where(end, 0.0, origin), F.where(end, 1.0, checked)
        inside = F.exp(beta_scaled(*outer, *shapes))

        def raised(k: Variable) -> Variable:
            return power_over(k * shift, width, a)

    powers = times_power(F.where(small_a, 1.0, quotient), near, a - 1.0, raised)
    # A small a stands beside its power: their product may be near to 1, and the rest tiny.
    at_small_a = F.where(small_b, _joint(powers, a, b), powers * a) * quotient
    powers = F.where(small_a, at_small_a, powers * F.where(small_b, b, 1.0))
    powers = times_power(
        powers,
        other_side(near, rest),
        b - 1.0,
        lambda k: power_of_other_side(near, rest, k, b - 1.0),
    )
    if isinstance(z_rest, Variable):
        powers = powers * F.exp((a - 1.0) * rest / still(F.where(near_zero(near), math.inf, near)))
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


def gamma_probability(x: _ArrayLike, loc: _ArrayLike, a: Variable, scale: _ArrayLike) -> Variable:
    """exp(logpdf); up to 1/2 with the power, whose slopes are finite and do not cancel.

    As a function of a small a it is close to a straight line, a z^(a - 1) e^-z / gamma(a + 1).
    """
    z, z_rest, checked = standardized_with_rest(x, loc, scale)
    low, small = up_to_half(z), up_to_half(a)
    order = F.where(small, a + 1.0, a)
    high = F.where(low, 1.0, z)
    inside = F.exp(gamma_density(high, order, z_rest))
    inside = inside * F.where(small, a / F.where(above(high), high, 1.0), 1.0)
    near = F.where(low, z, 0.5)
    # the density at 1 is exp(-1) / gamma(a)
    exponent = gamma_density(1.0, order, 0.0) + (1.0 - near)
    if isinstance(z_rest, Variable):
        exponent = exponent + (a - 1.0) * z_rest / still(F.where(low - near_zero(z), z, math.inf))
    if checked is None:
        raised = power(near, a - 1.0)
    else:
        raised = power_over(F.where(low, shifted(x, loc), 0.5), F.where(low, checked, 1.0), a)
        inside = inside / checked
    return F.where(low, raised * F.exp(exponent) * F.where(small, a, 1.0), inside)


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
