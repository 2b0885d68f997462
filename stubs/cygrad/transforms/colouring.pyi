"""Stub of cygrad/transforms/colouring.pyx."""

from typing import Any, Self, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

_Indices: TypeAlias = NDArray[np.int32]

@final
class Stars:
    def __new__(cls, indptr: Any, indices: Any) -> Self: ...

def transposed(indptr: _Indices, indices: _Indices, columns: int) -> tuple[_Indices, _Indices]: ...
def symmetric(indptr: _Indices, indices: _Indices) -> tuple[_Indices, _Indices]: ...
def colour_columns(
    indptr: _Indices, indices: _Indices, columns: int, most: int | None = None
) -> tuple[_Indices | None, int]: ...
def colour_stars(
    indptr: _Indices, indices: _Indices, most: int | None = None
) -> tuple[_Indices | None, int]: ...
def places_of_stars(indptr: _Indices, indices: _Indices, colours: _Indices) -> NDArray[np.intp]: ...
