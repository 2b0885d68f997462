"""Stub of cygrad/core/buffers.pyx: the memory of Variables."""

from typing import Self, final

from .variable import Variable

@final
class Memory:
    """The memory of a Variable, which a buffer of it keeps."""

    def __new__(cls, v: Variable) -> Self: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
