"""matrix_function: f of a symmetric matrix, by its eigenvalues.

The derivative is v (f1 * (v^T e v)) v^T with the divided differences f1_ij = f[w_i, w_j], and the
second one has f[w_i, w_j, w_k]: no vector is differentiated, so equal eigenvalues are as good as
others.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.linalg import LinAlgError

from cygrad.core.backward import Partial
from cygrad.core.function import Function
from cygrad.core.variable import Variable
from cygrad.linalg.decomposition import _Array, as_matrix, transposed
from cygrad.linalg.divided_differences import (
    Elementwise,
    derivatives,
    first_differences,
    second_differences,
)

if TYPE_CHECKING:
    from cygrad.core.variable import _MatrixLike

__all__ = ["MatrixFunction", "Spectrum", "matrix_function"]

Domain = Callable[[_Array], _Array]


class Eigen:
    """What is known of f at the eigenvalues of a matrix, or of each of a stack."""

    def __init__(self, f: Elementwise, a: _Array, domain: Domain | None, where: str) -> None:
        self.f = f
        self.a = a.copy()
        finite = np.asarray(np.isfinite(a).all(axis=(-2, -1), keepdims=True))
        try:
            self.w, self.v = np.linalg.eigh(np.where(finite, a, np.eye(a.shape[-1])))
        except LinAlgError as error:
            raise LinAlgError(f"{where}: {error}") from None
        self.w = np.where(finite[..., 0], self.w, np.nan)
        if domain is not None:
            self.w = domain(self.w)
        self.vt = np.swapaxes(self.v, -1, -2)

    @cached_property
    def fw(self) -> _Array:
        return derivatives(self.f, self.w, 0)

    @cached_property
    def first(self) -> tuple[_Array, _Array]:
        return first_differences(self.f, self.w, self.fw)

    @cached_property
    def second(self) -> _Array:
        return second_differences(self.f, self.w, *self.first)


class Spectrum:
    """f, and the eigenvalues of the matrix that it was asked for last.

    A domain checks the eigenvalues, and may replace them.
    """

    def __init__(
        self, f: Elementwise, where: str, symmetric: bool, domain: Domain | None = None
    ) -> None:
        self.f = f
        self.where = where
        self.symmetric = symmetric  # gradients are those by a symmetric matrix
        self.domain = domain
        self.known: Eigen | None = None

    def of(self, a: _Array) -> Eigen:
        known = self.known
        if known is None or not np.array_equal(known.a, a, equal_nan=True):
            known = self.known = Eigen(self.f, a, self.domain, self.where)
        return known

    def part(self, g: Variable) -> Variable:
        return 0.5 * (g + transposed(g)) if self.symmetric else g


def _symmetrized(y: _Array) -> _Array:
    half: _Array = 0.5 * (y + np.swapaxes(y, -1, -2))
    return half


class MatrixFunction(Function):
    """v f(w) v^T, for a = v w v^T."""

    def __init__(self, spectrum: Spectrum) -> None:
        super().__init__()
        self.spectrum = spectrum

    def forward(self, a: _Array) -> _Array:
        e = self.spectrum.of(a)
        return _symmetrized((e.v * e.fw[..., None, :]) @ e.vt)

    def backward(self, gy: Variable) -> Variable:
        (a,) = self.inputs
        return Slope(self.spectrum)(a, self.spectrum.part(gy))


class Slope(Partial):
    """v (f1 * (v^T e v)) v^T: the derivative along e, and its own adjoint."""

    def __init__(self, spectrum: Spectrum) -> None:
        super().__init__()
        self.spectrum = spectrum

    def forward(self, a: _Array, e: _Array) -> _Array:
        s = self.spectrum.of(a)
        with np.errstate(invalid="ignore"):
            y: _Array = s.v @ (s.first[0] * (s.vt @ e @ s.v)) @ s.vt
        return _symmetrized(y) if self.spectrum.symmetric else y

    def backward(self, gy: Variable) -> tuple[Variable | None, Variable | None]:
        a, e = self.inputs
        gy = self.spectrum.part(gy)
        by_a = Curvature(self.spectrum)(a, e, gy) if self.wanted[0] else None
        return by_a, Slope(self.spectrum)(a, gy) if self.wanted[1] else None


class Curvature(Partial):
    """The gradient of sum(g * slope(a, e)) by a: the second derivative along e^T and g."""

    def __init__(self, spectrum: Spectrum) -> None:
        super().__init__()
        self.spectrum = spectrum

    def forward(self, a: _Array, e: _Array, g: _Array) -> _Array:
        s = self.spectrum.of(a)
        with np.errstate(invalid="ignore"):
            e, g = s.vt @ e @ s.v, s.vt @ g @ s.v
            y = np.einsum("...ikj,...ik,...ij->...kj", s.second, e, g)
            y += np.einsum("...ikj,...ki,...ji->...kj", s.second, g, e)
            y = s.v @ y @ s.vt
        return _symmetrized(y) if self.spectrum.symmetric else y

    def backward(self, gy: Variable) -> tuple[Variable | None, ...]:
        a, e, g = self.inputs
        gy = self.spectrum.part(gy)
        # Of the third order is nan: a pass may come by here whose end does not depend on it.
        by_a = Variable(np.full(a.shape, np.nan), requires_grad=False) if self.wanted[0] else None
        by_e = Curvature(self.spectrum)(a, gy, g) if self.wanted[1] else None
        return by_a, by_e, Curvature(self.spectrum)(a, transposed(e), gy)


def matrix_function(f: Elementwise, x: _MatrixLike) -> Variable:
    """A function of a symmetric matrix, or of each of a stack: v f(w) v^T for x = v w v^T.

    Parameters
    ----------
    f : callable
        Of a Variable (k,), to one of that shape, elementwise: such as ``F.exp``, or
        ``lambda w: 1.0 / w``. It is called with eigenvalues, and with numbers between them.
    x : Variable or array_like
        Of shape (..., n, n). Only its lower triangle is read.

    Returns
    -------
    Variable
        Of x's shape; nan for a matrix that is not finite.

    Raises
    ------
    numpy.linalg.LinAlgError
        If x is not square, or the eigenvalues are not found.
    TypeError
        If f does not return a Variable.
    ValueError
        If f is not elementwise, or depends on another Variable that requires a gradient.

    Notes
    -----
    dx = v (f1 * (v^T gy v)) v^T with the divided differences
    f1_ij = (f(w_i) - f(w_j)) / (w_i - w_j), and f'(w_i) where they are equal (Daleckii and Krein;
    N. Higham, "Functions of Matrices", 2008, 3.2). They keep their digits as eigenvalues come
    together, and so do second derivatives, which take n^3 numbers. Third ones are nan. The gradient
    is that by a symmetric x, and symmetric itself. For the exponential, root and logarithm of any
    matrix, see `expm`, `sqrtm` and `logm`.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F, cygrad.linalg as LA
    >>> x = cg.Variable([[2.0, 0.0], [0.0, 2.0]])
    >>> y = LA.matrix_function(F.exp, x)
    >>> y[0, 1].backward(); print(x.grad)
    variable([[0.        , 3.69452805],
              [3.69452805, 0.        ]])
    """
    matrix = as_matrix(x, "matrix_function", square=True)
    spectrum = Spectrum(f, "matrix_function", symmetric=True)
    w = spectrum.of(matrix.data).w.reshape(-1)
    _check(f, Variable(w, requires_grad=False))
    return MatrixFunction(spectrum)(matrix)


def _check(f: Elementwise, w: Variable) -> None:
    """Errors for what is no elementwise function of w alone."""
    y = f(w)
    if not isinstance(y, Variable):
        raise TypeError(
            f"matrix_function: f must return a Variable, not {type(y).__name__}; compute with "
            "cygrad.functions, or NumPy's functions of Variables"
        )
    if y.shape != w.shape:
        raise ValueError(
            f"matrix_function: f must be elementwise, but gives shape {y.shape} for {w.shape}"
        )
    if y.requires_grad:
        raise ValueError(
            "matrix_function: f depends on a Variable that requires a gradient, and only that by "
            "x is computed; give f its .data, or numbers"
        )
    if w.size > 1:
        alone = f(Variable(w.data[:1].copy(), requires_grad=False))
        if not np.array_equal(alone.data, y.data[:1], equal_nan=True):
            raise ValueError(
                "matrix_function: f must be elementwise, but its value at an eigenvalue changes "
                "with the others"
            )
