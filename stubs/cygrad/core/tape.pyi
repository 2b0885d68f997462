"""Stub of cygrad/core/tape.pyx: what a thread computes, recorded."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar, TypeVarTuple

from .function import Function
from .variable import Variable

_Ts = TypeVarTuple("_Ts")
_T = TypeVar("_T")

class Tape:
    """A context manager: what the thread computes inside is recorded."""

    @property
    def steps(self) -> tuple[tuple[Function, tuple[Variable, ...]], ...]: ...
    @property
    def seen(self) -> tuple[tuple[int, Variable, str], ...]: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

def is_taped() -> bool: ...
def anew(call: Callable[[*_Ts], _T], *args: *_Ts) -> _T: ...
def draw(fill: Callable[[], Variable], rng: object) -> Variable: ...

# Any: what stands for an argument.
def look_through(argument: Any) -> None: ...
def refuse(what: str) -> None: ...
def again(f: Function, *inputs: Variable) -> Variable | tuple[Variable, ...]: ...
