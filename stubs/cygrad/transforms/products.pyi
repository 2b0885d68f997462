"""Stub of cygrad/transforms/products.pyx. Any: values and cotangents have f's structures."""

from collections.abc import Callable
from typing import Any, Literal, TypeAlias, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

_X = TypeVar("_X")
_Argnums: TypeAlias = int | tuple[int, ...] | None

class Pullback:
    def __call__(self, cotangents: Any) -> Any: ...

@overload
def vjp(
    f: Callable[..., Any], *primals: Any, argnums: _Argnums = None, has_aux: Literal[False] = False
) -> tuple[Any, Callable[[Any], Any]]: ...
@overload
def vjp(
    f: Callable[..., Any], *primals: Any, argnums: _Argnums = None, has_aux: Literal[True]
) -> tuple[Any, Callable[[Any], Any], Any]: ...
@overload
def jvp(
    f: Callable[..., Any],
    primals: tuple[Any, ...] | list[Any],
    tangents: Any,
    argnums: _Argnums = None,
    has_aux: Literal[False] = False,
) -> tuple[Any, Any]: ...
@overload
def jvp(
    f: Callable[..., Any],
    primals: tuple[Any, ...] | list[Any],
    tangents: Any,
    argnums: _Argnums = None,
    *,
    has_aux: Literal[True],
) -> tuple[Any, Any, Any]: ...
@overload
def hvp(
    f: Callable[..., Any], x: float, v: float, argnums: None = None, has_aux: Literal[False] = False
) -> float: ...
@overload
def hvp(
    f: Callable[..., Any],
    x: NDArray[Any],
    v: NDArray[Any],
    argnums: None = None,
    has_aux: Literal[False] = False,
) -> NDArray[np.float64]: ...
@overload
def hvp(
    f: Callable[..., Any], x: _X, v: _X, argnums: None = None, has_aux: Literal[False] = False
) -> _X: ...
@overload
def hvp(
    f: Callable[..., Any], x: Any, v: Any, argnums: _Argnums = None, has_aux: bool = False
) -> Any: ...
