"""Stub of cygrad/transforms/watches.pyx.

Any: the objects of any kind that are looked at.
"""

from typing import Any

class Watch: ...

class KeysOf(Watch):
    def __init__(self, of: dict[str, Any], name: str) -> None: ...

class OfClass(Watch):
    def __init__(self, of: type, key: str, name: str) -> None: ...

class SlotOf(Watch):
    def __init__(self, of: Any, slot: Any, name: str) -> None: ...

class StateOf(Watch):
    def __init__(self, of: dict[str, Any], key: str, before: Any) -> None: ...

class NumbersOf(Watch):
    def __init__(self, of: Any, name: str) -> None: ...

class Items(Watch):
    def __init__(self, of: Any, name: str) -> None: ...

class TooMuch(Exception): ...

WRAPPERS: list[type]
