"""Stub of cygrad/functions/stacking.pyx: joining and cutting."""

from collections.abc import Sequence
from typing import SupportsIndex

from ..core.variable import Variable, _ArrayLike

def concat(xs: Sequence[_ArrayLike], axis: SupportsIndex = 0) -> Variable: ...
def stack(xs: Sequence[_ArrayLike], axis: SupportsIndex = 0) -> Variable: ...
def split(
    x: _ArrayLike, sizes: Sequence[SupportsIndex], axis: SupportsIndex = 0
) -> tuple[Variable, ...]: ...
