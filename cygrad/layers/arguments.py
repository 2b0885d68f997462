"""What layers are made with: sizes, and where their random numbers come from."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, SupportsIndex, TypeAlias

import numpy as np

from cygrad.core.creation import _generator as generator

if TYPE_CHECKING:  # numpy.random is loaded when it is used
    _Seed: TypeAlias = int | np.random.Generator | None

__all__ = ["check_size", "generator", "pair", "stream"]


def check_size(where: str, name: str, value: SupportsIndex, least: int = 1) -> int:
    """`value` as an int, if it is one and not less than `least`."""
    try:
        size = int(operator.index(value))
    except TypeError:
        raise TypeError(f"{where}: {name} must be an int, not {type(value).__name__}") from None
    if size < least:
        raise ValueError(f"{where}: {name} must be at least {least}, got {size}")
    return size


def pair(
    where: str,
    name: str,
    value: SupportsIndex | tuple[SupportsIndex, SupportsIndex],
    least: int = 1,
) -> tuple[int, int]:
    """One number for both axes of an image, or one for each."""
    if not isinstance(value, (tuple, list)):
        size = check_size(where, name, value, least)
        return size, size
    if len(value) != 2:
        raise ValueError(f"{where}: {name} must be one number or two, got {len(value)}")
    height, width = value
    return check_size(where, name, height, least), check_size(where, name, width, least)


def stream(where: str, rng: _Seed) -> np.random.Generator:
    """A generator of one layer's own, seeded by one number drawn from `rng`.

    So a layer that meets its first batch late has the same parameters as one that knew its input
    size at once, and the order in which layers are first called does not matter.
    """
    return np.random.default_rng(generator(where, rng).integers(2**63))
