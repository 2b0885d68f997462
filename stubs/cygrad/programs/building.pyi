"""Stub of cygrad/programs/building.pyx."""

from typing import Any, final

from .places import Places

@final
class Building(Places):
    def __new__(cls, draft: Any) -> Building: ...
