"""Stub of cygrad/kernels/elementwise.pyx: elementwise kernels, and their instruction set."""

from typing import Any, Literal, TypeAlias

_Isa: TypeAlias = Literal["baseline", "avx2", "avx512"]

def choose_isa(name: str | None = None) -> _Isa: ...
def isa() -> _Isa: ...
def catalogue() -> dict[str, dict[str, Any]]: ...  # numbers, names, None
def best_isa() -> _Isa: ...
