"""Stub of cygrad/functions/normalization.pyx: layer and batch normalization."""

import numpy as np
from numpy.typing import NDArray

from ..core.variable import Variable, _MatrixLike, _Scalar

def layer_norm(
    x: _MatrixLike,
    gamma: _MatrixLike | None = None,
    beta: _MatrixLike | None = None,
    eps: float | _Scalar = 1e-5,
) -> Variable: ...
def batch_norm(
    x: _MatrixLike,
    gamma: _MatrixLike | None = None,
    beta: _MatrixLike | None = None,
    running_mean: Variable | NDArray[np.float64] | None = None,
    running_var: Variable | NDArray[np.float64] | None = None,
    momentum: float | _Scalar = 0.1,
    eps: float | _Scalar = 1e-5,
) -> Variable: ...
