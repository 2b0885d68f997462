"""Stub of cygrad/linalg/cholesky.pyx."""

from ..core.variable import Variable, _MatrixLike

def cholesky(a: _MatrixLike, *, upper: bool = False) -> Variable: ...
