"""Stub of cygrad/programs/numbering.pyx."""

from typing import Any

class Numbering:
    def __new__(cls, draft: Any) -> Numbering: ...
