"""Stub of cygrad/functions/convolution.pyx: convolutions.

_Pair, one step or a pair of them, exists for type checkers only.
"""

from collections.abc import Sequence
from typing import SupportsIndex, TypeAlias, final

from ..core.variable import Variable, _MatrixLike

_Pair: TypeAlias = SupportsIndex | Sequence[SupportsIndex]

@final
class Sliding: ...

def conv2d(
    x: _MatrixLike,
    w: _MatrixLike,
    b: _MatrixLike | None = None,
    stride: _Pair = 1,
    padding: _Pair = 0,
    dilation: _Pair = 1,
) -> Variable: ...
def conv1d(
    x: _MatrixLike,
    w: _MatrixLike,
    b: _MatrixLike | None = None,
    stride: _Pair = 1,
    padding: _Pair = 0,
    dilation: _Pair = 1,
) -> Variable: ...
