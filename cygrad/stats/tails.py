"""Functions of z^2 / n: the tails of Student's t distribution and of Cauchy's.

Their numbers come from kernels/densities.h, without overflow. The slopes are made of z / (n + z^2)
and of 1 / (n + z^2), which do not cancel.
"""

from __future__ import annotations

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.kernel_function import KernelFunction
from cygrad.stats.standard import finite_part, in_unit, is_finite, standardized


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
