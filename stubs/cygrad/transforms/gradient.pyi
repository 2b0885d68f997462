"""Stub of cygrad/transforms/gradient.pyx.

A gradient has the type of the argument: a float's is a float, an ndarray's an ndarray, a dict's a
dict. (Inside the function of another transform it holds Variables, which types cannot tell.) Any: the
further arguments are of any kind; the gradient by another than the first is of the kind of that one,
which types do not know; and so is what f gives beside its value.
"""

from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeAlias, TypeVar, overload, type_check_only

import numpy as np
from numpy.typing import NDArray

from ..core.variable import Variable
from .trace import Transform

_X = TypeVar("_X")
_A_co = TypeVar("_A_co", covariant=True)
# What f gives: NumPy code on Variables is mostly typed as NumPy's. Any: of whatever numbers.
_Output: TypeAlias = Variable | float | NDArray[Any] | np.floating[Any]
_Array: TypeAlias = NDArray[np.float64]

@type_check_only
class _Gradient(Protocol):
    @overload
    def __call__(self, x: float, /, *args: Any, **kwargs: Any) -> float: ...
    @overload
    def __call__(self, x: NDArray[Any], /, *args: Any, **kwargs: Any) -> _Array: ...
    @overload
    def __call__(self, x: _X, /, *args: Any, **kwargs: Any) -> _X: ...

@type_check_only
class _GradientAndAux(Protocol[_A_co]):
    @overload
    def __call__(self, x: float, /, *args: Any, **kwargs: Any) -> tuple[float, _A_co]: ...
    @overload
    def __call__(self, x: NDArray[Any], /, *args: Any, **kwargs: Any) -> tuple[_Array, _A_co]: ...
    @overload
    def __call__(self, x: _X, /, *args: Any, **kwargs: Any) -> tuple[_X, _A_co]: ...

@type_check_only
class _ValueAndGradient(Protocol):
    @overload
    def __call__(self, x: float, /, *args: Any, **kwargs: Any) -> tuple[float, float]: ...
    @overload
    def __call__(self, x: NDArray[Any], /, *args: Any, **kwargs: Any) -> tuple[float, _Array]: ...
    @overload
    def __call__(self, x: Variable, /, *args: Any, **kwargs: Any) -> tuple[Variable, Variable]: ...
    @overload
    def __call__(self, x: _X, /, *args: Any, **kwargs: Any) -> tuple[Any, _X]: ...

class Gradient(Transform):
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

class ValueAndGradient(Transform):
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

@overload
def grad(
    f: Callable[..., _Output], argnums: Literal[0] = 0, has_aux: Literal[False] = False
) -> _Gradient: ...
@overload
def grad(
    f: Callable[..., tuple[_Output, Any]], argnums: Literal[0] = 0, *, has_aux: Literal[True]
) -> _GradientAndAux[Any]: ...
@overload
def grad(
    f: Callable[..., _Output], argnums: tuple[int, ...], has_aux: Literal[False] = False
) -> Callable[..., tuple[Any, ...]]: ...
@overload
def grad(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, *, has_aux: Literal[True]
) -> Callable[..., tuple[Any, Any]]: ...
@overload
def grad(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False
) -> Callable[..., Any]: ...
@overload
def value_and_grad(
    f: Callable[..., _Output], argnums: Literal[0] = 0, has_aux: Literal[False] = False
) -> _ValueAndGradient: ...
@overload
def value_and_grad(
    f: Callable[..., _Output], argnums: tuple[int, ...], has_aux: Literal[False] = False
) -> Callable[..., tuple[Any, tuple[Any, ...]]]: ...
@overload
def value_and_grad(
    f: Callable[..., tuple[_Output, Any]],
    argnums: int | tuple[int, ...] = 0,
    *,
    has_aux: Literal[True],
) -> Callable[..., tuple[tuple[Any, Any], Any]]: ...
@overload
def value_and_grad(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]: ...
@overload
def elementwise_grad(
    f: Callable[..., _Output], argnums: Literal[0] = 0, has_aux: Literal[False] = False
) -> _Gradient: ...
@overload
def elementwise_grad(
    f: Callable[..., _Output], argnums: tuple[int, ...], has_aux: Literal[False] = False
) -> Callable[..., tuple[Any, ...]]: ...
@overload
def elementwise_grad(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False
) -> Callable[..., Any]: ...
