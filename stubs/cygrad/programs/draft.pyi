"""Stub of cygrad/programs/draft.pyx. Any: what calls call."""

from typing import Any, final

@final
class Draft:
    @property
    def calls(self) -> list[Any]: ...
    @property
    def results(self) -> list[tuple[int, int, tuple[int, ...], tuple[int, ...]]]: ...
    def listing(self) -> str: ...
