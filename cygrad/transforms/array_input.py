"""ArrayInput: an array that a compiled function was called with, while it is captured.

cygrad's operations take it as an input of the program. Whatever else asks for its numbers makes the
call eager. Any: as NumPy's own methods, of arrays and arguments of any kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cygrad.core.variable import Variable
from cygrad.programs.recorder import refuse_here
from cygrad.transforms.structure import map_leaves

__all__ = ["ArrayInput"]

# What tells no numbers.
HARMLESS = {
    *["shape", "ndim", "size", "dtype", "nbytes", "itemsize", "__class__", "__array__"],
    *["__array_interface__", "__array_struct__", "__array_priority__", "__array_finalize__"],
    *["__array_ufunc__", "__array_function__"],
}

# What Python calls without asking for the attribute.
SPECIAL = [
    *["bool", "complex", "contains", "copy", "deepcopy", "delitem", "float", "format", "getitem"],
    *["index", "int", "iter", "reduce", "reduce_ex", "repr", "setitem", "str"],
]


def note(name: str) -> None:
    refuse_here(
        f"NumPy computes with an argument ({name}), which no program sees; pass it to cygrad's "
        "functions, or pass a Variable"
    )


class ArrayInput(np.ndarray[Any, Any]):
    """See above."""

    def __getattribute__(self, name: str) -> Any:
        if name not in HARMLESS and hasattr(np.ndarray, name):
            note(name)
        return object.__getattribute__(self, name)

    def __array_ufunc__(self, ufunc: Any, method: Any, *inputs: Any, **kwargs: Any) -> Any:
        if any(isinstance(x, Variable) for x in inputs):
            return NotImplemented
        note(ufunc.__name__)
        return getattr(ufunc, method)(*map(plain, inputs), **kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if any(issubclass(kind, Variable) for kind in types):
            return NotImplemented
        note(function.__name__)
        return function(*map_leaves(plain, args), **map_leaves(plain, kwargs))


def plain(x: Any) -> Any:
    return np.ndarray.view(x, np.ndarray) if isinstance(x, ArrayInput) else x


def noting(name: str) -> Callable[..., Any]:
    """A special method of arrays that says that it was called."""
    method = getattr(np.ndarray, name)

    def noted(self: Any, *args: Any) -> Any:
        note(name)
        return method(plain(self), *args)

    return noted


for special in SPECIAL:
    if hasattr(np.ndarray, f"__{special}__"):
        setattr(ArrayInput, f"__{special}__", noting(f"__{special}__"))
