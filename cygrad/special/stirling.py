"""Remainders of Stirling's formula, deviances, and differences that do not cancel; all differentiable.

What log-densities and the beta function are made of. Their numbers come from kernels/stirling.h, for
positive arguments of any size; their derivatives are each other, so every order keeps its digits.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.kernel_function import KernelFunction

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike


@cache
def _stirling(n: int) -> KernelFunction:
    kernel = "stirling_order" if n else "stirling"
    return KernelFunction(
        "stirling", kernel, lambda y, x: stirling(x, n + 1), constants=(float(n),)
    )


@cache
def _digamma_gap(n: int) -> KernelFunction:
    return KernelFunction(
        "digamma_gap",
        "digamma_gap",
        lambda y, a, b: digamma_gap(a, b, n + 1),
        lambda y, a, b: -digamma_gap(a + b, math.inf, n + 1),
        constants=(float(n),),
    )


@cache
def _excess_gap(n: int) -> KernelFunction:
    return KernelFunction(
        "excess_gap",
        "excess_gap",
        lambda y, a, b: excess_gap(a, b, n + 1),
        lambda y, a, b: -excess_gap(a + b, math.inf, n + 1),
        constants=(float(n),),
    )


@cache
def _half_step(n: int) -> KernelFunction:
    return KernelFunction(
        "half_step", "half_step", lambda y, h: half_step(h, n + 1), constants=(float(n),)
    )


def stirling(x: _ArrayLike, n: int = 0) -> Variable:
    """The n-th derivative of gammaln(x) - ((x - 1/2) log(x) - x + log(2 pi) / 2), for x > 0."""
    return _stirling(n)(x)


def digamma_gap(a: _ArrayLike, b: _ArrayLike, n: int = 0) -> Variable:
    """polygamma(n, a + b) - polygamma(n, a), for a > 0 and b >= 0; for n > 0 b may be inf."""
    return _digamma_gap(n)(a, b)


def excess_gap(a: _ArrayLike, b: _ArrayLike, n: int = 0) -> Variable:
    """e(a) - e(a + b), e the n-th derivative of log(x) - digamma(x); for a > 0 and b >= 0."""
    return _excess_gap(n)(a, b)


def half_step(h: _ArrayLike, n: int = 0) -> Variable:
    """The n-th derivative of gammaln(h + 1/2) - gammaln(h) - log(h) / 2, for h > 0."""
    return _half_step(n)(h)


def _by_denominator(y: Variable, x: Variable, m: Variable) -> Variable:
    return -ratio(ratio(x, m), m)


# x / m; 0 where x is 0.
ratio = KernelFunction("ratio", "ratio", lambda y, x, m: 1.0 / m, _by_denominator)

# (x - m) / m; -1 where x is 0.
relative = KernelFunction("relative", "relative", lambda y, x, m: 1.0 / m, _by_denominator)

# log(x / m), without cancellation where they are close.
log_ratio = KernelFunction(
    "log_ratio", "log_ratio", lambda y, x, m: 1.0 / x, lambda y, x, m: -1.0 / m
)

# x log(x / m) + m - x, for x and m that are not negative: Loader's deviance.
deviance = KernelFunction(
    "deviance",
    "deviance",
    lambda y, x, m: log_ratio(x, m),
    lambda y, x, m: -relative(x, m),
)

# u / (1 + u)
_share = KernelFunction("share", "share", lambda y, u: 1.0 / F.square(u + 1.0))

# log(1 + u) - u.
log1p_less = KernelFunction("log1p_less", "log1p_less", lambda y, u: -_share(u))

# a (1 - z) - b z.
balance = KernelFunction(
    "balance",
    "balance",
    lambda y, a, b, z: 1.0 - z,
    lambda y, a, b, z: -z,
    lambda y, a, b, z: -(a + b),
)
