"""What a state must be to be loaded: arrays of real numbers, by the right names, of the right shapes.

Nothing of layers is known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["AwaitedShape", "differences", "real_arrays"]

# A shape of which some lengths may not be known yet.
AwaitedShape: TypeAlias = tuple[int | None, ...]


def real_arrays(
    state: Mapping[str, _ArrayLike],
) -> tuple[dict[str, NDArray[np.float64]], list[str]]:
    """Copies of the arrays, and what is wrong with those that are not real numbers."""
    arrays, problems = {}, []
    for name, value in state.items():
        try:
            array = np.asarray(value)
            if array.dtype.kind not in "biuf":
                raise ValueError(f"dtype {array.dtype}")
            arrays[name] = np.array(array, dtype=np.float64)
        except (TypeError, ValueError) as error:
            problems.append(f"{name}: is not an array of real numbers ({error})")
    return arrays, problems


def differences(
    expected: Mapping[str, AwaitedShape],
    state: Mapping[str, object],
    shapes: Mapping[str, tuple[int, ...]],
) -> list[str]:
    """All that is missing, unexpected or of another shape, a line each."""
    lines = [f"missing: {name}" for name in expected if name not in state]
    lines += [f"unexpected: {name}" for name in state if name not in expected]
    for name, shape in expected.items():
        if name in shapes and not _fits(shapes[name], shape):
            needed = str(shape).replace("None", "any")
            lines.append(f"{name}: has shape {shapes[name]}, where {needed} is needed")
    return lines


def _fits(shape: tuple[int, ...], expected: AwaitedShape) -> bool:
    return len(shape) == len(expected) and all(
        wanted == length or (wanted is None and length > 0)
        for length, wanted in zip(shape, expected, strict=True)
    )
