"""Stub of cygrad/special/logit.pyx."""

from ..core.variable import Variable, _ArrayLike

def logit(x: _ArrayLike) -> Variable: ...
