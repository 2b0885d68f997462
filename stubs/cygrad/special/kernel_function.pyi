"""Stub of cygrad/special/kernel_function.pyx."""

from collections.abc import Callable
from typing import Literal, final

from ..core.variable import Variable, _ArrayLike

@final
class KernelFunction:
    def __init__(
        self,
        name: str,
        kernel: str,
        *rules: Callable[..., Variable] | Literal[True] | None,
        constants: tuple[float, ...] = (),
    ) -> None: ...
    def __call__(self, *args: _ArrayLike) -> Variable: ...
    @property
    def name(self) -> str: ...
    @property
    def rules(self) -> tuple[Callable[..., Variable] | Literal[True] | None, ...]: ...
