"""Stub of cygrad/transforms/replayed.pyx.

Any: what the function that is called again gives.
"""

from typing import Any

from ..core.backward import Recompute
from ..core.tape import Tape
from ..core.variable import Variable
from .capture import Call

class Run(Call):
    def __call__(self) -> Any: ...

class Redrawing(Tape):
    def __init__(self, drawn: list[Variable]) -> None: ...

class Replayed(Recompute): ...
