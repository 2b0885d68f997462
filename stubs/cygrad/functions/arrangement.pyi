"""Stub of cygrad/functions/arrangement.pyx: elements in another order, or several times."""

from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from ..core.variable import Variable, _ArrayLike, _Axis, _Integers
from .reduction import _Shape

def flip(x: _ArrayLike, axis: _Axis = None) -> Variable: ...
def tile(x: _ArrayLike, reps: _Shape) -> Variable: ...
def repeat(
    x: _ArrayLike,
    repeats: SupportsIndex | NDArray[np.integer[Any]] | _Integers,  # Any: precision
    axis: SupportsIndex | None = None,
) -> Variable: ...
