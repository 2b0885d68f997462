"""Stub of cygrad/functions/elementwise.pyx: what elementwise operations share."""

from ..core.variable import Variable, _ArrayLike

def as_variable(x: _ArrayLike, where: str) -> Variable: ...
