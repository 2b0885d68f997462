"""Stub of cygrad/functions/pooling.pyx: one number for each window."""

from ..core.variable import Variable, _MatrixLike
from .convolution import _Pair

def max_pool2d(
    x: _MatrixLike, kernel_size: _Pair, stride: _Pair | None = None, padding: _Pair = 0
) -> Variable: ...
def avg_pool2d(
    x: _MatrixLike, kernel_size: _Pair, stride: _Pair | None = None, padding: _Pair = 0
) -> Variable: ...
