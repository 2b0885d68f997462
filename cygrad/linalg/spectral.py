"""eigh, svd, and what takes the eigenvalues or the singular values alone.

Equal eigenvalues or singular values: the vectors of their subspace may be turned within it, so they
have no derivatives. A gradient that flows into the values alone is computed, one that flows into
the vectors of equal values is refused (see equal_values.py), and so are second derivatives there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.linalg import LinAlgError

import cygrad.functions as F
from cygrad.core.mode import is_grad_enabled
from cygrad.core.variable import Variable
from cygrad.linalg.decomposition import (
    Decomposition,
    _Array,
    as_matrix,
    check_finite,
    filled,
    transposed,
)
from cygrad.linalg.equal_values import Gaps, Inverse, Numerator, Shared, are_equal, are_zero
from cygrad.linalg.results import EighResult, SVDResult

if TYPE_CHECKING:
    from cygrad.core.variable import _MatrixLike

__all__ = ["eigh", "eigvalsh", "svd", "svdvals"]

FIRST_ONLY = (
    "first derivatives only; linalg.matrix_function(f, x), sqrtm, logm, expm and inv have second "
    "ones, and so has F.trace of them for a sum of f(w)"
)
OF_SYMMETRIC = (
    "for functions of the matrix, such as v f(w) v^T, use linalg.matrix_function(f, x), sqrtm, "
    "logm, expm or inv, and for those of the values alone eigvalsh"
)
OF_PRODUCT = (
    "for u f(s) vh use a @ linalg.matrix_function(g, a.T @ a) with g(w) = f(sqrt(w)) / sqrt(w) "
    "(w ** -0.5 for u @ vh), or pinv, and for functions of the values alone svdvals"
)


# ---- eigh ---------------------------------------------------------------------------------------


class Eigh(Decomposition):
    """a = v diag(w) v^T for a symmetric a."""

    def __init__(self, lower: bool, final: bool = False) -> None:
        super().__init__()
        self.lower = lower
        self.final = final  # of equal eigenvalues: refuse to differentiate

    def decompose(self, a: _Array) -> tuple[_Array, ...]:
        return tuple(np.linalg.eigh(a, "L" if self.lower else "U"))

    def again(self) -> Eigh:
        return Eigh(self.lower, self.final)

    def backward(self, gw: Variable | None, gv: Variable | None) -> Variable:
        w, v = self.results()
        n = w.shape[-1]
        if are_equal(w.data, n).any():
            if self.final:
                raise LinAlgError(f"eigh: at equal eigenvalues there are {FIRST_ONLY}")
            if is_grad_enabled():
                w, v = Eigh(self.lower, final=True)(*self.inputs)
        valued, gw = gw is not None, filled(gw, w)
        middle = F.unsqueeze(Shared(n)(gw, w), -1) * np.eye(n)
        if gv is not None:
            turned = 0.5 * (transposed(v) @ gv)
            check = Numerator("eigh", "eigenvalue", OF_SYMMETRIC, n, valued)
            middle = middle + check(turned, transposed(turned), w, gw, gv) * Gaps(n)(w)
        g = v @ middle @ transposed(v)
        return 0.5 * (g + transposed(g))


def eigh(a: _MatrixLike, UPLO: str = "L") -> EighResult:
    """The eigenvalues and eigenvectors of a symmetric matrix, as np.linalg.eigh.

    Parameters
    ----------
    a : Variable or array_like
        Of shape (..., n, n). Only one of its triangles is read.
    UPLO : {'L', 'U'}, default 'L'
        The lower or the upper one.

    Returns
    -------
    eigenvalues : Variable
        (..., n), in ascending order.
    eigenvectors : Variable
        (..., n, n), in columns.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a is not square, or the algorithm does not converge. In a backward pass, if eigenvalues
        are equal, or nearly, and what flows to their vectors does not determine the gradient; and
        for second derivatives at equal eigenvalues.
    ValueError
        If UPLO is neither.

    Notes
    -----
    da = v (diag(gw) + F * skew(v^T gv)) v^T, where F_ij = 1 / (w_j - w_i) off the diagonal and
    skew(x) = (x - x^T) / 2 (M. Giles, "An extended collection of matrix derivative results", 2008,
    3.1). The gradient is that by a symmetric a, and symmetric itself. An eigenvector's sign is
    LAPACK's choice, so a function of eigenvectors should not depend on it. Nor can it use those of
    equal eigenvalues: v exp(w) v^T has the numerators 0 there, as other functions do that have
    another gradient. `matrix_function`, `sqrtm`, `logm`, `expm` and `inv` have all of theirs.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> a = cg.Variable([[2.0, 0.0], [0.0, 1.0]])
    >>> w, v = LA.eigh(a); w
    variable([1., 2.])
    >>> w[0].backward(); print(a.grad)
    variable([[0., 0.],
              [0., 1.]])
    """
    if not isinstance(UPLO, str) or UPLO.upper() not in ("L", "U"):
        raise ValueError(f"eigh: UPLO must be 'L' or 'U', not {UPLO!r}")
    w, v = Eigh(UPLO.upper() == "L")(as_matrix(a, "eigh", square=True))
    return EighResult(w, v)


def eigvalsh(a: _MatrixLike, UPLO: str = "L") -> Variable:
    """The eigenvalues of a symmetric matrix, as np.linalg.eigvalsh.

    Parameters
    ----------
    a : Variable or array_like
        Of shape (..., n, n). Only one of its triangles is read.
    UPLO : {'L', 'U'}, default 'L'
        The lower or the upper one.

    Returns
    -------
    Variable
        (..., n), in ascending order.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a is not square, or the algorithm does not converge; and for second derivatives at equal
        eigenvalues.
    ValueError
        If UPLO is neither.

    Notes
    -----
    da = v diag(gw) v^T. Where eigenvalues are equal, their order is LAPACK's choice, so only
    functions that are symmetric in them have a gradient, which this is; others have a kink, and
    equal eigenvalues share what flows to them evenly, as for `max`.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> LA.eigvalsh(cg.Variable([[2.0, 1.0], [1.0, 2.0]]))
    variable([1., 3.])
    """
    return eigh(a, UPLO).eigenvalues


# ---- svd ----------------------------------------------------------------------------------------


class SVD(Decomposition):
    """a = u diag(s) vh, with u (..., m, k), s (..., k), vh (..., k, n), k = min(m, n)."""

    def __init__(self, final: bool = False) -> None:
        super().__init__()
        self.final = final  # of equal singular values: refuse to differentiate

    def decompose(self, a: _Array) -> tuple[_Array, ...]:
        return tuple(np.linalg.svd(check_finite(a, "svd"), full_matrices=False))

    def again(self) -> SVD:
        return SVD(self.final)

    def backward(self, gu: Variable | None, gs: Variable | None, gvh: Variable | None) -> Variable:
        u, s, vh = self.results()
        (a,) = self.inputs
        m, n = a.shape[-2:]
        k, size = s.shape[-1], max(m, n)
        if are_equal(s.data, size).any() or (m != n and are_zero(s.data, size).any()):
            if self.final:
                raise LinAlgError(
                    "svd: at equal singular values, and at those that are 0, there are "
                    + FIRST_ONLY
                )
            if is_grad_enabled():
                u, s, vh = SVD(final=True)(*self.inputs)
        valued, gs = gs is not None, filled(gs, s)
        middle = F.unsqueeze(Shared(size)(gs, s), -1) * np.eye(k)
        if gu is None and gvh is None:
            return u @ middle @ vh
        gu, gv = filled(gu, u), transposed(filled(gvh, vh))
        ut, v = transposed(u), transposed(vh)
        x, y = 0.5 * (ut @ gu), 0.5 * (vh @ gv)
        x, y = x - transposed(x), y - transposed(y)
        # 2 (x_ij s_j + s_i y_ij) / (s_j^2 - s_i^2), taken apart by difference and sum.
        check = Numerator("svd", "singular value", OF_PRODUCT, size, valued, m != n)
        middle = middle + check(x, -y, s, gs, gu, gv) * Gaps(size)(s)
        middle = middle + (x - y) * Gaps(size, -1.0)(s)
        g = u @ middle @ vh
        if m != n:
            inverse = F.unsqueeze(Inverse(size)(s), -2)
            if m > k:
                g = g + ((gu - u @ (ut @ gu)) * inverse) @ vh
            else:
                g = g + u @ transposed((gv - v @ (vh @ gv)) * inverse)
        return g


def svd(a: _MatrixLike, full_matrices: bool = False) -> SVDResult:
    """The singular value decomposition of a matrix, or of each of a stack, as np.linalg.svd.

    Parameters
    ----------
    a : Variable or array_like
        Of shape (..., m, n); k is the smaller of m and n.
    full_matrices : bool, default False
        True is refused: the vectors beyond the first k are anybody's choice. NumPy's default is
        True.

    Returns
    -------
    U : Variable
        (..., m, k), with orthonormal columns.
    S : Variable
        (..., k), in descending order.
    Vh : Variable
        (..., k, n), with orthonormal rows: a = U diag(S) Vh.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a has fewer than two axes or holds inf or nan, or the algorithm does not converge. In a
        backward pass, if singular values are equal, or nearly, or 0 where a is not square, and what flows to their
        vectors does not determine the gradient; and for second derivatives there.
    ValueError
        If full_matrices is True.

    Notes
    -----
    With x = skew(U^T gU), y = skew(V^T gV), d_ij = s_j - s_i and t_ij = s_j + s_i, the gradient is
    U ((x + y) / d + (x - y) / t + diag(gS)) Vh, and (I - U U^T) gU S^-1 Vh and its like for V where
    a is not square (J. Townsend, "Differentiating the singular value decomposition", 2016). The
    signs of pairs of vectors are LAPACK's choice, so a function should not depend on them.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> a = cg.Variable([[0.0, 2.0], [1.0, 0.0]])
    >>> u, s, vh = LA.svd(a); s
    variable([2., 1.])
    >>> s[0].backward(); print(a.grad)
    variable([[0., 1.],
              [0., 0.]])
    """
    if full_matrices:
        raise ValueError(
            "svd: full_matrices=True has no derivative; use full_matrices=False, or "
            "np.linalg.svd on .data"
        )
    u, s, vh = SVD()(as_matrix(a, "svd"))
    return SVDResult(u, s, vh)


def svdvals(a: _MatrixLike) -> Variable:
    """The singular values of a matrix, or of each of a stack, as np.linalg.svdvals.

    Parameters
    ----------
    a : Variable or array_like
        Of shape (..., m, n).

    Returns
    -------
    Variable
        (..., min(m, n)), in descending order.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a has fewer than two axes, or holds inf or nan; for second derivatives, if singular
        values are equal.

    Notes
    -----
    da = U diag(gy) Vh. Where singular values are equal, only functions that are symmetric in them
    have a gradient, which this is; others have a kink, and equal singular values share what flows
    to them evenly, as for `max`. At 0, where they have a kink, it is one of the slopes.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> LA.svdvals(cg.Variable([[0.0, 2.0], [1.0, 0.0]]))
    variable([2., 1.])
    """
    return svd(a).S
