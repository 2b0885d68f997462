"""sqrtm, logm: the principal square root and logarithm of a matrix.

Of symmetric matrices by their eigenvalues, as `matrix_function`. Of others by iterations that need
inverses alone, and their derivatives as that of `expm`: the function of a matrix of twice the size.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.linalg import LinAlgError

import cygrad.functions as F
from cygrad.core.function import Function
from cygrad.core.variable import Variable
from cygrad.linalg.decomposition import _Array, as_matrix, transposed
from cygrad.linalg.matrix_functions import MatrixFunction, Spectrum

if TYPE_CHECKING:
    from cygrad.core.variable import _MatrixLike

__all__ = ["logm", "sqrtm"]

EPS = float(np.finfo(np.float64).eps)
NEAR = 0.25  # the distance from the unit matrix up to which 8 nodes give the logarithm to rounding
NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)


# ---- Symmetric matrices -------------------------------------------------------------------------


def _is_symmetric(a: _Array) -> bool:
    """Whether all the matrices of a stack are, but for rounding."""
    with np.errstate(invalid="ignore"):
        difference = np.abs(a - np.swapaxes(a, -1, -2)).max(axis=(-2, -1), initial=0.0)
    size = np.abs(a).max(axis=(-2, -1), initial=0.0)
    return bool((difference <= 4.0 * a.shape[-1] * EPS * size).all())


def _not_negative(w: _Array) -> _Array:
    """The eigenvalues, with 0 for those that are negative by rounding."""
    rounding = w.shape[-1] * EPS * np.abs(w).max(axis=-1, initial=0.0, keepdims=True)
    if (w < -rounding).any():
        raise LinAlgError(
            f"sqrtm: an eigenvalue of the symmetric matrix is negative ({float(w.min())!r}), so "
            "the square root is complex; cygrad computes with real numbers only"
        )
    return np.where(w < 0.0, 0.0, w)


def _positive(w: _Array) -> _Array:
    if (w <= 0.0).any():
        raise LinAlgError(
            f"logm: an eigenvalue of the symmetric matrix is not positive ({float(w.min())!r}), so "
            "the logarithm does not exist or is complex; cygrad computes with real numbers only"
        )
    return w


# ---- Other matrices -----------------------------------------------------------------------------


def _check_eigenvalues(a: _Array, where: str) -> None:
    """LinAlgError unless the principal value exists, is real, and has a derivative."""
    w = np.linalg.eigvals(a)
    size = float(np.abs(w).max(initial=0.0))
    if (np.abs(w) <= a.shape[0] * EPS * size).any():
        raise LinAlgError(
            f"{where}: the matrix is singular, and not symmetric; no value has a derivative"
        )
    negative = (w.real < 0.0) & (np.abs(w.imag) <= EPS**0.5 * np.abs(w.real))
    if negative.any():
        raise LinAlgError(
            f"{where}: an eigenvalue is negative ({float(w.real[negative][0])!r}), so the result "
            "is complex; cygrad computes with real numbers only"
        )


def _root(a: _Array) -> _Array:
    """By the product form of Denman and Beavers' iteration, scaled while far away."""
    n = a.shape[0]
    eye = np.eye(n)
    x, m = a, a
    scaled = True
    for _ in range(60):
        inverse = np.linalg.inv(m)
        squared = 1.0
        if scaled:
            squared = math.exp(-np.linalg.slogdet(m)[1] / n)
            scaled = abs(squared - 1.0) > 1e-2
        x = 0.5 * squared**0.5 * (x + x @ inverse / squared)
        m = 0.5 * (eye + 0.5 * (squared * m + inverse / squared))
        distance = float(np.abs(m - eye).sum(axis=0).max(initial=0.0))
        if not distance > 4.0 * n * EPS:
            break
    if not np.abs(x @ x - a).max(initial=0.0) <= 1e-9 * np.abs(a).max(initial=0.0):
        raise LinAlgError("the iteration for the square root does not converge")
    return x


def _logarithm(a: _Array) -> _Array:
    """By square roots until it is near the unit matrix, and Gauss's rule for the integral."""
    eye = np.eye(a.shape[0])
    squarings = 0
    while np.abs(a - eye).sum(axis=0).max(initial=0.0) > NEAR:
        if squarings == 100:
            raise LinAlgError("its square roots do not converge")
        a = _root(a)
        squarings += 1
    x = a - eye
    y = np.zeros(a.shape)
    for node, weight in zip(0.5 * (NODES + 1.0), 0.5 * WEIGHTS, strict=True):
        y += weight * np.linalg.solve(eye + node * x, x)
    return y * 2.0**squarings


def _size(x: _Array) -> _Array:
    """The greatest element of each matrix; 1 for zeros, and where it is not finite."""
    size: _Array = np.abs(x).max(axis=(-2, -1), keepdims=True, initial=0.0)
    return np.where((size > 0.0) & (size < np.inf), size, 1.0)


