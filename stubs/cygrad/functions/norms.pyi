"""Stub of cygrad/functions/norms.pyx: norms of vectors and matrices."""

from ..core.variable import Variable, _ArrayLike, _Axis, _Scalar

def norm(
    x: _ArrayLike,
    ord: float | _Scalar | str | None = None,
    axis: _Axis = None,
    keepdims: bool = False,
) -> Variable: ...
