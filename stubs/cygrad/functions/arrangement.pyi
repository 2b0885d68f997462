"""Stub of cygrad/functions/arrangement.pyx: elements in another order, or several times."""

from typing import SupportsIndex

from ..core.variable import Variable, _ArrayLike, _Axis, _Positions
from .broadcasting import _Shape

def flip(x: _ArrayLike, axis: _Axis = None) -> Variable: ...
def tile(x: _ArrayLike, reps: _Shape) -> Variable: ...
def repeat(x: _ArrayLike, repeats: _Positions, axis: SupportsIndex | None = None) -> Variable: ...
