"""Stub of cygrad/functions/keywords.pyx: keywords of other libraries, explained."""

from collections.abc import Callable
from typing import TypeVar

_C = TypeVar("_C", bound=Callable[..., object])

def explained(function: _C, module: str | None = None) -> _C: ...
