"""Arguments that are integers, as Python's own ints, or TypeErrors that name them.

For the functions in Python. They are converted once, before a shape is read or anything computed:
an __index__ is code of the user's, which may assign the .data of what is computed with.
"""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np

__all__ = ["axes", "axis_or_none", "integer", "integers"]


def integer(where: str, name: str, value: Any, kind: str = "an int") -> int:
    """An int."""
    return convert(where, name, kind, value, value)


def axis_or_none(where: str, value: Any, name: str = "axis") -> int | None:
    """An axis, or None."""
    return None if value is None else convert(where, name, "an int or None", value, value)


def integers(
    where: str, name: str, value: Any, kind: str = "an int or a sequence of ints"
) -> int | tuple[int, ...]:
    """An int, or a sequence of them."""
    if isinstance(value, (tuple, list)) or (isinstance(value, np.ndarray) and value.ndim == 1):
        return tuple(convert(where, name, kind, n, value) for n in value)
    return convert(where, name, kind, value, value)


def axes(where: str, value: Any) -> int | tuple[int, ...] | None:
    """An axis argument: None, an int, or a tuple of ints."""
    return None if value is None else integers(where, "axis", value)


def convert(where: str, name: str, kind: str, n: Any, value: Any) -> int:
    try:
        return int.__pos__(index(n))  # of a subclass of int, an int
    except TypeError:
        raise TypeError(f"{where}: {name} must be {kind}, not {value!r}") from None
