"""Stub of cygrad/core/postponed.pyx: products put off in a backward pass, in C only."""

from typing import final

@final
class Products: ...
