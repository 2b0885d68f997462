"""Stub of cygrad/functions/lookup.pyx: rows of a matrix, chosen by integers."""

from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from ..core.variable import Variable, _Integers, _MatrixLike

def embedding(
    x: Variable | SupportsIndex | NDArray[np.integer[Any] | np.floating[Any]] | _Integers,
    w: _MatrixLike,
) -> Variable: ...
