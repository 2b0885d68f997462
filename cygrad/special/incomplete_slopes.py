"""The derivatives of the incomplete gamma and beta functions, as operations of their own.

What they compute stands in kernels/incomplete.h, under the names that are given here; f is a density.
A rule is written with the others where that loses no digits. Third derivatives by parameters are not
known. The operations of the beta function take x and y = 1 - x, of which the smaller one has all
digits; they count as functions of x, and no gradient flows to y.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from cygrad.core.variable import Variable
from cygrad.kernels.incomplete import beta_derivative, gamma_derivative
from cygrad.special.gamma import polygamma
from cygrad.special.operation import SpecialFunction

__all__ = ["beta", "gamma"]


def _refused(*_: Variable) -> Variable:
    raise NotImplementedError(
        "gammainc, betainc and their inverses: third derivatives by the parameters are not known "
        "here; the second are"
    )


def _none(*inputs: Variable) -> Variable:
    """No slope by y = 1 - x, which goes along with x."""
    return inputs[-1] * 0.0


# Any: the rules take a Variable for the output and for each input.
def _table(
    name: str,
    compute: Callable[..., Any],
    rules: dict[str, tuple[Callable[..., Any], ...]],
    *more: Callable[..., Any],
) -> dict[str, SpecialFunction]:
    return {
        kind: SpecialFunction(f"{name} {kind}", partial(compute, kind), *by, *more)
        for kind, by in rules.items()
    }


def _trigamma(x: Variable) -> Variable:
    return polygamma(1, x)


# ---- By a and x ---------------------------------------------------------------------------------


def _gamma_bend(a: Variable, x: Variable) -> Variable:
    """The derivative of log f by x"""
    return (a - 1.0) / x - 1.0


gamma: dict[str, SpecialFunction] = _table(
    "gammainc",
    gamma_derivative,
    {
        "density": (
            lambda f, a, x: gamma["density_a"](a, x),
            lambda f, a, x: gamma["density_x"](a, x),
        ),
        "density_x": (
            lambda y, a, x: y * gamma["log_a"](a, x) + gamma["density"](a, x) / x,
            lambda y, a, x: y * _gamma_bend(a, x) - gamma["density"](a, x) * (a - 1.0) / (x * x),
        ),
        "density_a": (
            lambda y, a, x: y * gamma["log_a"](a, x) - gamma["density"](a, x) * _trigamma(a),
            lambda y, a, x: y * _gamma_bend(a, x) + gamma["density"](a, x) / x,
        ),
        "log_a": (lambda c, a, x: -_trigamma(a), lambda c, a, x: 1.0 / x),
        "a": (lambda y, a, x: gamma["aa"](a, x), lambda y, a, x: gamma["density_a"](a, x)),
        "aa": (
            _refused,
            lambda y, a, x: (
                gamma["density_a"](a, x) * gamma["log_a"](a, x)
                - gamma["density"](a, x) * _trigamma(a)
            ),
        ),
        "slope_a": (
            lambda y, a, x: gamma["slope_aa"](a, x) - y * gamma["log_a"](a, x),
            lambda y, a, x: -gamma["log_a"](a, x) - y * _gamma_bend(a, x),
        ),
        "slope_aa": (
            _refused,
            lambda y, a, x: _trigamma(a) - gamma["log_a"](a, x) ** 2 - y * _gamma_bend(a, x),
        ),
    },
)


# ---- By a, b and x ------------------------------------------------------------------------------


def _beta_bend(a: Variable, b: Variable, x: Variable, y: Variable) -> Variable:
    """The derivative of log f by x"""
    return (a - 1.0) / x - (b - 1.0) / y


def _beta_bend_x(a: Variable, b: Variable, x: Variable, y: Variable) -> Variable:
    return (1.0 - a) / (x * x) + (1.0 - b) / (y * y)


def _log_aa(a: Variable, b: Variable) -> Variable:
    """The second derivative of log f by a; by b, with a and b exchanged"""
    return _trigamma(a + b) - _trigamma(a)


def _beta(kind: str) -> Callable[..., Variable]:
    return lambda out, *inputs: beta[kind](*inputs)


beta: dict[str, SpecialFunction] = _table(
    "betainc",
    beta_derivative,
    {
        "density": (_beta("density_a"), _beta("density_b"), _beta("density_x")),
        "density_x": (
            lambda v, a, b, x, y: v * beta["log_a"](a, b, x, y) + beta["density"](a, b, x, y) / x,
            lambda v, a, b, x, y: v * beta["log_b"](a, b, x, y) - beta["density"](a, b, x, y) / y,
            lambda v, a, b, x, y: (
                v * _beta_bend(a, b, x, y) + beta["density"](a, b, x, y) * _beta_bend_x(a, b, x, y)
            ),
        ),
        "density_a": (
            lambda v, a, b, x, y: (
                v * beta["log_a"](a, b, x, y) + beta["density"](a, b, x, y) * _log_aa(a, b)
            ),
            lambda v, a, b, x, y: (
                v * beta["log_b"](a, b, x, y) + beta["density"](a, b, x, y) * _trigamma(a + b)
            ),
            lambda v, a, b, x, y: v * _beta_bend(a, b, x, y) + beta["density"](a, b, x, y) / x,
        ),
        "density_b": (
            lambda v, a, b, x, y: (
                v * beta["log_a"](a, b, x, y) + beta["density"](a, b, x, y) * _trigamma(a + b)
            ),
            lambda v, a, b, x, y: (
                v * beta["log_b"](a, b, x, y) + beta["density"](a, b, x, y) * _log_aa(b, a)
            ),
            lambda v, a, b, x, y: v * _beta_bend(a, b, x, y) - beta["density"](a, b, x, y) / y,
        ),
        "log_a": (
            lambda v, a, b, x, y: _log_aa(a, b),
            lambda v, a, b, x, y: _trigamma(a + b),
            lambda v, a, b, x, y: 1.0 / x,
        ),
        "log_b": (
            lambda v, a, b, x, y: _trigamma(a + b),
            lambda v, a, b, x, y: _log_aa(b, a),
            lambda v, a, b, x, y: -1.0 / y,
        ),
        "a": (_beta("aa"), _beta("ab"), _beta("density_a")),
        "b": (_beta("ab"), _beta("bb"), _beta("density_b")),
        "aa": (
            _refused,
            _refused,
            lambda v, a, b, x, y: (
                beta["density_a"](a, b, x, y) * beta["log_a"](a, b, x, y)
                + beta["density"](a, b, x, y) * _log_aa(a, b)
            ),
        ),
        "ab": (
            _refused,
            _refused,
            lambda v, a, b, x, y: (
                beta["density_a"](a, b, x, y) * beta["log_b"](a, b, x, y)
                + beta["density"](a, b, x, y) * _trigamma(a + b)
            ),
        ),
        "bb": (
            _refused,
            _refused,
            lambda v, a, b, x, y: (
                beta["density_b"](a, b, x, y) * beta["log_b"](a, b, x, y)
                + beta["density"](a, b, x, y) * _log_aa(b, a)
            ),
        ),
        "slope_a": (
            lambda v, a, b, x, y: beta["slope_aa"](a, b, x, y) - v * beta["log_a"](a, b, x, y),
            lambda v, a, b, x, y: beta["slope_ab"](a, b, x, y) - v * beta["log_b"](a, b, x, y),
            lambda v, a, b, x, y: -beta["log_a"](a, b, x, y) - v * _beta_bend(a, b, x, y),
        ),
        "slope_b": (
            lambda v, a, b, x, y: beta["slope_ab"](a, b, x, y) - v * beta["log_a"](a, b, x, y),
            lambda v, a, b, x, y: beta["slope_bb"](a, b, x, y) - v * beta["log_b"](a, b, x, y),
            lambda v, a, b, x, y: -beta["log_b"](a, b, x, y) - v * _beta_bend(a, b, x, y),
        ),
        "slope_aa": (
            _refused,
            _refused,
            lambda v, a, b, x, y: (
                -(beta["log_a"](a, b, x, y) ** 2) - _log_aa(a, b) - v * _beta_bend(a, b, x, y)
            ),
        ),
        "slope_ab": (
            _refused,
            _refused,
            lambda v, a, b, x, y: (
                -(beta["log_a"](a, b, x, y) * beta["log_b"](a, b, x, y))
                - _trigamma(a + b)
                - v * _beta_bend(a, b, x, y)
            ),
        ),
        "slope_bb": (
            _refused,
            _refused,
            lambda v, a, b, x, y: (
                -(beta["log_b"](a, b, x, y) ** 2) - _log_aa(b, a) - v * _beta_bend(a, b, x, y)
            ),
        ),
    },
    _none,
)
