"""Stub of cygrad/linalg/determinant.pyx."""

from ..core.variable import Variable, _MatrixLike
from .results import SlogdetResult

def det(a: _MatrixLike) -> Variable: ...
def slogdet(a: _MatrixLike) -> SlogdetResult: ...
