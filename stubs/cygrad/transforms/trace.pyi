"""Stub of cygrad/transforms/trace.pyx: what all transforms share. Any: functions of any kind."""

from collections.abc import Callable
from typing import Any

class Trace: ...

class Transform:
    __wrapped__: Callable[..., Any]
    __name__: str
    __qualname__: str
    def __init__(
        self,
        transform: str,
        function: Callable[..., Any],
        argnums: int | tuple[int, ...] | None,
        has_aux: bool,
    ) -> None: ...
    @property
    def transform(self) -> str: ...
    @property
    def function(self) -> Callable[..., Any]: ...
    @property
    def argnums(self) -> int | tuple[int, ...] | None: ...
    @property
    def has_aux(self) -> bool: ...
    def __get__(
        self, instance: object | None, owner: type | None = None, /
    ) -> Callable[..., Any]: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

def plain_aux(x: Any) -> Any: ...
