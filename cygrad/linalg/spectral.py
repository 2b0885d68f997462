"""eigh, svd, and what takes the eigenvalues or the singular values alone.

Equal eigenvalues or singular values: the vectors of their subspace may be turned within it, so they
have no derivatives themselves, but a function that does not change under such turns has a gradient.
It is computed if what flows to the vectors is of that kind, else refused; the derivatives of that
gradient are refused always.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.mode import is_grad_enabled
from cygrad.core.variable import Variable
from cygrad.linalg.decomposition import Decomposition, _Array, as_matrix, transposed
from cygrad.linalg.results import EighResult, SVDResult

if TYPE_CHECKING:
    from cygrad.core.variable import _MatrixLike

__all__ = ["eigh", "eigvalsh", "svd", "svdvals"]


# ---- Equal eigenvalues --------------------------------------------------------------------------


def _equal(w: _Array, scale: _Array) -> NDArray[np.bool_]:
    """Which pairs of the numbers are equal but for rounding; each with itself."""
    n = max(w.shape[-1], 1)
    tolerance = n * np.finfo(np.float64).eps * scale[..., None, None]
    near: NDArray[np.bool_] = np.abs(w[..., :, None] - w[..., None, :]) <= tolerance
    return near | np.eye(w.shape[-1], dtype=bool)


def _refuse_turns(x: Variable, equal: NDArray[np.bool_], size: Variable, where: str) -> None:
    """LinAlgError if what flows to the vectors of equal values would change as they turn."""
    largest = np.abs(size.data).max(initial=0.0)
    if (np.abs(x.data[equal]) > 1e-8 * largest).any():
        raise LinAlgError(
            f"{where} are equal, so their vectors have no derivative; the values themselves, and "
            "functions that do not change as the vectors turn within their subspace, have one"
        )


def _gaps(w: Variable, equal: NDArray[np.bool_]) -> Variable:
    """1 / (w_j - w_i), and 0 where they are equal."""
    difference = F.unsqueeze(w, -2) - F.unsqueeze(w, -1)
    return F.where(equal, 0.0, 1.0 / F.where(equal, 1.0, difference))


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

    def backward(self, gw: Variable, gv: Variable) -> Variable:
        w, v = self.results()
        equal = _equal(w.data, np.abs(w.data).max(axis=-1, initial=0.0))
        if equal.sum() > w.size:
            if self.final:
                raise LinAlgError("eigh: at equal eigenvalues there are first derivatives only")
            if is_grad_enabled():
                w, v = Eigh(self.lower, final=True)(*self.inputs)
        turned = transposed(v) @ gv
        skew = 0.5 * (turned - transposed(turned))
        _refuse_turns(skew, equal, turned, "eigh: some eigenvalues")
        middle = skew * _gaps(w, equal) + F.unsqueeze(gw, -1) * np.eye(w.shape[-1])
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
        are equal and what flows to their vectors depends on which vectors LAPACK chose; and for
        second derivatives at equal eigenvalues.
    ValueError
        If UPLO is neither.

    Notes
    -----
    da = v (diag(gw) + F * skew(v^T gv)) v^T, where F_ij = 1 / (w_j - w_i) off the diagonal and
    skew(x) = (x - x^T) / 2 (M. Giles, "An extended collection of matrix derivative results", 2008,
    3.1). The gradient is that by a symmetric a, and symmetric itself. An eigenvector's sign is
    LAPACK's choice, so a function of eigenvectors should not depend on it.

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
    functions that are symmetric in them have a gradient, which this is.

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
        return tuple(np.linalg.svd(a, full_matrices=False))

    def again(self) -> SVD:
        return SVD(self.final)

    def backward(self, gu: Variable, gs: Variable, gvh: Variable) -> Variable:
        u, s, vh = self.results()
        (a,) = self.inputs
        m, n = a.shape[-2:]
        k = s.shape[-1]
        largest = s.data.max(axis=-1, initial=0.0)
        equal = _equal(s.data, largest)
        zero = s.data <= max(m, n) * np.finfo(np.float64).eps * largest[..., None]
        if equal.sum() > s.size or (m != n and zero.any()):
            if self.final:
                raise LinAlgError(
                    "svd: at equal singular values, and at those that are 0, there are "
                    "first derivatives only"
                )
            if is_grad_enabled():
                u, s, vh = SVD(final=True)(*self.inputs)
        ut, v = transposed(u), transposed(vh)
        x, y = ut @ gu, vh @ transposed(gvh)
        x, y = 0.5 * (x - transposed(x)), 0.5 * (y - transposed(y))
        column, row = F.unsqueeze(s, -1), F.unsqueeze(s, -2)
        # 2 (x_ij s_j + s_i y_ij) / (s_j^2 - s_i^2), taken apart by difference and sum.
        difference = _gaps(s, equal)
        pair = zero[..., :, None] & zero[..., None, :]
        total = F.where(pair, 0.0, 1.0 / F.where(pair, 1.0, row + column))
        _refuse_turns(x + y, equal, _largest(gu, gvh), "svd: some singular values")
        _refuse_turns(x - y, pair, _largest(gu, gvh), "svd: some singular values")
        middle = (x + y) * difference + (x - y) * total
        middle = middle + F.unsqueeze(gs, -1) * np.eye(k)
        g = u @ middle @ vh
        if m > k:
            g = g + self.beyond(gu - u @ (ut @ gu), s, zero) @ vh
        if n > k:
            w = transposed(gvh)
            g = g + u @ transposed(self.beyond(w - v @ (vh @ w), s, zero))
        return g

    @staticmethod
    def beyond(g: Variable, s: Variable, zero: NDArray[np.bool_]) -> Variable:
        """g / s, for what flows to the vectors out of their own space."""
        if (np.abs(g.data) * zero[..., None, :] > 1e-8 * np.abs(g.data).max(initial=0.0)).any():
            raise LinAlgError("svd: a singular value is 0, so its vectors have no derivative")
        safe = F.where(zero, 1.0, s)
        return g * F.unsqueeze(F.where(zero, 0.0, 1.0 / safe), -2)


def _largest(a: Variable, b: Variable) -> Variable:
    return a if np.abs(a.data).max(initial=0.0) > np.abs(b.data).max(initial=0.0) else b


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
        If a has fewer than two axes, or the algorithm does not converge. In a backward pass, if
        singular values are equal or 0, and what flows to their vectors depends on which LAPACK
        chose; and for second derivatives there.
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
        If a has fewer than two axes; for second derivatives, if singular values are equal.

    Notes
    -----
    da = U diag(gy) Vh. Where singular values are equal, only functions that are symmetric in them
    have a gradient, which this is; at 0, where they have a kink, it is one of the slopes.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> LA.svdvals(cg.Variable([[0.0, 2.0], [1.0, 0.0]]))
    variable([2., 1.])
    """
    return svd(a).S
