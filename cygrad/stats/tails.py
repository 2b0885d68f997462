"""Functions of z^2 / n: the tails of Student's t distribution and of Cauchy's.

Their numbers come from kernels/densities.h, without overflow. The slopes are made of z / (n + z^2)
and of 1 / (n + z^2), which do not cancel.
"""

from __future__ import annotations

import math

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.kernel_function import KernelFunction
from cygrad.special.stirling import half_step
from cygrad.stats.standard import (
    LEAST,
    finite_part,
    in_unit,
    is_finite,
    power,
    power_over,
    standardized,
    up_to_half,
)

LOG_ROOT_2PI = 0.5 * math.log(2.0 * math.pi)
ONE_OVER_ROOT_2PI = 1.0 / math.sqrt(2.0 * math.pi)


def _inverse(z: Variable, n: Variable) -> Variable:
    return 1.0 / (n + z * z)


# z / (n + z^2)
pull = KernelFunction(
    "pull",
    "pull",
    lambda y, z, n: _inverse(z, n) - 2.0 * y * y,
    lambda y, z, n: -(y * _inverse(z, n)),
)


def _share(z: Variable, n: Variable) -> Variable:
    """z^2 / (n + z^2), and 0 where z is infinite."""
    return finite_part(z) * pull(z, n)


# log(1 + z^2 / n)
log1p_square = KernelFunction(
    "log1p_square",
    "log1p_square",
    lambda y, z, n: 2.0 * pull(z, n),
    lambda y, z, n: -(_share(z, n) / n),
)

# log(1 + w) - w / (1 + w) for w = z^2 / n
_log1p_square_less = KernelFunction(
    "log1p_square_less",
    "log1p_square_less",
    lambda y, z, n: 2.0 * _share(z, n) * pull(z, n),
    lambda y, z, n: -(_share(z, n) * _share(z, n) / n),
)


def _t_curve(z: Variable, n: Variable) -> Variable:
    y = pull(z, n)
    return (n + 1.0) * (_inverse(z, n) - 2.0 * y * y)


def _t_slope_by_n(z: Variable, n: Variable) -> Variable:
    y = pull(z, n)
    return y * (z * y - _inverse(z, n))


# (n + 1) z / (n + z^2); z for n = inf
_t_slope = KernelFunction(
    "t_slope",
    "t_slope",
    lambda y, z, n: _t_curve(z, n),
    lambda y, z, n: _t_slope_by_n(z, n),
)


def _t_tail_by_n(z: Variable, n: Variable) -> Variable:
    near = finite_part(z)
    return 0.5 * (_log1p_square_less(near, n) - near * pull(near, n) / n)


# (n + 1) / 2 log(1 + z^2 / n); z^2 / 2 for n = inf
t_tail = KernelFunction(
    "t_tail",
    "t_tail",
    lambda y, z, n: _t_slope(z, n),
    lambda y, z, n: _t_tail_by_n(z, n),
)


# Degrees of freedom to whose powers numbers may be raised.
_is_moderate = KernelFunction("is_moderate", "inside", None, constants=(LEAST, 40.0))
_is_far = KernelFunction("is_far", "inside", None, constants=(1.0, 1e300))


def with_t_tails(near: Variable, shift: Variable, scale: Variable | float, n: Variable) -> Variable:
    """near, the density of Student's t; in its tails, z^2 >= n, a product of powers.

    They do not lose the digits that the exponential of a large logarithm loses; and their second
    slope by the scale does not cancel for n near to 1, where the density is close to scale / shift^2.
    """
    far = _is_moderate(n) * _is_far(F.abs(shift / scale) / F.sqrt(n))
    u, s, order = F.where(far, F.abs(shift), 1.0), F.where(far, scale, 1.0), F.where(far, n, 1.0)
    small = up_to_half(order)
    # gamma(n / 2 + 1/2) / gamma(n / 2) sqrt(2); for a small n it is near to a straight line.
    line = order * F.exp(-half_step(0.5 * order + 0.5)) / F.sqrt(order + 1.0)
    front = F.where(small, line, F.exp(half_step(0.5 * order)) * F.sqrt(order))
    # (1 + z^2 / n)^-half / s = (z^2 / n)^-half (1 + n / z^2)^-half / s
    powers = power_over(u, s, -order) * power(order, 0.5 * order)
    powers = powers * F.exp(-(0.5 * order + 0.5) * F.log1p(order * F.square(s / u)))
    return F.where(far, (ONE_OVER_ROOT_2PI * front) * powers, near)


def _by_x(y: Variable, x: Variable, loc: Variable, scale: Variable, n: Variable) -> Variable:
    return _t_slope(standardized(x, loc, scale)[0], n) / scale


def _by_scale(y: Variable, x: Variable, loc: Variable, scale: Variable, n: Variable) -> Variable:
    """(1 - z slope) / scale = n (1 - z^2) / (n + z^2) / scale, which does not cancel."""
    z, _ = standardized(x, loc, scale)
    inside = in_unit(F.abs(z))
    near = F.square(F.where(inside, z, 0.5))
    far = F.square(1.0 / F.where(inside, 2.0, z))
    value = F.where(inside, (1.0 - near) / (1.0 + near / n), (far - is_finite(z)) / (far + 1.0 / n))
    return value / scale


def _by_n(y: Variable, x: Variable, loc: Variable, scale: Variable, n: Variable) -> Variable:
    return _t_tail_by_n(standardized(x, loc, scale)[0], n)


# t_tail at z = (x - loc) / scale, and log(scale)
t_tail_scaled = KernelFunction(
    "t_tail",
    "t_tail_scaled",
    _by_x,
    lambda y, *inputs: -_by_x(y, *inputs),
    _by_scale,
    _by_n,
)
