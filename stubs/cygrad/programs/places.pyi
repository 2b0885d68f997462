"""Stub of cygrad/programs/places.pyx."""

from typing import Any, Self

class Places:
    def __new__(cls, draft: Any) -> Self: ...
