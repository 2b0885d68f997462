"""Stub of cygrad/programs/program.pyx."""

from typing import Any, final

import numpy as np

from .places import Places

@final
class Building(Places):
    def __new__(cls, draft: Any) -> Building: ...

@final
class Program:
    @property
    def inputs(self) -> list[tuple[int, int]]: ...
    @property
    def results(self) -> list[tuple[int, int, tuple[int, ...], tuple[int, ...]]]: ...
    @property
    def shapes(self) -> list[tuple[int, ...]]: ...
    @property
    def instructions(self) -> int: ...
    @property
    def numbers(self) -> int: ...
    # Any: what an array or a Variable can be made from.
    def __call__(self, *inputs: Any) -> tuple[np.ndarray[Any, np.dtype[np.float64]], ...]: ...

# Any: what pickle has kept.
def load(state: Any) -> Program: ...