def _inverse(a: _Array) -> _Array:
    try:
        y: _Array = np.asarray(np.linalg.inv(a), np.float64)
    except LinAlgError:  # where an input was changed
        return a
    return y


class General(Function):
    """A function of any matrix; its derivative is a block of that of a matrix of twice the size."""

    compute: Callable[[_Array], _Array]
    where = ""

    def __init__(self, checked: bool = False) -> None:
        super().__init__()
        self.checked = checked

    def forward(self, a: _Array) -> _Array:
        flat = a.reshape(math.prod(a.shape[:-2]), *a.shape[-2:])
        y = np.full(flat.shape, np.nan)
        for k, matrix in enumerate(flat):
            if not np.isfinite(matrix).all():
                continue
            if not self.checked:
                _check_eigenvalues(matrix, self.where)
            try:
                y[k] = type(self).compute(matrix)
            except LinAlgError as error:
                raise LinAlgError(f"{self.where}: {error}") from None
        return y.reshape(a.shape)

    def backward(self, gy: Variable) -> Variable:
        (a,) = self.inputs
        n = a.shape[-1]
        at = transposed(a)
        # The corner is linear in gy, which is brought to the size of a's least singular value, so
        # that it does not outgrow the rest.
        unit = np.exp2(np.round(np.log2(_size(gy.data)) + np.log2(_size(_inverse(a.data)))))
        top = F.concat([at, gy / unit], axis=-1)
        bottom = F.concat([Variable(np.zeros(a.shape), requires_grad=False), at], axis=-1)
        block = type(self)(checked=True)(F.concat([top, bottom], axis=-2))
        return F.mul(block[..., :n, n:], unit)


class Sqrtm(General):
    compute = staticmethod(_root)
    where = "sqrtm"


class Logm(General):
    compute = staticmethod(_logarithm)
    where = "logm"


# ---- The functions ------------------------------------------------------------------------------


def sqrtm(a: _MatrixLike) -> Variable:
    """The principal square root of a square matrix, or of each of a stack, as scipy.linalg.sqrtm.

    Parameters
    ----------
    a : Variable or array_like
        Of shape (..., n, n): symmetric and positive semidefinite; or any matrix without negative
        eigenvalues or 0.

    Returns
    -------
    Variable
        Of a's shape; nan for a matrix that is not finite.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a is not square; if an eigenvalue is negative, so that the root is complex; if a is
        singular and not symmetric; if an iteration does not converge.

    Notes
    -----
    Symmetric matrices (but for rounding) are computed by their eigenvalues, as `matrix_function`
    does, and right to the second derivative where these are equal; third ones are nan. Others by
    the iteration of E. Denman and A. Beavers in its product form (N. Higham, "Functions of
    Matrices", 2008, 6.3), and their derivatives of every order as those of `expm`. All elements of
    a are variables: for a gradient by a symmetric matrix, take its symmetric part. At a singular
    matrix the slope is infinite: the gradient is nan or inf.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> a = cg.Variable([[4.0, 0.0], [0.0, 4.0]])
    >>> y = LA.sqrtm(a); print(y)
    variable([[2., 0.],
              [0., 2.]])
    >>> y[0, 1].backward(); print(a.grad)
    variable([[0.  , 0.25],
              [0.  , 0.  ]])
    """
    x = as_matrix(a, "sqrtm", square=True)
    if _is_symmetric(x.data):
        return MatrixFunction(Spectrum(F.sqrt, "sqrtm", False, _not_negative))(x)
    return Sqrtm()(x)


def logm(a: _MatrixLike) -> Variable:
    """The principal logarithm of a square matrix, or of each of a stack, as scipy.linalg.logm.

    Parameters
    ----------
    a : Variable or array_like
        Of shape (..., n, n): symmetric and positive definite; or any matrix without negative
        eigenvalues or 0.

    Returns
    -------
    Variable
        Of a's shape; nan for a matrix that is not finite.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a is not square; if an eigenvalue is negative, so that the logarithm is complex, or 0; if
        an iteration does not converge.

    Notes
    -----
    Symmetric matrices (but for rounding) are computed by their eigenvalues, as `matrix_function`
    does, and right to the second derivative where these are equal; third ones are nan. Others by
    inverse scaling and squaring, with Gauss's rule for the logarithm near the unit matrix (N.
    Higham, "Functions of Matrices", 2008, 11.5), and their derivatives of every order as those of
    `expm`. All elements of a are variables: for a gradient by a symmetric matrix, take its
    symmetric part.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> a = cg.eye(2)
    >>> y = LA.logm(a); y[0, 1].backward(); print(a.grad)
    variable([[0., 1.],
              [0., 0.]])
    """
    x = as_matrix(a, "logm", square=True)
    if _is_symmetric(x.data):
        return MatrixFunction(Spectrum(F.log, "logm", False, _positive))(x)
    return Logm()(x)
