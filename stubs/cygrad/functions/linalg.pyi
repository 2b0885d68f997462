"""Stub of cygrad/functions/linalg.pyx: the matrix product."""

from ..core.variable import Variable, _MatrixLike

def matmul(a: _MatrixLike, b: _MatrixLike) -> Variable: ...
