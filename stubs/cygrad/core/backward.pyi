"""Stub of cygrad/core/backward.pyx: the backward pass, in C only (see Variable.backward)."""

from .function import Function

class Recompute(Function):
    """A Function whose outputs are computed again in the backward pass (see checkpoint)."""

class Partial(Function):
    """A Function whose backward gets None for an output that nothing has flowed to."""

    @property
    def wanted(self) -> tuple[bool, ...]: ...
