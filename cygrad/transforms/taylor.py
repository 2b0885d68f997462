"""taylor: the first terms of a function's series along a direction."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, SupportsIndex

from cygrad.transforms.products import jvp
from cygrad.transforms.structure import map_leaves

__all__ = ["taylor"]

HIGHEST = 10


# Any: what f takes and gives, in nested structures.
def taylor(f: Callable[[Any], Any], x: Any, v: Any, order: SupportsIndex) -> list[Any]:
    """The Taylor coefficients of a function along a direction.

    Parameters
    ----------
    f : callable
        Takes Variables, and returns Variables: one, or several in nested dicts, lists and tuples.
    x : ndarray, float, Variable, or nested structure of them
        The argument of f.
    v : as x
        The direction, in the structure and shapes of x.
    order : int
        That of the last coefficient, from 0 to 10.

    Returns
    -------
    list
        The coefficients 0 to `order`, each in the structure and shapes of what f returns: arrays
        and numbers, or Variables where these are given.

    Raises
    ------
    ValueError
        If the order is another, or v does not have the structure and shapes of x.
    TypeError
        If the order is no int.

    Notes
    -----
    c_k = (1/k!) d^k f(x + t v)/dt^k at t = 0, so that f(x + t v) is about the sum of c_k t^k. As
    ``jax.experimental.jet`` of the series (v, 0, 0, ...), which gives the derivatives k! c_k.
    Exact but for rounding, by one `jvp` inside the other: each order costs some 2 to 4 times as
    much as the one before.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> cg.taylor(lambda x: 1.0 / (1.0 - x), 0.0, 1.0, 4)
    [1.0, 1.0, 1.0, 1.0, 1.0]
    >>> cg.taylor(lambda x: x**3, 2.0, 1.0, 4)
    [8.0, 12.0, 6.0, 1.0, 0.0]
    """
    last = operator.index(order)
    if not 0 <= last <= HIGHEST:
        raise ValueError(f"taylor: order must be from 0 to {HIGHEST}, not {last}")
    derivatives = _with_derivatives(f, v, last)
    if last == 0:  # the direction is looked at all the same
        found = [jvp(f, (x,), (v,))[0]]
    else:
        first, further = jvp(derivatives, (x,), (v,))
        found = [first[0], *further]
    return [part if k < 2 else _divided(part, math.factorial(k)) for k, part in enumerate(found)]


def _divided(part: Any, n: int) -> Any:
    return map_leaves(lambda y: y / n, part)


def _with_derivatives(f: Callable[[Any], Any], v: Any, count: int) -> Callable[[Any], list[Any]]:
    """Of x to the list of f and its derivatives along v: `count` things."""
    if count <= 1:
        return lambda x: [f(x)]
    fewer = _with_derivatives(f, v, count - 1)

    def more(x: Any) -> list[Any]:
        values, tangents = jvp(fewer, (x,), (v,))
        return [values[0], *tangents]

    return more
