"""Stub of cygrad/transforms/replayed.pyx.

Any: what the function that is called again gives.
"""

from typing import Any

from ..core.backward import Recompute
from .capture import Call

class Run(Call):
    def __call__(self) -> Any: ...

class Replayed(Recompute): ...
