"""Products with a sparse matrix of scipy's, which is a constant.

Loaded by matmul when it meets one; scipy itself computes them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cygrad.core.function import Function
from cygrad.core.variable import Variable

__all__ = ["product_with"]

_Array = NDArray[np.float64]


class SparseMatMul(Function):
    """matrix x: dy/dx is the transposed matrix."""

    def __init__(self, matrix: Any) -> None:  # scipy has no types
        self.matrix = matrix

    def forward(self, x: _Array) -> _Array:
        y: _Array = np.asarray(self.matrix @ x, np.float64)
        return y

    def backward(self, gy: Variable) -> Variable:
        gx: Variable = SparseMatMul(self.matrix.T)(gy)
        return gx

    def dependence(self, of_gradient: bool) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The rows of x that each row of y is computed from, or of gy each of gx: as of a CSR array.

        programs/dependence.pyx asks for it.
        """
        rows = (self.matrix.T if of_gradient else self.matrix).tocsr()
        return rows.indptr.astype(np.int32), rows.indices.astype(np.int32)


def product_with(a: Any, b: Any) -> Variable:
    """a b, where one of the two is sparse."""
    left = not isinstance(a, Variable) and hasattr(a, "nnz")
    matrix, x = (a, b) if left else (b, a)
    if not isinstance(x, Variable) and hasattr(x, "nnz"):
        raise TypeError("matmul: both are sparse; their product is scipy's own, a @ b")
    if matrix.dtype.kind not in "biuf":
        raise TypeError(
            f"matmul: a sparse matrix must be of real numbers, not of dtype {matrix.dtype}"
        )
    v = x if isinstance(x, Variable) else Variable(x, requires_grad=False)
    inner = matrix.shape[-1 if left else 0]
    at = 0 if left else -1
    if len(matrix.shape) != 2 or v.ndim not in (1, 2) or v.shape[at] != inner:
        shapes = (matrix.shape, v.shape) if left else (v.shape, matrix.shape)
        raise ValueError(
            f"matmul: shapes {shapes[0]} and {shapes[1]} do not fit; beside a sparse matrix stands "
            "a vector or a matrix"
        )
    y: Variable
    if left:
        y = SparseMatMul(matrix)(v)
        return y
    y = SparseMatMul(matrix.T)(v if v.ndim == 1 else v.T)
    return y if v.ndim == 1 else y.T
