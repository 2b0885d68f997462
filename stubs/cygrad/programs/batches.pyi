"""Stub of cygrad/programs/batches.pyx."""

from typing import final

from .program import Program

@final
class Batch:
    @property
    def program(self) -> Program: ...
    @property
    def lanes(self) -> int: ...

class Part:
    def __call__(self) -> None: ...
    def stop(self) -> None: ...
