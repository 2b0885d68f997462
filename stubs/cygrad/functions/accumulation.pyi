"""Stub of cygrad/functions/accumulation.pyx: running sums, and products over axes."""

from typing import SupportsIndex

from ..core.variable import Variable, _ArrayLike, _Axis

def cumsum(x: _ArrayLike, axis: SupportsIndex | None = None) -> Variable: ...
def prod(x: _ArrayLike, axis: _Axis = None, keepdims: bool = False) -> Variable: ...
