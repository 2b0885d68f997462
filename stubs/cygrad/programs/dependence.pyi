"""Stub of cygrad/programs/dependence.pyx."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .program import Program

def acts(program: Program) -> bool: ...
def dependence(
    program: Program, inputs: Sequence[int], limit: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]] | None: ...
