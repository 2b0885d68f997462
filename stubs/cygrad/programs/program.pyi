"""Stub of cygrad/programs/program.pyx."""

from typing import Any, final

from .places import Places

@final
class Building(Places):
    def __new__(cls, draft: Any) -> Building: ...

@final
class Program:
    @property
    def inputs(self) -> list[int]: ...
    @property
    def results(self) -> list[tuple[int, int, tuple[int, ...], tuple[int, ...]]]: ...
    @property
    def instructions(self) -> int: ...
    @property
    def numbers(self) -> int: ...
