"""Stub of cygrad/programs/outside.pyx."""

from typing import final

@final
class Outside: ...
