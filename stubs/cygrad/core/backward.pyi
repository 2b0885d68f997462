"""Stub of cygrad/core/backward.pyx: the backward pass, in C only (see Variable.backward)."""

from .function import Function

class Recompute(Function):
    """Whose outputs are computed again in the backward pass (see checkpoint)."""
