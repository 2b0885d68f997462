"""Stub of cygrad/programs/fusing.pyx."""

from typing import final

@final
class Fuser: ...
