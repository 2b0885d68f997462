"""Variables from shapes, ranges and random numbers.

Each function makes a leaf that requires gradients, around a fresh NumPy array.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

from cygrad.core.repetition import UNDER_WAY, drawing, repeated_generator
from cygrad.core.tape import draw
from cygrad.core.variable import Variable

if TYPE_CHECKING:  # numpy.random is loaded when it is used: importing it is a tenth of NumPy's time
    from numpy.typing import ArrayLike

__all__ = [
    "arange",
    "eye",
    "full",
    "full_like",
    "identity",
    "linspace",
    "normal",
    "ones",
    "ones_like",
    "rand",
    "randn",
    "zeros",
    "zeros_like",
]


def _shape(
    function: str, shape: tuple[SupportsIndex | tuple[SupportsIndex, ...], ...]
) -> tuple[int, ...]:
    """A shape given as lengths or as one tuple of them."""
    lengths = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    try:
        result = tuple(n.__index__() for n in lengths)  # type: ignore[union-attr]
    except AttributeError:
        raise TypeError(f"{function}: a shape is made of ints, not {shape!r}") from None
    if any(n < 0 for n in result):
        raise ValueError(f"{function}: negative lengths in shape {result}")
    return result


def zeros(*shape: SupportsIndex | tuple[SupportsIndex, ...], name: str | None = None) -> Variable:
    """A Variable of zeros.

    Parameters
    ----------
    *shape : int or tuple of int
        The lengths of the axes; none for shape ``()``.
    name : str, optional
        What repr and graphs call it.

    Returns
    -------
    Variable
        A leaf of this shape.

    Raises
    ------
    ValueError
        If a length is negative.
    TypeError
        If a length is not an int.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.zeros(2, 2)
    variable([[0., 0.],
              [0., 0.]])
    """
    return Variable(np.zeros(_shape("zeros", shape)), name)


def ones(*shape: SupportsIndex | tuple[SupportsIndex, ...], name: str | None = None) -> Variable:
    """A Variable of ones.

    Parameters
    ----------
    *shape : int or tuple of int
        The lengths of the axes; none for shape ``()``.
    name : str, optional
        What repr and graphs call it.

    Returns
    -------
    Variable
        A leaf of this shape.

    Raises
    ------
    ValueError
        If a length is negative.
    TypeError
        If a length is not an int.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.ones(3)
    variable([1., 1., 1.])
    """
    return Variable(np.ones(_shape("ones", shape)), name)


def full(
    shape: SupportsIndex | tuple[SupportsIndex, ...], value: float, name: str | None = None
) -> Variable:
    """A Variable of one value.

    Parameters
    ----------
    shape : int or tuple of int
        The lengths of the axes; ``()`` for a number.
    value : float
    name : str, optional
        What repr and graphs call it.

    Returns
    -------
    Variable
        A leaf of this shape.

    Raises
    ------
    ValueError
        If a length is negative.
    TypeError
        If a length is not an int.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.full((2,), 0.5)
    variable([0.5, 0.5])
    """
    return Variable(np.full(_shape("full", (shape,)), float(value)), name)


def zeros_like(x: Variable | ArrayLike, name: str | None = None) -> Variable:
    """A Variable of zeros in x's shape.

    Parameters
    ----------
    x : Variable or array_like
        Only its shape counts.
    name : str, optional
        What repr and graphs call it.

    Returns
    -------
    Variable
        A leaf of x's shape.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.zeros_like(cg.ones(2))
    variable([0., 0.])
    """
    return Variable(np.zeros(np.shape(x)), name)


def ones_like(x: Variable | ArrayLike, name: str | None = None) -> Variable:
    """A Variable of ones in x's shape.

    Parameters
    ----------
    x : Variable or array_like
        Only its shape counts.
    name : str, optional
        What repr and graphs call it.

    Returns
    -------
    Variable
        A leaf of x's shape.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.ones_like(cg.zeros(2))
    variable([1., 1.])
    """
    return Variable(np.ones(np.shape(x)), name)


def full_like(x: Variable | ArrayLike, value: float, name: str | None = None) -> Variable:
    """A Variable of one value in x's shape.

    Parameters
    ----------
    x : Variable or array_like
        Only its shape counts.
    value : float
    name : str, optional
        What repr and graphs call it.

    Returns
    -------
    Variable
        A leaf of x's shape.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.full_like(cg.zeros(2), 3)
    variable([3., 3.])
    """
    return Variable(np.full(np.shape(x), float(value)), name)


def arange(
    start: float, stop: float | None = None, step: float = 1, name: str | None = None
) -> Variable:
    """Numbers from `start` to before `stop`, `step` apart; from 0 if only one is given.

    Parameters
    ----------
    start : float
        The first number; where stop is None, it is stop, and the first number is 0.
    stop : float, optional
        Where to end, which is not included.
    step : float, default 1
        From one number to the next; negative ones go down.
    name : str, optional
        What repr and graphs call it.

    Returns
    -------
    Variable
        A leaf of shape (n,), n = ceil((stop - start) / step), or 0 where that is negative.

    Raises
    ------
    ZeroDivisionError
        If step is 0.

    Notes
    -----
    The numbers are np.arange's. With a step that is no whole number, rounding may add one at stop:
    use `linspace`.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.arange(1, 2, 0.5)
    variable([1. , 1.5])
    """
    if stop is None:
        start, stop = 0, start
    return Variable(np.arange(start, stop, step, dtype=np.float64), name)


def linspace(start: float, stop: float, num: int = 50, name: str | None = None) -> Variable:
    """`num` numbers evenly spaced from `start` to `stop`, both included.

    Parameters
    ----------
    start, stop : float
        The first number and the last.
    num : int, default 50
        How many.
    name : str, optional
        What repr and graphs call it.

    Returns
    -------
    Variable
        A leaf of shape (num,).

    Raises
    ------
    ValueError
        If num is negative.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.linspace(0, 1, 3)
    variable([0. , 0.5, 1. ])
    """
    return Variable(np.linspace(start, stop, num, dtype=np.float64), name)


def identity(n: int, name: str | None = None) -> Variable:
    """The n x n identity matrix.

    Parameters
    ----------
    n : int
        The number of rows and columns.
    name : str, optional
        What repr and graphs call it.

    Returns
    -------
    Variable
        A leaf of shape (n, n).

    Raises
    ------
    ValueError
        If n is negative.
    TypeError
        If n is not an int.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.identity(2)
    variable([[1., 0.],
              [0., 1.]])
    """
    return eye(n, name=name)


def eye(n: int, m: int | None = None, k: int = 0, name: str | None = None) -> Variable:
    """A matrix of zeros, with ones on a diagonal.

    Parameters
    ----------
    n : int
        The number of rows.
    m : int, optional
        The number of columns; n if None.
    k : int, default 0
        Which diagonal: 0 the main one, above it the positive ones.
    name : str, optional
        What repr and graphs call it.

    Returns
    -------
    Variable
        A leaf of shape (n, m).

    Raises
    ------
    ValueError
        If n or m is negative.
    TypeError
        If n or m is not an int.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.eye(2, 3, k=1)
    variable([[0., 1., 0.],
              [0., 0., 1.]])
    """
    rows, columns = _shape("eye", (n, n if m is None else m))
    return Variable(np.eye(rows, columns, k), name)


def rand(
    *shape: SupportsIndex | tuple[SupportsIndex, ...],
    rng: int | np.random.Generator | None = None,
    name: str | None = None,
) -> Variable:
    """Random numbers, uniform in [0, 1).

    Parameters
    ----------
    *shape : int or tuple of int
        The lengths of the axes; none for shape ``()``.
    rng : int or numpy.random.Generator, optional
        A seed, or the generator to draw from. The same seed gives the same numbers; None, new ones.
    name : str, optional
        What repr and graphs call it.

    Returns
    -------
    Variable
        A leaf of this shape.

    Raises
    ------
    ValueError
        If a length or the seed is negative.
    TypeError
        If a length is not an int, or rng is something else.

    Examples
    --------
    >>> import cygrad as cg
    >>> a, b = cg.rand(3, rng=7), cg.rand(3, rng=7)
    >>> bool((a == b).all())
    True
    """
    lengths = _shape("rand", shape)
    return draw(lambda: Variable(_generator("rand", rng).random(lengths), name), rng)


def randn(
    *shape: SupportsIndex | tuple[SupportsIndex, ...],
    rng: int | np.random.Generator | None = None,
    name: str | None = None,
) -> Variable:
    """Random numbers from the standard normal distribution.

    Parameters
    ----------
    *shape : int or tuple of int
        The lengths of the axes; none for shape ``()``.
    rng : int or numpy.random.Generator, optional
        A seed, or the generator to draw from. The same seed gives the same numbers; None, new ones.
    name : str, optional
        What repr and graphs call it.

    Returns
    -------
    Variable
        A leaf of this shape.

    Raises
    ------
    ValueError
        If a length or the seed is negative.
    TypeError
        If a length is not an int, or rng is something else.

    Examples
    --------
    >>> import cygrad as cg
    >>> x = cg.randn(2, 3, rng=7)
    >>> x.shape, bool((x == cg.randn(2, 3, rng=7)).all())
    ((2, 3), True)
    """
    lengths = _shape("randn", shape)
    return draw(lambda: Variable(_generator("randn", rng).standard_normal(lengths), name), rng)


def normal(
    shape: SupportsIndex | tuple[SupportsIndex, ...],
    mean: float = 0.0,
    std: float = 1.0,
    rng: int | np.random.Generator | None = None,
    name: str | None = None,
) -> Variable:
    """Random numbers from the normal distribution.

    Parameters
    ----------
    shape : int or tuple of int
        The lengths of the axes; ``()`` for a number.
    mean, std : float, default 0.0 and 1.0
        Its mean and standard deviation.
    rng : int or numpy.random.Generator, optional
        A seed, or the generator to draw from. The same seed gives the same numbers; None, new ones.
    name : str, optional
        What repr and graphs call it.

    Returns
    -------
    Variable
        A leaf of this shape.

    Raises
    ------
    ValueError
        If std, a length or the seed is negative.
    TypeError
        If a length is not an int, or rng is something else.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.normal((2, 3), mean=1.0, std=0.1, rng=7).shape
    (2, 3)
    """
    lengths = _shape("normal", (shape,))
    return draw(lambda: Variable(_generator("normal", rng).normal(mean, std, lengths), name), rng)


def _generator(function: str, rng: int | np.random.Generator | None) -> np.random.Generator:
    if isinstance(rng, np.random.Generator):
        return drawing(rng) if UNDER_WAY else rng
    if rng is None:
        repeated = repeated_generator()
        if repeated is not None:  # the same numbers when the call is repeated
            return np.random.default_rng(repeated.integers(2**63))
    if rng is None or (isinstance(rng, (int, np.integer)) and not isinstance(rng, bool)):
        if rng is not None and rng < 0:
            raise ValueError(f"{function}: rng must not be negative as a seed, got {rng}")
        return np.random.default_rng(rng)
    raise TypeError(
        f"{function}: rng must be an int seed, a numpy.random.Generator or None, "
        f"not {type(rng).__name__}"
    )
