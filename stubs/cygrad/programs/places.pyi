"""Stub of cygrad/programs/places.pyx."""

from typing import Any

class Places:
    def __new__(cls, draft: Any) -> Places: ...
