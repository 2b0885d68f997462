"""Stub of cygrad/transforms/batch.pyx.

Any: arguments, results and structures of any kind.
"""

from collections.abc import Callable
from typing import Any

from ..core.variable import Variable
from ..programs.program import Program
from .compile import Compiled

class Gathering:
    def __init__(
        self, compiled: Compiled, places: Any, found: list[Any], mapped: list[bool], n: int
    ) -> None: ...

def call_batch(
    compiled: Compiled,
    places: Any,
    found: list[Any],
    mapped: list[bool],
    n: int,
    instead: list[tuple[Variable, Variable]],
) -> tuple[Any, list[Any], list[bool], list[Variable] | None]: ...
def call_same(
    compiled: Compiled, args: tuple[Any, ...], mapped: list[bool], n: int
) -> tuple[list[Any], Program] | None: ...
def pull_back(
    f: Callable[..., Any], xs: tuple[Any, ...], reads: list[Variable], seeds: list[Any]
) -> list[Any]: ...
def numbers_of(x: Any) -> Any: ...
def as_array(v: Variable) -> Any: ...
def is_inside() -> bool: ...
def is_transform(function: Any) -> bool: ...
def is_captured() -> bool: ...
