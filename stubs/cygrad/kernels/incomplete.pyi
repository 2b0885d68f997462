"""Stub of cygrad/kernels/incomplete.pyx: derivatives of the incomplete gamma and beta functions."""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Array: TypeAlias = NDArray[np.float64]

def gamma_derivative(kind: str, a: ArrayLike, x: ArrayLike) -> _Array: ...
def beta_derivative(
    kind: str, a: ArrayLike, b: ArrayLike, x: ArrayLike, y: ArrayLike
) -> _Array: ...
def student_derivative(kind: str, df: ArrayLike, x: ArrayLike) -> _Array: ...
def rows(*arrays: ArrayLike) -> tuple[tuple[int, ...], list[_Array]]: ...
