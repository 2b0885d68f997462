"""Stub of cygrad/programs/batches.pyx."""

from typing import Any, final

from .program import Program

@final
class Batch:
    @property
    def program(self) -> Program: ...
    @property
    def lanes(self) -> int: ...

class Part:
    # Any: it takes nothing.
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
