"""Stub of cygrad/transforms/capture.pyx.

Any: what Python looked at, with files and lines.
"""

from typing import Any

class Call: ...

class Capture:
    @property
    def where(self) -> list[Any]: ...
