"""Stub of cygrad/programs/memory.pyx."""

from typing import final

@final
class Memory: ...

@final
class Addresses: ...
