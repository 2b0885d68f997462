"""What all densities share: parameters that are out of range, and numbers out of the support.

Where a parameter is out of its range the density is nan, and where x is out of the support its
logarithm is -inf, as in scipy. Both are put there at the end; before, a number that does no harm
takes the place of the offender, so that no gradient is nan: they are 0 there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.variable import Variable

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

Mask: TypeAlias = NDArray[np.bool_] | np.bool_ | bool


def as_variable(x: _ArrayLike) -> Variable:
    return x if isinstance(x, Variable) else Variable(x, requires_grad=False)


def replaced(x: Variable, kept: Mask, safe: float) -> Variable:
    """x, with a harmless number where it is not kept."""
    return x if np.all(kept) else F.where(kept, x, safe)


def positive(parameter: _ArrayLike) -> tuple[Variable, Mask]:
    """The parameter, with 1 where it is not positive; and where it is."""
    v = as_variable(parameter)
    valid = v.data > 0
    return replaced(v, valid, 1.0), valid


def probability(parameter: _ArrayLike) -> tuple[Variable, Mask]:
    """The parameter, with 1/2 where it is not in [0, 1]; and where it is."""
    v = as_variable(parameter)
    valid = (v.data >= 0) & (v.data <= 1)
    return replaced(v, valid, 0.5), valid


def standardized(
    x: _ArrayLike,
    loc: _ArrayLike,
    scale: _ArrayLike,
    low: float = -np.inf,
    high: float = np.inf,
    safe: float = 0.0,
) -> tuple[Variable, Variable, NDArray[np.bool_], Mask]:
    """z = (x - loc) / scale, the scale, where z is in [low, high] and finite, or nan; and where the
    scale is valid. Out of the support z is `safe`."""
    scale, valid = positive(scale)
    shift = as_variable(x) - as_variable(loc)
    with np.errstate(over="ignore"):
        z = shift.data / scale.data
    inside: NDArray[np.bool_] = ~((z < low) | (z > high) | np.isinf(z))
    if not inside.all():
        shift = F.where(inside, shift, safe * scale.data)
    return shift / scale, scale, inside, valid


def distributed(
    value: Variable, x: _ArrayLike, loc: _ArrayLike, inside: Mask, valid: Mask
) -> Variable:
    """A distribution function's value; out of the support 0 on the left and 1 on the right."""
    if not np.all(inside):
        right = np.greater(as_variable(x).data, as_variable(loc).data)
        value = F.where(inside, value, np.where(right, 1.0, 0.0))
    return value if np.all(valid) else F.where(valid, value, np.nan)


def counts(k: _ArrayLike, loc: _ArrayLike = 0.0) -> NDArray[np.float64]:
    """k - loc as an array: counts are constants."""
    shifted: NDArray[np.float64] = np.subtract(as_variable(k).data, as_variable(loc).data)
    return shifted


def whole(k: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where k is a count, or nan."""
    possible: NDArray[np.bool_] = ~((k < 0) | np.isinf(k) | (k != np.floor(k)) & ~np.isnan(k))
    return possible


def finished(value: Variable, inside: Mask, valid: Mask) -> Variable:
    """value; -inf out of the support, nan where a parameter is not valid."""
    if not np.all(inside):
        value = F.where(inside, value, -np.inf)
    return value if np.all(valid) else F.where(valid, value, np.nan)


def both(*masks: Any) -> Any:
    """Where all masks are true."""
    result = masks[0]
    for mask in masks[1:]:
        result = np.logical_and(result, mask)
    return result
