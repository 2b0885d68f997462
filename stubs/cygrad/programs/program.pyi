"""Stub of cygrad/programs/program.pyx."""

from typing import Any, final

import numpy as np

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
