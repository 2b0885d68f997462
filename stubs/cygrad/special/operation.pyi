"""Stub of cygrad/special/operation.pyx."""

from collections.abc import Callable
from typing import Any, final

from ..core.variable import Variable, _ArrayLike

@final
class SpecialFunction:
    # Any: as many Variables, or arrays, as the function has inputs.
    def __init__(
        self,
        name: str,
        compute: Callable[..., Any] | None,
        *rules: Callable[..., Variable | float] | None,
    ) -> None: ...
    def __call__(self, *args: _ArrayLike) -> Variable: ...
    @property
    def name(self) -> str: ...
    @property
    def rules(self) -> tuple[Callable[..., Variable | float] | None, ...]: ...

# Any: as scipy's.
@final
class Scipys:
    def __call__(self, *arrays: Any) -> Any: ...

# Any: scipy's functions are of many kinds.
def scipys(name: str) -> Callable[..., Any]: ...
