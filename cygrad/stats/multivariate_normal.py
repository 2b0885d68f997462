"""The multivariate normal distribution: `logpdf` and `pdf`, as scipy.stats.multivariate_normal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from numpy.linalg import LinAlgError

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.linalg.cholesky import cholesky
from cygrad.linalg.triangular import solve_triangular
from cygrad.stats.standard import as_variable

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["logpdf", "pdf"]


def logpdf(x: _ArrayLike, mean: _ArrayLike | None = None, cov: _ArrayLike = 1.0) -> Variable:
    """The logarithm of the density of the multivariate normal distribution.

    Parameters
    ----------
    x : Variable or array_like
        Of shape (..., d).
    mean : Variable or array_like, optional
        (d,), or a number for d = 1; by default zeros.
    cov : Variable or array_like, default 1
        The covariances (d, d), of which the lower triangle is read; the variances (d,); or a
        number, the variance of all.

    Returns
    -------
    Variable
        Of shape (...).

    Raises
    ------
    numpy.linalg.LinAlgError
        If cov is not positive definite.
    ValueError
        If the shapes do not fit.

    Notes
    -----
    -|z|^2 / 2 - the sum of log(diagonal(l)) - d log(2 pi) / 2, with cov = l l^T and
    z = l^-1 (x - mean). The gradient to cov is symmetric (see `cygrad.linalg.cholesky`).

    Examples
    --------
    >>> from cygrad.stats import multivariate_normal
    >>> multivariate_normal.logpdf([1.0, 0.0], [0.0, 0.0], [[2.0, 1.0], [1.0, 2.0]])
    variable(-2.720516544076733)
    """
    point, spread = as_variable(x), as_variable(cov)
    center = None if mean is None else as_variable(mean)
    d = _dimension(point, center, spread)
    shape = point.shape
    if point.ndim == 0 or (point.ndim == 1 and d == 1):
        point = F.reshape(point, (*shape, 1) if shape != (1,) else (1,))
    if point.shape[-1] != d or spread.shape not in ((), (d,), (d, d)):
        raise ValueError(
            f"multivariate_normal.logpdf: x of shape {shape}, "
            f"mean of shape {() if center is None else center.shape} and cov of shape "
            f"{spread.shape} do not fit: they must be (..., d), (d,) and (d, d), (d,) or a number"
        )
    if center is not None:
        point = point - center
    rows = F.reshape(point, (-1, d))
    constant = 0.5 * d * math.log(2.0 * math.pi)
    if spread.ndim < 2 or d == 1:
        variances = F.broadcast_to(F.reshape(spread, (-1,)), (d,))
        if not (variances.data > 0).all():
            raise LinAlgError("multivariate_normal.logpdf: cov has variances that are not positive")
        value = -0.5 * F.sum(rows * rows / variances, axis=1)
        value = value - (0.5 * F.sum(F.log(variances)) + constant)
    else:
        try:
            factor = cholesky(spread)
        except LinAlgError as error:
            raise LinAlgError(f"multivariate_normal.logpdf: {error}") from None
        z = solve_triangular(factor, rows.T, lower=True)
        value = -0.5 * F.sum(z * z, axis=0)
        value = value - (F.sum(F.log(F.einsum("ii->i", factor))) + constant)
    return F.reshape(value, point.shape[:-1])


def _dimension(x: Variable, mean: Variable | None, cov: Variable) -> int:
    for v in (mean, cov):
        if v is not None and v.ndim > 0:
            return v.shape[-1]
    return x.shape[-1] if mean is None and x.ndim > 1 else 1


def pdf(x: _ArrayLike, mean: _ArrayLike | None = None, cov: _ArrayLike = 1.0) -> Variable:
    """The density of the multivariate normal distribution.

    Parameters
    ----------
    x : Variable or array_like
        Of shape (..., d).
    mean : Variable or array_like, optional
        (d,), or a number for d = 1; by default zeros.
    cov : Variable or array_like, default 1
        The covariances (d, d), of which the lower triangle is read; the variances (d,); or a
        number, the variance of all.

    Returns
    -------
    Variable
        Of shape (...).

    Raises
    ------
    numpy.linalg.LinAlgError
        If cov is not positive definite.
    ValueError
        If the shapes do not fit.

    Notes
    -----
    exp(-|z|^2 / 2) / sqrt((2 pi)^d det(cov)), with cov = l l^T and z = l^-1 (x - mean). It is
    exp(logpdf), and d pdf = pdf d logpdf.

    Examples
    --------
    >>> from cygrad.stats import multivariate_normal
    >>> multivariate_normal.pdf([0.0, 0.0], [0.0, 0.0], [1.0, 1.0])
    variable(0.15915494309189537)
    """
    return F.exp(logpdf(x, mean, cov))
