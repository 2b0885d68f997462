"""Stub of cygrad/programs/lives.pyx."""

from collections.abc import Callable
from typing import Any

class Lives:
    def __init__(self, ended: Callable[[Lives], object]) -> None: ...
    @property
    def over(self) -> bool: ...
    # Any: a weak reference to an object of any kind.
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
