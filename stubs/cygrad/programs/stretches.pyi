"""Stub of cygrad/programs/stretches.pyx."""

from typing import final

@final
class Stretches: ...
