"""What the log-densities share: parameters in their range, z = (x - loc) / scale, masks.

A parameter out of its range becomes nan by an operation whose slope is nan there, so that the density
and all its slopes are nan. Masks come from kernels: 1 inside, 0 outside, nan for nan; no gradient
flows to them. A loc of 0.0 and a scale of 1.0, the defaults, cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.functions.operation import as_variable as to_variable
from cygrad.special.kernel_function import KernelFunction
from cygrad.special.operation import SpecialFunction

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

LEAST = 5e-324
FINITE = (-math.inf, math.inf)


def _in_range(name: str, low: float, high: float) -> KernelFunction:
    """The parameter itself; nan where it is not in [low, high], where its slope is nan too."""
    valid = KernelFunction(name, "valid", None, constants=(low, high))
    return KernelFunction(name, "within", lambda y, x: valid(x), constants=(low, high))


positive = _in_range("positive", LEAST, math.inf)
not_negative = _in_range("not_negative", 0.0, math.inf)
probability = _in_range("probability", 0.0, 1.0)

# 1 where a number is finite, in [0, inf), or in [0, 1]; else 0.
is_finite = KernelFunction("is_finite", "inside", None, constants=FINITE)
above = KernelFunction("above", "inside", None, constants=(0.0, math.inf))
in_unit = KernelFunction("in_unit", "inside", None, constants=(0.0, 1.0))

# 1 where a number is 0, or so near to it that 1 / z^2 is close to overflow; else 0.
near_zero = KernelFunction("near_zero", "inside", None, constants=(0.0, 1e-150))

# 1 for a number of 0 to 40: of powers that may be multiplied out, as these few digits allow.
is_few = KernelFunction("is_few", "inside", None, constants=(0.0, 40.0))

# 1 up to 1/2; else 0.
up_to_half = KernelFunction("up_to_half", "inside", None, constants=(0.0, 0.5))

# 1 where a number is a count, else 0; the count, or 0.
is_count = KernelFunction("is_count", "count", None)
count = KernelFunction("count", "whole", None)

# A number, and 0 in place of infinities: what flows to these is 0.
finite_part = KernelFunction("finite_part", "finite_part", lambda y, x: is_finite(x))

_quotient = KernelFunction(
    "standardized",
    "div",
    lambda y, x, scale: 1.0 / scale,
    lambda y, x, scale: -(finite_part(y) / scale),
)

# density - log(scale); where the density is infinite, nothing flows to the scale.
_less_log = KernelFunction(
    "scaled",
    "less_log",
    True,
    lambda y, density, scale: -(is_finite(density) / scale),
)

# What the rounded x - y lacks.
difference_rest = KernelFunction("difference_rest", "difference_rest", None, None)
_quotient_rest = KernelFunction("quotient_rest", "quotient_rest", None, None, None)


def is_number(given: _ArrayLike, number: float) -> bool:
    """Whether it is this very number, not a Variable or an array of it."""
    return isinstance(given, (int, float)) and given == number


def as_variable(x: _ArrayLike) -> Variable:
    return to_variable(x, "stats")


def shifted(x: _ArrayLike, loc: _ArrayLike) -> Variable:
    """x - loc."""
    return as_variable(x) if is_number(loc, 0.0) else F.sub(x, loc)


def standardized(
    x: _ArrayLike, loc: _ArrayLike, scale: _ArrayLike
) -> tuple[Variable, Variable | None]:
    """z, and the scale: None where it is 1."""
    z = shifted(x, loc)
    if is_number(scale, 1.0):
        return z, None
    checked = positive(scale)
    return _quotient(z, checked), checked


def standardized_with_rest(
    x: _ArrayLike, loc: _ArrayLike, scale: _ArrayLike
) -> tuple[Variable, Variable | float, Variable | None]:
    """z, what its roundings lost, and the scale: None where it is 1."""
    shift = shifted(x, loc)
    rest: Variable | float = 0.0 if is_number(loc, 0.0) else difference_rest(x, loc)
    if is_number(scale, 1.0):
        return shift, rest, None
    checked = positive(scale)
    z = _quotient(shift, checked)
    lost = _quotient_rest(shift, checked, z)
    return z, lost if is_number(loc, 0.0) else lost + rest / checked, checked


def scaled(density: Variable, scale: Variable | None) -> Variable:
    """The log-density of x, from that of z."""
    return density if scale is None else _less_log(density, scale)


def at_an_end(z: Variable) -> Variable:
    """1 where z is so near to 0, or is 1; else 0."""
    return near_zero(z) + near_zero(1.0 - z)


_is_zero = KernelFunction("is_zero", "inside", None, constants=(0.0, 0.0))
_is_right = KernelFunction("is_right", "greater_c", None, constants=(0.0,))

# A number, through which nothing flows.
still = KernelFunction("still", "copy", None)


def _by_base(y: Variable, z: Variable, e: Variable) -> Variable:
    """e z^(e - 1), which is 0 for e = 0."""
    return e * power(z, (e - 1.0) + _is_zero(e))


def _by_exponent(y: Variable, z: Variable, e: Variable) -> Variable:
    """y log(z), which is 0 for z = 0 < e, and not known here for z = 0 and another e."""
    end = _is_zero(z)
    at_end = F.where(_is_right(e), 0.0, math.nan)
    return y * F.where(end, at_end, F.log(F.where(end, 1.0, z)))


# z^e for z >= 0, with the slopes that it has at z = 0, to any order.
power = KernelFunction("power", "pow", _by_base, _by_exponent)


@cache
def _power_over(j: int, m: int) -> SpecialFunction:
    """u^(a - j) / s^(a + m), of u, s and a."""

    def by_u(y: Variable, u: Variable, s: Variable, a: Variable) -> Variable:
        e = a - j
        return e * _power_over(j + 1, m)(u, s, a + _is_zero(e))

    def by_a(y: Variable, u: Variable, s: Variable, a: Variable) -> Variable:
        return _by_exponent(y, u / s, a - j)

    return SpecialFunction(
        "power_over",
        lambda u, s, a: (power(u / s, a - float(j)) / s ** (j + m)).data,
        by_u,
        lambda y, u, s, a: -(a + m) * _power_over(j, m + 1)(u, s, a),
        by_a,
    )


# (u / s)^(a - 1) / s. Its slope by s is that of s^-a: where it is made of those of (u / s)^(a - 1) and
# of 1 / s it cancels for a small a.
power_over = _power_over(1, 0)


def other_side(z: Variable, z_rest: Variable | float) -> Variable:
    """1 - z, and 0 where z is 1 and the true one beyond."""
    other = 1.0 - z
    return other - F.minimum(z_rest, F.abs(still(other))) if isinstance(z_rest, Variable) else other


def _log_other_side(z: Variable, z_rest: Variable) -> Variable:
    low = up_to_half(z)
    near = F.log1p(-F.where(low, z, 0.0))
    return F.where(low, near, F.log(F.where(low, 1.0, other_side(z, z_rest))))


def _other_by_z(y: Variable, z: Variable, z_rest: Variable, k: Variable, e: Variable) -> Variable:
    return -(e * k * power_of_other_side(z, z_rest, k, (e - 1.0) + _is_zero(e)))


def _other_by_exponent(
    y: Variable, z: Variable, z_rest: Variable, k: Variable, e: Variable
) -> Variable:
    """y times the logarithm of the base: of 1 - z without its rounding, which is 1 for a small z."""
    end = _is_zero(other_side(z, z_rest))
    at_end = F.where(_is_right(e), 0.0, math.nan)
    return y * F.where(end, at_end, _log_other_side(F.where(end, 0.5, z), z_rest) + F.log(k))


# (k (1 - z))^e, for z in [0, 1].
power_of_other_side: SpecialFunction = SpecialFunction(
    "power_of_other_side",
    lambda z, z_rest, k, e: power(k * other_side(as_variable(z), as_variable(z_rest)), e).data,
    _other_by_z,
    lambda *_: 0.0,  # through a rest, and through k, nothing flows further
    lambda *_: 0.0,
    _other_by_exponent,
)


def extended(
    distribution: Callable[[Variable], Variable],
    z: Variable,
    inside: Variable,
    safe: float,
    ends: tuple[float, float],
) -> Variable:
    """distribution(z); out of the support the ends', on the left and on the right, with slopes of 0.

    inside is a mask, and safe a number that does no harm there.
    """
    beyond = F.where(_is_right(z), ends[1], ends[0])
    return F.where(inside, distribution(F.where(inside, z, safe)), beyond)


_underflows = KernelFunction("underflows", "inside", None, constants=(0.0, 1e-280))


def times_power(
    factor: Variable,
    z: Variable,
    e: Variable,
    raised: Callable[[Variable], Variable] | None = None,
) -> Variable:
    """factor z^e, where z^e alone may be below the smallest number: a power of 2 goes over to z.

    raised: of a number k to (k z)^e, where it is another operation than `power`, with a factor.
    """
    bits = F.floor(F.log2(F.maximum(factor, 1.0)) / F.maximum(e, 1.0))
    moved = still(F.where(_underflows(power(z, e)), bits, 0.0))
    k = F.exp2(moved)
    return factor * F.exp2(-moved * e) * (power(z * k, e) if raised is None else raised(k))
