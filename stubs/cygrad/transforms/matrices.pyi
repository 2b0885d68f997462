"""Stub of cygrad/transforms/matrices.pyx. Any: what is given depends on shapes and structures."""

from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeAlias, overload, type_check_only

import numpy as np
from numpy.typing import NDArray

from ..core.variable import Variable
from .gradient import _Output
from .trace import Transform

_Mode: TypeAlias = Literal["forward", "reverse"] | None

@type_check_only
class _Derivative(Protocol):
    @overload
    def __call__(self, x: NDArray[Any], /, *args: Any, **kwargs: Any) -> NDArray[np.float64]: ...
    @overload
    def __call__(self, x: Variable, /, *args: Any, **kwargs: Any) -> Variable: ...
    @overload
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

class Block: ...

class Jacobian(Transform):
    @property
    def mode(self) -> _Mode: ...
    def __init__(
        self,
        transform: str,
        function: Callable[..., Any],
        argnums: int | tuple[int, ...] | None,
        has_aux: bool,
        mode: _Mode = None,
    ) -> None: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

class Hessian(Transform):
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

@overload
def jacobian(
    f: Callable[..., _Output],
    argnums: Literal[0] = 0,
    has_aux: Literal[False] = False,
    mode: _Mode = None,
) -> _Derivative: ...
@overload
def jacobian(
    f: Callable[..., _Output],
    argnums: tuple[int, ...],
    has_aux: Literal[False] = False,
    mode: _Mode = None,
) -> Callable[..., tuple[Any, ...]]: ...
@overload
def jacobian(
    f: Callable[..., Any],
    argnums: int | tuple[int, ...] = 0,
    *,
    has_aux: Literal[True],
    mode: _Mode = None,
) -> Callable[..., tuple[Any, Any]]: ...
@overload
def jacobian(
    f: Callable[..., Any],
    argnums: int | tuple[int, ...] = 0,
    has_aux: bool = False,
    mode: _Mode = None,
) -> Callable[..., Any]: ...
@overload
def hessian(
    f: Callable[..., _Output], argnums: Literal[0] = 0, has_aux: Literal[False] = False
) -> _Derivative: ...
@overload
def hessian(
    f: Callable[..., _Output], argnums: tuple[int, ...], has_aux: Literal[False] = False
) -> Callable[..., tuple[Any, ...]]: ...
@overload
def hessian(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, *, has_aux: Literal[True]
) -> Callable[..., tuple[Any, Any]]: ...
@overload
def hessian(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False
) -> Callable[..., Any]: ...
