"""Stub of cygrad/functions/contraction.pyx: sums of products, written with a letter for each axis."""

from ..core.variable import Variable, _ArrayLike

def einsum(subscripts: str, *operands: _ArrayLike) -> Variable: ...
