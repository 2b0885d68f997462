"""Stub of cygrad/programs/dependence.pyx."""

from collections.abc import Sequence
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from .program import Program

@final
class Walk:
    def __new__(cls, draft: Any, sets: Any) -> Self: ...

def acts(program: Program) -> bool: ...
def dependence(
    program: Program, inputs: Sequence[int], limit: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]] | None: ...
