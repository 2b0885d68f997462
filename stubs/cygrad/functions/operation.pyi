"""Stub of cygrad/functions/operation.pyx: what operations share."""

from ..core.variable import Variable, _ArrayLike

def as_variable(x: _ArrayLike, where: str) -> Variable: ...
