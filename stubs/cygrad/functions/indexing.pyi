"""Stub of cygrad/functions/indexing.pyx: get_item and take."""

from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from ..core.variable import Variable, _ArrayLike, _Index, _Integers

def get_item(x: _ArrayLike, index: _Index) -> Variable: ...
def take(
    x: _ArrayLike,
    indices: SupportsIndex | NDArray[np.integer[Any]] | _Integers,  # Any: precision
    axis: SupportsIndex | None = None,
) -> Variable: ...
