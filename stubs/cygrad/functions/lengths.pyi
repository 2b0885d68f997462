"""Stub of cygrad/functions/lengths.pyx: the norm over axes, without overflow on the way."""

from ..core.variable import Variable, _Axis

def euclidean(x: Variable, axis: _Axis, keepdims: bool) -> Variable: ...
