"""The lognormal distribution: `logpdf`, `pdf`, `cdf` and `ppf`, as scipy.stats.lognorm."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.special.error import ndtr
from cygrad.special.kernel_function import KernelFunction
from cygrad.special.operation import SpecialFunction
from cygrad.special.quantiles import ndtri
from cygrad.special.stirling import ratio
from cygrad.stats.quantiles import placed
from cygrad.stats.standard import (
    LEAST,
    as_variable,
    extended,
    finite_part,
    is_finite,
    positive,
    probability,
)

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["cdf", "logpdf", "pdf", "ppf"]

_is_positive = KernelFunction("is_positive", "inside", None, constants=(LEAST, float("inf")))

# log(x / scale), and -inf with slopes of 0 where x is not positive.
_log = KernelFunction(
    "log_positive",
    "log_positive",
    lambda y, x, scale: ratio(_is_positive(x), x),
    lambda y, x, scale: -(_is_positive(x) / scale),
)


def _by_x(y: Variable, x: Variable, loc: Variable, scale: Variable, s: Variable) -> Variable:
    shift = x - loc
    inside = _is_positive(shift)
    safe = F.where(inside, shift, 1.0)
    return -(inside * (_log(safe, scale) / s / s + 1.0) / safe)


def _by_scale(y: Variable, x: Variable, loc: Variable, scale: Variable, s: Variable) -> Variable:
    return finite_part(_log(x - loc, scale)) / s / s / scale


def _by_s(y: Variable, x: Variable, loc: Variable, scale: Variable, s: Variable) -> Variable:
    return (F.square(finite_part(_log(x - loc, scale)) / s) - is_finite(y)) / s


# -log(z)^2 / (2 s^2) - log(s z scale) - log(2 pi) / 2, z = (x - loc) / scale; -inf with slopes of 0
# where z is not positive or infinite.
_scaled = KernelFunction(
    "lognorm",
    "lognormal_scaled",
    _by_x,
    lambda y, *inputs: -_by_x(y, *inputs),
    _by_scale,
    _by_s,
)


@cache
def _power(n: int) -> KernelFunction:
    """The density over (x - loc)^(n - 1); 0 where logpdf is -inf.

    Its slopes have powers of their own, so that what overflows beside a density of 0 is never there.
    """

    def by_x(y: Variable, x: Variable, loc: Variable, scale: Variable, s: Variable) -> Variable:
        log_z = finite_part(_log(x - loc, scale))
        return -(_power(n + 1)(x, loc, scale, s) * (log_z / s / s + float(n)))

    return KernelFunction(
        "lognorm",
        "lognormal_power",
        by_x,
        lambda y, *inputs: -by_x(y, *inputs),
        lambda y, *inputs: y * _by_scale(y, *inputs),
        lambda y, x, loc, scale, s: y * (F.square(finite_part(_log(x - loc, scale)) / s) - 1.0) / s,
        constants=(float(n),),
    )


def _below(x: Variable, loc: Variable, scale: Variable, s: Variable) -> Variable:
    z = (x - loc) / scale
    return extended(lambda near: ndtr(F.log(near) / s), z, _is_positive(z), 1.0, (0.0, 1.0))


# ndtr(log(z) / s), with slopes from the density itself: where log(z) / s was rounded first they would
# be off by as many units as its square.
_distribution = SpecialFunction(
    "lognorm cdf",
    lambda *inputs: _below(*map(as_variable, inputs)).data,
    lambda y, *inputs: _power(1)(*inputs),
    lambda y, *inputs: -_power(1)(*inputs),
    lambda y, *inputs: -(_power(0)(*inputs) / inputs[2]),
    lambda y, x, loc, scale, s: (
        -(_power(0)(x, loc, scale, s) * (finite_part(_log(x - loc, scale)) / s))
    ),
)


def logpdf(
    x: _ArrayLike, s: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0
) -> Variable:
    """The logarithm of the density of the lognormal distribution.

    Parameters
    ----------
    x : Variable or array_like
    s : Variable or array_like
        Positive: the deviation of log(x).
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    -log(z)^2 / (2 s^2) - log(s z scale) - log(2 pi) / 2 for z = (x - loc) / scale > 0. -inf out of
    the support, where the gradients are 0; nan, and so are the slopes, where a parameter is out of
    its range.

    Examples
    --------
    >>> from cygrad.stats import lognorm
    >>> lognorm.logpdf([-1.0, 1.0], 0.5)
    variable([       -inf, -0.22579135])
    """
    return _scaled(x, loc, positive(scale), positive(s))


def pdf(x: _ArrayLike, s: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The density of the lognormal distribution.

    Parameters
    ----------
    x : Variable or array_like
    s : Variable or array_like
        Positive: the deviation of log(x).
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    exp(-log(z)^2 / (2 s^2)) / (s z scale sqrt(2 pi)) for z = (x - loc) / scale > 0, and 0 at 0 and
    below. It is exp(logpdf), and d pdf = pdf d logpdf. nan, and so are the slopes, where a
    parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import lognorm
    >>> lognorm.pdf([-1.0, 1.0], 0.5)
    variable([0.        , 0.79788456])
    """
    return _power(1)(x, loc, positive(scale), positive(s))


def cdf(x: _ArrayLike, s: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The distribution function of the lognormal distribution.

    Parameters
    ----------
    x : Variable or array_like
    s : Variable or array_like
        Positive: the deviation of log(x).
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    ndtr(log(z) / s), with z = (x - loc) / scale; 0 for z <= 0. nan, and so are the slopes, where a
    parameter is out of its range.

    Examples
    --------
    >>> from cygrad.stats import lognorm
    >>> lognorm.cdf([-1.0, 0.5], 0.5)
    variable([0.        , 0.08282852])
    """
    return _distribution(x, loc, positive(scale), positive(s))


def ppf(q: _ArrayLike, s: _ArrayLike, loc: _ArrayLike = 0.0, scale: _ArrayLike = 1.0) -> Variable:
    """The quantiles of the lognormal distribution: the inverse of its distribution function.

    Parameters
    ----------
    q : Variable or array_like
        A probability.
    s : Variable or array_like
        Positive: the deviation of log(x).
    loc : Variable or array_like, default 0
    scale : Variable or array_like, default 1
        Positive.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Notes
    -----
    loc + scale exp(s ndtri(q)). nan, and so are the slopes, where q or a parameter is out of its
    range.

    Examples
    --------
    >>> from cygrad.stats import lognorm
    >>> lognorm.ppf([0.25, 0.5], 0.5)
    variable([0.71373404, 1.        ])
    """
    return placed(F.exp(positive(s) * ndtri(probability(q))), loc, scale)
