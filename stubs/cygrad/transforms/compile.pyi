"""Stub of cygrad/transforms/compile.pyx.

Any: functions of any kind; and what a compiled one takes and gives, as a type of a function cannot be
told of one with overloads, such as a gradient's.
"""

from collections.abc import Callable
from typing import Any

from ..programs.program import Program
from .capture import Capture
from .replayed import Run

class Compiled:
    __wrapped__: Callable[..., Any]
    __name__: str
    __qualname__: str
    def __init__(self, function: Callable[..., Any], fallback: bool) -> None: ...
    @property
    def function(self) -> Callable[..., Any]: ...
    @property
    def captures(self) -> int: ...
    @property
    def replays(self) -> int: ...
    def __get__(
        self, instance: object | None, owner: type | None = None, /
    ) -> Callable[..., Any]: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def explain(self) -> str: ...
    def program(self) -> Program | None: ...

class Replaying:
    def __init__(self, capture: Capture, found: tuple[Any, ...], call: Run | None) -> None: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

WRAPPERS: list[type]

def compile(f: Callable[..., Any], fallback: bool = True) -> Compiled: ...
