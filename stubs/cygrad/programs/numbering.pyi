"""Stub of cygrad/programs/numbering.pyx."""

from typing import Any, Self

class Numbering:
    def __new__(cls, draft: Any) -> Self: ...
