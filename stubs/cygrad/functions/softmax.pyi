"""Stub of cygrad/functions/softmax.pyx."""

from typing import SupportsIndex

from ..core.variable import Variable, _ArrayLike
from .reduction import _Axis

def log_softmax(x: _ArrayLike, axis: SupportsIndex = -1) -> Variable: ...
def logsumexp(x: _ArrayLike, axis: _Axis = None, keepdims: bool = False) -> Variable: ...
def softmax(x: _ArrayLike, axis: SupportsIndex = -1) -> Variable: ...
