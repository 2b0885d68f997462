"""Stub of cygrad/programs/saving.pyx."""

from .draft import Draft

FORMAT: int

class Held: ...

class Saving:
    def __init__(self, draft: Draft, outside: list[bytes | None]) -> None: ...
