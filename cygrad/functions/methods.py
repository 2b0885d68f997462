"""The methods of Variable that NumPy code expects and that variable.pyx does not have itself.

Each calls a function of this folder, or answers with plain numbers of the data. They become methods
when this module is imported. In the stub of Variable they stand with the others, where some that are
Any here have overloads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.variable import Variable, _add_methods

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike, _Axis, _Positions

__all__: list[str] = []


def std(self: Variable, axis: _Axis = None, keepdims: bool = False, ddof: float = 0) -> Variable:
    """`cygrad.functions.std`: the standard deviation over axes."""
    return F.std(self, axis, keepdims, ddof)


def var(self: Variable, axis: _Axis = None, keepdims: bool = False, ddof: float = 0) -> Variable:
    """`cygrad.functions.variance`: the variance over axes."""
    return F.variance(self, axis, keepdims, ddof)


def prod(self: Variable, axis: _Axis = None, keepdims: bool = False) -> Variable:
    """`cygrad.functions.prod`: the product over axes."""
    return F.prod(self, axis, keepdims)


def cumsum(self: Variable, axis: SupportsIndex | None = None) -> Variable:
    """`cygrad.functions.cumsum`: the running sums along an axis."""
    return F.cumsum(self, axis)


def cumprod(self: Variable, axis: SupportsIndex | None = None) -> Variable:
    """`cygrad.functions.cumprod`: the running products along an axis."""
    return F.cumprod(self, axis)


def dot(self: Variable, b: _ArrayLike) -> Variable:
    """`cygrad.functions.dot`: the product with b."""
    return F.dot(self, b)


def ravel(self: Variable) -> Variable:
    """The elements along one axis: a view, where the memory allows it."""
    return F.reshape(self, -1)


def flatten(self: Variable) -> Variable:
    """The elements along one axis, in memory of their own."""
    return F.copy(F.reshape(self, -1))


def squeeze(self: Variable, axis: _Axis = None) -> Variable:
    """`cygrad.functions.squeeze`: without axes of length 1."""
    return F.squeeze(self, axis)


def swapaxes(self: Variable, axis1: SupportsIndex, axis2: SupportsIndex) -> Variable:
    """`cygrad.functions.swapaxes`: with two axes in each other's place."""
    return F.swapaxes(self, axis1, axis2)


def diagonal(self: Variable, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Variable:
    """`cygrad.functions.diagonal`: the diagonals of the matrices in two axes."""
    return F.diagonal(self, offset, axis1, axis2)


def trace(self: Variable, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Variable:
    """`cygrad.functions.trace`: the sums along the diagonals."""
    return F.trace(self, offset, axis1, axis2)


def take(self: Variable, indices: _Positions, axis: SupportsIndex | None = None) -> Variable:
    """`cygrad.functions.take`: the elements, or slices, at indices."""
    return F.take(self, indices, axis)


def repeat(self: Variable, repeats: _Positions, axis: SupportsIndex | None = None) -> Variable:
    """`cygrad.functions.repeat`: with each element several times."""
    return F.repeat(self, repeats, axis)


def clip(self: Variable, min: _ArrayLike | None = None, max: _ArrayLike | None = None) -> Variable:
    """`cygrad.functions.clip`; bounds that are arrays or Variables by `maximum` and `minimum`."""
    from cygrad.numpy_forms import clip

    return clip(self, min, max)


def round(self: Variable, decimals: int = 0) -> Variable:
    """Rounded to decimals; the derivative is 0, as that of `cygrad.functions.rint`."""
    from cygrad.numpy_forms import around

    return around(self, decimals)


def copy(self: Variable) -> Variable:
    """`cygrad.functions.copy`: in memory of its own; the gradient passes through."""
    return F.copy(self)


def astype(self: Variable, dtype: type[float] | np.dtype[np.float64] | str) -> Variable:
    """A copy, if dtype is float64; a TypeError if it is another, which a Variable cannot have."""
    if np.dtype(dtype) != np.float64:
        raise TypeError(
            f"Variable.astype: a Variable is float64, and cannot be {np.dtype(dtype)}; use "
            ".data.astype where no gradient is needed"
        )
    return F.copy(self)


def argmax(self: Variable, axis: SupportsIndex | None = None) -> Any:
    """The index of the greatest element, as ndarray.argmax gives it."""
    return self.data.argmax(axis)


def argmin(self: Variable, axis: SupportsIndex | None = None) -> Any:
    """The index of the least element, as ndarray.argmin gives it."""
    return self.data.argmin(axis)


def argsort(self: Variable, axis: SupportsIndex | None = -1) -> NDArray[np.intp]:
    """The indices in ascending order of the elements, as ndarray.argsort gives them."""
    return self.data.argsort(axis)


def any(self: Variable, axis: Any = None) -> Any:
    """Whether an element is not 0, as ndarray.any says."""
    return np.any(self.data, axis)


def all(self: Variable, axis: Any = None) -> Any:
    """Whether no element is 0, as ndarray.all says."""
    return np.all(self.data, axis)


def tolist(self: Variable) -> Any:
    """The numbers as a float, or as nested lists of floats."""
    return self.data.tolist()


@property  # type: ignore[misc]
def dtype(self: Variable) -> np.dtype[np.float64]:
    """float64, always."""
    return np.dtype(np.float64)


_add_methods(
    {
        "all": all,
        "any": any,
        "argmax": argmax,
        "argmin": argmin,
        "argsort": argsort,
        "astype": astype,
        "clip": clip,
        "copy": copy,
        "cumprod": cumprod,
        "cumsum": cumsum,
        "diagonal": diagonal,
        "dot": dot,
        "dtype": dtype,
        "flatten": flatten,
        "prod": prod,
        "ravel": ravel,
        "repeat": repeat,
        "round": round,
        "squeeze": squeeze,
        "std": std,
        "swapaxes": swapaxes,
        "take": take,
        "tolist": tolist,
        "trace": trace,
        "var": var,
    }
)
