"""Stub of cygrad/transforms/checkpoint.pyx. Any: functions of any kind."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")

class Segment:
    def __call__(self, *args: Any, **kwargs: Any) -> list[Any]: ...

class Checkpoint:
    __wrapped__: Callable[..., Any]
    __name__: str
    __qualname__: str
    def __init__(self, function: Callable[..., Any]) -> None: ...
    @property
    def function(self) -> Callable[..., Any]: ...
    def __get__(
        self, instance: object | None, owner: type | None = None, /
    ) -> Callable[..., Any]: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

def checkpoint(f: Callable[_P, _R]) -> Callable[_P, _R]: ...
