"""Student's distribution function and its inverse, of the standardized variable.

scipy computes the values; the derivative by the degrees of freedom is cygrad's own
(kernels/incomplete_student.h). A second one by them is not known.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.kernels.incomplete import student_derivative
from cygrad.special.operation import SpecialFunction, scipys
from cygrad.special.stirling import half_step
from cygrad.stats.tails import LOG_ROOT_2PI, t_tail, with_t_tails

__all__ = ["cdf", "ppf"]


def _density(df: Variable, x: Variable) -> Variable:
    near = F.exp(half_step(0.5 * df) - LOG_ROOT_2PI - t_tail(x, df))
    return with_t_tails(near, x, 1.0, df)


def _refused(*_: Variable) -> Variable:
    raise NotImplementedError(
        "t.cdf, t.ppf: second derivatives by the degrees of freedom are not known here; the first "
        "are, and the mixed ones"
    )


def _bend(df: Variable, x: Variable) -> Variable:
    """The derivative of the logarithm of the density by x"""
    return -((df + 1.0) * x) / (df + x * x)


# Of the logarithm of the density, of T, and of T over minus the density, by the degrees of freedom.
_log_df = SpecialFunction(
    "t log_df",
    partial(student_derivative, "log_df"),
    _refused,
    lambda y, df, x: -(x * (x * x - 1.0)) / (df + x * x) ** 2,
)
_df = SpecialFunction(
    "t df",
    partial(student_derivative, "df"),
    _refused,
    lambda y, df, x: _density(df, x) * _log_df(df, x),
)
_slope_df = SpecialFunction(
    "t slope_df",
    partial(student_derivative, "slope_df"),
    _refused,
    lambda y, df, x: -_log_df(df, x) - y * _bend(df, x),
)


def _quantile(df: NDArray[np.float64], p: NDArray[np.float64]) -> Any:
    return np.where(p == 0.0, -np.inf, scipys("stdtrit")(df, p))  # scipy: inf at 0


# Their names are scipy.special's.
cdf = SpecialFunction("stdtr", None, lambda p, df, x: _df(df, x), lambda p, df, x: _density(df, x))
ppf = SpecialFunction(
    "stdtrit", _quantile, lambda x, df, p: _slope_df(df, x), lambda x, df, p: 1.0 / _density(df, x)
)
