"""Stub of cygrad/functions/masks.pyx: zeros at random places, in training."""

import numpy as np

from ..core.variable import Variable, _ArrayLike, _Scalar

def dropout(
    x: _ArrayLike, p: float | _Scalar = 0.5, rng: int | np.random.Generator | None = None
) -> Variable: ...
