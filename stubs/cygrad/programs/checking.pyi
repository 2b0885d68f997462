"""Stub of cygrad/programs/checking.pyx."""

from .draft import Draft

class Checking:
    def __init__(self, draft: Draft) -> None: ...
