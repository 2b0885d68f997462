"""Stub of cygrad/functions/indexing.pyx: get_item and take."""

from typing import SupportsIndex

from ..core.variable import Variable, _ArrayLike, _Index, _Positions

def get_item(x: _ArrayLike, index: _Index) -> Variable: ...
def take(x: _ArrayLike, indices: _Positions, axis: SupportsIndex | None = None) -> Variable: ...
