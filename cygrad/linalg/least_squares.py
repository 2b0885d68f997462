"""pinv, lstsq."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.function import Function
from cygrad.core.variable import Variable
from cygrad.functions.comparison import less
from cygrad.linalg.decomposition import as_matrix, check_finite, transposed
from cygrad.linalg.qr import qr
from cygrad.linalg.spectral import svdvals
from cygrad.linalg.triangular import solve_triangular

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike, _MatrixLike

__all__ = ["lstsq", "pinv"]

_Array: TypeAlias = NDArray[np.float64]


class Pinv(Function):
    """The pseudoinverse p of a."""

    def __init__(self, rcond: float) -> None:
        super().__init__()
        self.rcond = rcond

    def forward(self, a: _Array) -> _Array:
        inverse: _Array = np.asarray(
            np.linalg.pinv(check_finite(a, "pinv"), self.rcond), np.float64
        )
        return inverse

    def backward(self, gp: Variable) -> Variable:
        (a,), p = self.inputs, self.outputs[0]
        if p is None:
            p = Pinv(self.rcond)(a)
        pt, gpt = transposed(p), transposed(gp)
        g = -(pt @ gp @ pt)
        left = gpt @ (p @ pt)  # each of a's shape
        right = (pt @ p) @ gpt
        return g + (left - a @ (p @ left)) + (right - (right @ p) @ a)


def pinv(a: _MatrixLike, rcond: float = 1e-15) -> Variable:
    """The Moore-Penrose pseudoinverse of a matrix, or of each of a stack, as np.linalg.pinv.

    Parameters
    ----------
    a : Variable or array_like
        Of shape (..., m, n).
    rcond : float, default 1e-15
        Singular values up to this times the greatest count as 0.

    Returns
    -------
    Variable
        Of shape (..., n, m).

    Raises
    ------
    numpy.linalg.LinAlgError
        If a has fewer than two axes or holds inf or nan, or the algorithm does not converge.

    Notes
    -----
    dp = -p da p + p p^T da^T (I - a p) + (I - p a) da^T p^T p, at constant rank (G. H. Golub and
    V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems whose
    variables separate", 1973). Where the rank is not full, the pseudoinverse is not continuous, and
    this is its derivative along changes of a that keep the rank.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> LA.pinv(cg.Variable([[2.0], [0.0]]))
    variable([[0.5, 0. ]])
    """
    return Pinv(rcond)(as_matrix(a, "pinv"))


def lstsq(
    a: _MatrixLike, b: _ArrayLike, rcond: float | None = None
) -> tuple[Variable, Variable, int, Variable]:
    """The least-squares solution of a x = b, as np.linalg.lstsq.

    Parameters
    ----------
    a : Variable or array_like
        A matrix (m, n) of full rank.
    b : Variable or array_like
        Of shape (m,) or (m, p).
    rcond : float, optional
        Singular values up to this times the greatest count as 0; by default, the machine precision
        times the greater of m and n.

    Returns
    -------
    x : Variable
        (n,) or (n, p). If m < n, the solution of least norm.
    residuals : Variable
        The sums of squares of b - a x, of shape (1,) or (p,); empty if m <= n.
    rank : int
    s : Variable
        The singular values of a.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a is not a matrix, not of full rank, or holds inf or nan.
    ValueError
        If the shapes do not fit.

    Notes
    -----
    For m >= n, x = r^-1 q^T b, and for m < n, x = q r^-T b, where q r is a, or a^T. The gradients
    are those of `qr` and `solve_triangular`.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> a = cg.Variable([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    >>> x, residuals, rank, s = LA.lstsq(a, [1.0, 3.0, 5.0])
    >>> [round(float(v), 12) for v in x.data], rank
    ([1.0, 2.0], 2)
    """
    matrix = as_matrix(a, "lstsq")
    right = b if isinstance(b, Variable) else Variable(b, requires_grad=False)
    if matrix.ndim != 2:
        raise LinAlgError(
            f"lstsq: a of shape {matrix.shape} is a stack of matrices; it must be one"
        )
    m, n = matrix.shape
    if right.ndim not in (1, 2) or right.shape[0] != m:
        raise ValueError(
            f"lstsq: a of shape {matrix.shape} and b of shape {right.shape} do not fit: b must be "
            f"({m},) or ({m}, p)"
        )
    s = svdvals(matrix)
    if rcond is None:
        rcond = float(np.finfo(np.float64).eps) * max(m, n)
    rank = int(F.sum(less(F.max(s) * rcond, s)).item()) if s.size else 0
    if rank < min(m, n):
        raise LinAlgError(
            f"lstsq: a of shape {matrix.shape} has rank {rank}, so the solution has no derivative; "
            "leave out dependent columns, or add a penalty"
        )
    if m >= n:
        q, r = qr(matrix)
        x = solve_triangular(r, q.T @ right)
    else:
        q, r = qr(matrix.T)
        x = q @ solve_triangular(r, right, trans=1)
    if m > n:
        residuals = F.sum((right - matrix @ x) ** 2, axis=0, keepdims=right.ndim == 1)
    else:
        residuals = Variable(np.empty(0), requires_grad=False)
    return x, residuals, rank, s
