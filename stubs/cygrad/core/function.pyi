"""Stub of cygrad/core/function.pyx: Function, the base of a user's own operations."""

from typing import Any, Protocol, TypeAlias, TypeVar, final, overload, type_check_only

from .variable import Variable, _ArrayLike, _SupportsArray

_R_co = TypeVar("_R_co", covariant=True)

# What `forward` returns where it has one output. A list is one array; Any: of whatever numbers.
_Output: TypeAlias = float | _SupportsArray | Variable | list[Any]

@type_check_only
class _Forward(Protocol[_R_co]):
    """A Function whose forward returns an _R_co. Any: see Function.forward."""

    def forward(self, *arrays: Any, **options: Any) -> _R_co: ...

@final
class Outputs: ...

class Function:
    def __init__(self) -> None: ...
    @property
    def inputs(self) -> tuple[Variable, ...]: ...
    @property
    def outputs(self) -> tuple[Variable | None, ...]: ...
    @property
    def name(self) -> str: ...
    @property
    def generation(self) -> int: ...

    # Any: *Any and **Any together are what type checkers let an override narrow to parameters of
    # its own, such as forward(self, x: NDArray[np.float64]) and backward(self, gy: Variable). The
    # library itself passes positional arguments only.
    def forward(self, *arrays: Any, **options: Any) -> _ArrayLike | tuple[_ArrayLike, ...]: ...
    def backward(
        self, *gys: Any, **options: Any
    ) -> Variable | tuple[Variable | None, ...] | list[Variable | None] | None: ...

    # One output or several, as forward has it. Any: what kind of number each is does not matter.
    @overload
    def __call__(self: _Forward[_Output], *inputs: _ArrayLike) -> Variable: ...
    @overload
    def __call__(self: _Forward[tuple[Any]], *inputs: _ArrayLike) -> tuple[Variable]: ...
    @overload
    def __call__(
        self: _Forward[tuple[Any, Any]], *inputs: _ArrayLike
    ) -> tuple[Variable, Variable]: ...
    @overload
    def __call__(
        self: _Forward[tuple[Any, Any, Any]], *inputs: _ArrayLike
    ) -> tuple[Variable, Variable, Variable]: ...
    @overload
    def __call__(self: _Forward[tuple[Any, ...]], *inputs: _ArrayLike) -> tuple[Variable, ...]: ...
    @overload
    def __call__(self, *inputs: _ArrayLike) -> Variable | tuple[Variable, ...]: ...
