"""Stub of cygrad/functions/broadcasting.pyx: copies, shapes and sums.

_Shape, what shapes may be given as, exists for type checkers only.
"""

from collections.abc import Sequence
from typing import SupportsIndex, TypeAlias

from ..core.variable import Variable, _ArrayLike, _Axis

_Shape: TypeAlias = SupportsIndex | Sequence[SupportsIndex]

def copy(x: _ArrayLike) -> Variable: ...
def reshape(x: _ArrayLike, shape: _Shape) -> Variable: ...
def sum(x: _ArrayLike, axis: _Axis = None, keepdims: bool = False) -> Variable: ...
def sum_to(x: _ArrayLike, shape: _Shape) -> Variable: ...
def broadcast_to(x: _ArrayLike, shape: _Shape) -> Variable: ...
