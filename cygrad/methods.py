"""The methods of Variable that NumPy code expects and that variable.pyx does not have itself.

Each calls a function of functions/, or answers with plain numbers of the data. They become methods
when this module is imported. In the stub of Variable they stand with the others, where some that are
Any here have overloads.
"""

from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

import cygrad.functions as F
from cygrad.core.function import Function
from cygrad.core.operators import add_methods
from cygrad.core.variable import Variable
from cygrad.elsewhere import OF_METHODS, members
from cygrad.functions.keywords import explained

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cygrad.core.variable import _ArrayLike, _Axis, _Positions

__all__: list[str] = []


def std(self: Variable, axis: "_Axis" = None, keepdims: bool = False, ddof: float = 0) -> Variable:
    """The standard deviation over axes: `cygrad.functions.std`.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.Variable([1.0, 3.0]).std(), cg.Variable([1.0, 3.0]).std(ddof=1)
    (variable(1.0), variable(1.4142135623730951))
    """
    return F.std(self, axis, keepdims, ddof)


def var(self: Variable, axis: "_Axis" = None, keepdims: bool = False, ddof: float = 0) -> Variable:
    """The variance over axes: `cygrad.functions.variance`.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.Variable([1.0, 3.0]).var(), cg.Variable([1.0, 3.0]).var(ddof=1)
    (variable(1.0), variable(2.0))
    """
    return F.variance(self, axis, keepdims, ddof)


def prod(self: Variable, axis: "_Axis" = None, keepdims: bool = False) -> Variable:
    """The product over axes: `cygrad.functions.prod`.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.Variable([[1.0, 2.0], [3.0, 4.0]]).prod(axis=0)
    variable([3., 8.])
    """
    return F.prod(self, axis, keepdims)


def cumsum(self: Variable, axis: SupportsIndex | None = None) -> Variable:
    """The running sums along an axis: `cygrad.functions.cumsum`.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.Variable([1.0, 2.0, 3.0]).cumsum()
    variable([1., 3., 6.])
    """
    return F.cumsum(self, axis)


def cumprod(self: Variable, axis: SupportsIndex | None = None) -> Variable:
    """The running products along an axis: `cygrad.functions.cumprod`.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.Variable([1.0, 2.0, 3.0]).cumprod()
    variable([1., 2., 6.])
    """
    return F.cumprod(self, axis)


def dot(self: Variable, b: "_ArrayLike") -> Variable:
    """The product with b: `cygrad.functions.dot`.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.Variable([1.0, 2.0]).dot([3.0, 4.0])
    variable(11.0)
    """
    return F.dot(self, b)


def ravel(self: Variable) -> Variable:
    """The elements along one axis, in C order: a view, where the memory allows it.

    Returns
    -------
    Variable
        A vector; `flatten` gives one in memory of its own.

    Examples
    --------
    >>> import cygrad as cg
    >>> x = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> x.ravel()
    variable([1., 2., 3., 4.])
    """
    return F.reshape(self, -1)


def flatten(self: Variable) -> Variable:
    """The elements along one axis, in C order, in memory of their own.

    Returns
    -------
    Variable
        A vector.

    Examples
    --------
    >>> import cygrad as cg
    >>> x = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> y = x.flatten()
    >>> y.data[0] = 9.0
    >>> x.at(0, 0), y
    (1.0, variable([9., 2., 3., 4.]))
    """
    return F.copy(F.reshape(self, -1))


def squeeze(self: Variable, axis: "_Axis" = None) -> Variable:
    """Without axes of length 1: `cygrad.functions.squeeze`.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.zeros(1, 3, 1).squeeze(axis=0).shape
    (3, 1)
    """
    return F.squeeze(self, axis)


def swapaxes(self: Variable, axis1: SupportsIndex, axis2: SupportsIndex) -> Variable:
    """With two axes in each other's place: `cygrad.functions.swapaxes`.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.zeros(2, 3, 4).swapaxes(0, 2).shape
    (4, 3, 2)
    """
    return F.swapaxes(self, axis1, axis2)


