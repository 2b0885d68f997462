"""Stub of cygrad/programs/sets.pyx."""

from typing import Any, Self, final

@final
class Sets:
    def __new__(cls, inputs: Any) -> Self: ...
