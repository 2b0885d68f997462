"""qr."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

import numpy as np
from numpy.linalg import LinAlgError

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.linalg.decomposition import Decomposition, _Array, as_matrix, filled, transposed
from cygrad.linalg.results import QRResult
from cygrad.linalg.triangular import solve_triangular

if TYPE_CHECKING:
    from cygrad.core.variable import _MatrixLike

__all__ = ["qr"]


class QR(Decomposition):
    """a = q r, with q (..., m, k) and r (..., k, n), k = min(m, n)."""

    def decompose(self, a: _Array) -> tuple[_Array, ...]:
        return tuple(np.linalg.qr(a))

    def backward(self, gq: Variable | None, gr: Variable | None) -> Variable:
        q, r = self.results()
        gq, gr = filled(gq, q), filled(gr, r)
        (a,) = self.inputs
        m, n = a.shape[-2:]
        if m >= n:
            return _tall(q, r, gq, gr)
        # a = (x y), r = (u v): x = q u is a tall problem, and y = q v a product.
        gq = gq + a[..., m:] @ transposed(gr[..., m:])
        gx = _tall(q, r[..., :m], gq, gr[..., :m])
        return F.concat([gx, q @ gr[..., m:]], axis=-1)


def _tall(q: Variable, r: Variable, gq: Variable, gr: Variable) -> Variable:
    size = (r.data * r.data).sum(axis=-2) ** 0.5
    rounding = 8.0 * q.shape[-2] * np.finfo(np.float64).eps
    if (np.abs(np.diagonal(r.data, axis1=-2, axis2=-1)) <= rounding * size).any():
        raise LinAlgError(
            f"qr: a matrix of shape {(*q.shape[:-1], r.shape[-1])} has linearly "
            "dependent columns, but for rounding; its factors have no derivatives"
        )
    m = r @ transposed(gr) - transposed(gq) @ q
    lower = F.tril(m, -1)
    symmetric = F.tril(m) + transposed(lower)
    return transposed(solve_triangular(r, transposed(gq + q @ symmetric)))


@overload
def qr(a: _MatrixLike, mode: Literal["reduced"] = "reduced") -> QRResult: ...
@overload
def qr(a: _MatrixLike, mode: Literal["r"]) -> Variable: ...
def qr(a: _MatrixLike, mode: str = "reduced") -> QRResult | Variable:
    """The QR factors of a matrix, or of each of a stack, as np.linalg.qr.

    Parameters
    ----------
    a : Variable or array_like
        Of shape (..., m, n); k is the smaller of m and n.
    mode : {'reduced', 'r'}, default 'reduced'
        'r' gives r alone. NumPy's other modes are refused.

    Returns
    -------
    Q : Variable
        (..., m, k), with orthonormal columns.
    R : Variable
        (..., k, n), upper triangular.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a has fewer than two axes; in a backward pass, if its first k columns are dependent.
    ValueError
        For another mode.

    Notes
    -----
    For m >= n, da = (gq + q C) r^-T, where C is symmetric with the lower triangle of
    r gr^T - gq^T q (S. F. Walter and L. Lehmann, "Algorithmic differentiation of linear algebra
    functions with application in optimum experimental design", 2012; for m < n, D. Roberts and L.
    Roberts, "QR and LQ decomposition matrix backpropagation algorithms", 2020). The signs are
    LAPACK's: r's diagonal may be negative.

    Examples
    --------
    >>> import numpy as np
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> a = cg.Variable([[3.0, 1.0], [4.0, 2.0], [0.0, 2.0]])
    >>> q, r = LA.qr(a)
    >>> bool(np.allclose((q @ r).data, a.data))
    True
    """
    if mode not in ("reduced", "r"):
        raise ValueError(
            f"qr: mode must be 'reduced' or 'r', not {mode!r}; other modes have no "
            "derivative here, np.linalg.qr on .data computes them"
        )
    q, r = QR()(as_matrix(a, "qr"))
    return r if mode == "r" else QRResult(q, r)
