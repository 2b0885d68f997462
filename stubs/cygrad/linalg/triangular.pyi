"""Stub of cygrad/linalg/triangular.pyx."""

from typing import Literal

from ..core.variable import Variable, _MatrixLike

def solve_triangular(
    a: _MatrixLike,
    b: _MatrixLike,
    trans: Literal[0, 1, "N", "T"] = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
) -> Variable: ...