def diagonal(self: Variable, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Variable:
    """The diagonals of the matrices in two axes: `cygrad.functions.diagonal`.

    Examples
    --------
    >>> import cygrad as cg
    >>> x = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> x.diagonal(), x.diagonal(1)
    (variable([1., 4.]), variable([2.]))
    """
    return F.diagonal(self, offset, axis1, axis2)


def trace(self: Variable, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Variable:
    """The sums along the diagonals of the matrices in two axes: `cygrad.functions.trace`.

    Examples
    --------
    >>> import cygrad as cg
    >>> x = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> x.trace()
    variable(5.0)
    """
    return F.trace(self, offset, axis1, axis2)


def take(self: Variable, indices: "_Positions", axis: SupportsIndex | None = None) -> Variable:
    """The elements, or the slices along an axis, at indices: `cygrad.functions.take`.

    Examples
    --------
    >>> import cygrad as cg
    >>> x = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> x.take([0, 3]), x.take(1, axis=0)
    (variable([1., 4.]), variable([3., 4.]))
    """
    return F.take(self, indices, axis)


def repeat(self: Variable, repeats: "_Positions", axis: SupportsIndex | None = None) -> Variable:
    """With each element, or slice along an axis, several times: `cygrad.functions.repeat`.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.Variable([1.0, 2.0]).repeat(2), cg.Variable([1.0, 2.0]).repeat([1, 3])
    (variable([1., 1., 2., 2.]), variable([1., 2., 2., 2.]))
    """
    return F.repeat(self, repeats, axis)


def clip(
    self: Variable, min: "_ArrayLike | None" = None, max: "_ArrayLike | None" = None
) -> Variable:
    """With what is below `min` or above `max` replaced by the bound.

    Parameters
    ----------
    min, max : float, Variable or array_like, optional
        The bounds; None for no bound.

    Returns
    -------
    Variable
        Of the shape that it broadcasts to with the bounds.

    Raises
    ------
    ValueError
        If a number min > max, or a shape does not broadcast.
    TypeError
        If a bound is something else.

    Notes
    -----
    `cygrad.functions.clip`, whose derivative is 0 at the bounds, where both are numbers or None;
    else `maximum` and `minimum`, where bounds that are Variables get gradients, half of it where
    equal.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.Variable([-2.0, 0.5, 3.0]).clip(-1, 1)
    variable([-1. ,  0.5,  1. ])
    >>> cg.Variable([-2.0, 0.5, 3.0]).clip(min=[0.0, 1.0, 2.0])
    variable([0., 1., 3.])
    """
    from cygrad.functions.piecewise import between

    return between(self, min, max)


def round(self: Variable, decimals: int = 0) -> Variable:
    """Rounded to decimals, a half to the even digit: np.round.

    Parameters
    ----------
    decimals : int, default 0
        How many digits remain after the point; negative ones count before it.

    Returns
    -------
    Variable
        Of the same shape.

    Notes
    -----
    The derivative is 0, as that of `cygrad.functions.rint`.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.Variable([1.25, 17.5]).round(1), cg.Variable([1.25, 17.5]).round(-1)
    (variable([ 1.2, 17.5]), variable([ 0., 20.]))
    """
    from cygrad.functions.piecewise import rounded

    return rounded(self, decimals)


def copy(self: Variable) -> Variable:
    """In memory of its own, contiguous: `cygrad.functions.copy`.

    Examples
    --------
    >>> import cygrad as cg
    >>> x = cg.Variable([1.0, 2.0])
    >>> y = x.copy()
    >>> y.data[0] = 5.0
    >>> x, y
    (variable([1., 2.]), variable([5., 2.]))
    """
    return F.copy(self)


def astype(self: Variable, dtype: type[float] | np.dtype[np.float64] | str) -> Variable:
    """A copy, for code that asks for float64.

    Parameters
    ----------
    dtype : dtype or what np.dtype takes
        float64.

    Returns
    -------
    Variable
        Of the same shape; the gradient passes through.

    Raises
    ------
    TypeError
        If it is another, which a Variable cannot have.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.Variable([1.0, 2.0]).astype(float)
    variable([1., 2.])
    """
    if np.dtype(dtype) != np.float64:
        raise TypeError(
            f"Variable.astype: a Variable is float64, and cannot be {np.dtype(dtype)}; use "
            ".data.astype where no gradient is needed"
        )
    return F.copy(self)


def argmax(self: Variable, axis: SupportsIndex | None = None) -> Any:
    """The index of the greatest element, the first among equals: np.argmax of the data.

    Parameters
    ----------
    axis : int, optional
        The axis to look along; flattened if None.

    Returns
    -------
    int or ndarray of int
        An integer of NumPy's; with an axis, an array of the shape without it. No gradient flows.

    Raises
    ------
    IndexError
        If the axis is out of bounds.
    ValueError
        If there are no elements.

    Examples
    --------
    >>> import cygrad as cg
    >>> x = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> int(x.argmax()), x.argmax(axis=1).tolist()
    (3, [1, 1])
    """
    return self.data.argmax(axis)


def argmin(self: Variable, axis: SupportsIndex | None = None) -> Any:
    """The index of the least element, the first among equals: np.argmin of the data.

    Parameters
    ----------
    axis : int, optional
        The axis to look along; flattened if None.

    Returns
    -------
    int or ndarray of int
        An integer of NumPy's; with an axis, an array of the shape without it. No gradient flows.

    Raises
    ------
    IndexError
        If the axis is out of bounds.
    ValueError
        If there are no elements.

    Examples
    --------
    >>> import cygrad as cg
    >>> x = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> int(x.argmin()), x.argmin(axis=1).tolist()
    (0, [0, 0])
    """
    return self.data.argmin(axis)


def argsort(self: Variable, axis: SupportsIndex | None = -1) -> "NDArray[np.intp]":
    """The indices in ascending order of the elements: np.argsort of the data.

    Parameters
    ----------
    axis : int, optional
        The axis to order along, by default the last; flattened if None.

    Returns
    -------
    ndarray of int
        Of the same shape; a vector if axis is None. No gradient flows.

    Raises
    ------
    IndexError
        If the axis is out of bounds.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.Variable([3.0, 1.0, 2.0]).argsort().tolist()
    [1, 2, 0]
    """
    return self.data.argsort(axis)


def any(self: Variable, axis: Any = None) -> Any:
    """Whether an element is not 0: np.any of the data; False where there are none.

    Parameters
    ----------
    axis : int or tuple of int, optional
        The axes to look along; all if None.

    Returns
    -------
    bool or ndarray of bool
        A bool of NumPy's; with an axis, an array of the shape without it.

    Raises
    ------
    IndexError
        If an axis is out of bounds.

    Examples
    --------
    >>> import cygrad as cg
    >>> x = cg.Variable([[0.0, 2.0], [0.0, 4.0]])
    >>> bool(x.any()), x.any(axis=0)
    (True, array([False,  True]))
    """
    return np.any(self.data, axis)


def all(self: Variable, axis: Any = None) -> Any:
    """Whether no element is 0: np.all of the data; True where there are none.

    Parameters
    ----------
    axis : int or tuple of int, optional
        The axes to look along; all if None.

    Returns
    -------
    bool or ndarray of bool
        A bool of NumPy's; with an axis, an array of the shape without it.

    Raises
    ------
    IndexError
        If an axis is out of bounds.

    Examples
    --------
    >>> import cygrad as cg
    >>> x = cg.Variable([[0.0, 2.0], [0.0, 4.0]])
    >>> bool(x.all()), x.all(axis=0)
    (False, array([False,  True]))
    """
    return np.all(self.data, axis)


def tolist(self: Variable) -> Any:
    """The numbers as a float, or as nested lists of floats.

    Returns
    -------
    float or list

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.Variable(1.0).tolist(), cg.Variable([[1.0, 2.0]]).tolist()
    (1.0, [[1.0, 2.0]])
    """
    return self.data.tolist()


@property  # type: ignore[misc]
def dtype(self: Variable) -> np.dtype[np.float64]:
    """np.dtype: float64, always.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.Variable([1, 2]).dtype
    dtype('float64')
    """
    return np.dtype(np.float64)


add_methods(
    Variable,
    {
        "__pandas_priority__": 5000,  # above a DataFrame's 4000: `series - x` is then x's to compute
        "all": explained(all),
        "any": explained(any),
        "argmax": explained(argmax),
        "argmin": explained(argmin),
        "argsort": explained(argsort),
        "astype": astype,
        "clip": clip,
        "copy": copy,
        "cumprod": cumprod,
        "cumsum": explained(cumsum),
        "diagonal": diagonal,
        "dot": dot,
        "dtype": dtype,
        "flatten": flatten,
        "prod": explained(prod),
        "ravel": ravel,
        "repeat": explained(repeat),
        "round": round,
        "squeeze": explained(squeeze),
        "std": explained(std),
        "swapaxes": swapaxes,
        "take": explained(take),
        "tolist": tolist,
        "trace": trace,
        "var": explained(var),
    }
    | members(Variable, "Variable"),
)
add_methods(Function, members(Function, "Function"))

# The functions that have the same name and are called by those of Variable's own.
for _name in ("sum", "mean", "max", "min"):
    OF_METHODS[_name] = getattr(F, _name)
    explained(getattr(Variable, _name))
