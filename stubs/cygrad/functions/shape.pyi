"""Stub of cygrad/functions/shape.pyx: views with other axes, or in another order."""

from collections.abc import Sequence
from typing import SupportsIndex

from ..core.variable import Variable, _ArrayLike, _Axis

def squeeze(x: _ArrayLike, axis: _Axis = None) -> Variable: ...
def unsqueeze(x: _ArrayLike, axis: SupportsIndex | tuple[SupportsIndex, ...]) -> Variable: ...
def transpose(x: _ArrayLike, axes: Sequence[SupportsIndex] | None = None) -> Variable: ...
