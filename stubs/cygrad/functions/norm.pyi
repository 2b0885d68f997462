"""Stub of cygrad/functions/norm.pyx: norms of vectors and matrices."""

from typing import SupportsIndex

from ..core.variable import Variable, _ArrayLike, _Scalar

def norm(
    x: _ArrayLike,
    ord: float | _Scalar | str | None = None,
    axis: SupportsIndex | tuple[SupportsIndex, ...] | None = None,
    keepdims: bool = False,
) -> Variable: ...
