"""Stub of cygrad/programs/building.pyx."""

from typing import Any, final

from .places import Places
from .program import Program

@final
class Building(Places):
    def __new__(cls, draft: Any) -> Building: ...

# Any: what pickle has kept.
def load(state: Any) -> Program: ...
def apart(p: Program) -> Program: ...
