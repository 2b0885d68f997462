"""Stub of cygrad/transforms/watches.pyx.

Any: the objects of any kind that are looked at.
"""

from typing import Any

class Watch: ...

class LengthOf(Watch):
    def __init__(self, of: dict[str, Any], name: str) -> None: ...

class StateOf(Watch):
    def __init__(self, of: dict[str, Any], key: str, before: Any) -> None: ...

class NumbersOf(Watch):
    def __init__(self, of: Any, name: str) -> None: ...

class Items(Watch):
    def __init__(self, of: list[Any], name: str) -> None: ...

class TooMuch(Exception): ...

WRAPPERS: list[type]
