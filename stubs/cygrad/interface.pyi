"""Stub of cygrad/interface.pyx: the C interface, of which Python sees the base of operations."""

from typing import Any, Never, Self

from .core.function import Function
from .core.variable import Variable, _ArrayLike

class CFunction_1(Function):
    # Any: an operation in C has constants of its own, or none.
    def __new__(cls, *_: Any, **__: Any) -> Self: ...
    def __call__(self, *inputs: _ArrayLike) -> Variable: ...
    def __reduce__(self) -> Never: ...
