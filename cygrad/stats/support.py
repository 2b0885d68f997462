"""What all densities share: parameters that are out of range, and numbers out of the support.

Where a parameter is out of its range the density is nan, and where x is out of the support its
logarithm is -inf, as in scipy. Both are put there at the end; before, a number that does no harm
takes the place of the offender, so that no gradient is nan: they are 0 there. A mask says where all
is well; None is everywhere, which costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.variable import Variable

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

Mask: TypeAlias = NDArray[np.bool_] | None


def as_variable(x: _ArrayLike) -> Variable:
    return x if isinstance(x, Variable) else Variable(x, requires_grad=False)


def mask(where: Any) -> Mask:
    """None if it is true everywhere."""
    return None if where.all() else np.asarray(where)


def both(*masks: Mask) -> Mask:
    """Where all masks are true."""
    result: Mask = None
    for m in masks:
        if m is not None:
            result = m if result is None else np.asarray(np.logical_and(result, m))
    return result


def replaced(x: Variable, kept: Mask, safe: float) -> Variable:
    """x, with a harmless number where it is not kept."""
    return x if kept is None else F.where(kept, x, safe)


def positive(parameter: _ArrayLike) -> tuple[Variable, Mask]:
    """The parameter, with 1 where it is not positive; and where it is."""
    v = as_variable(parameter)
    valid = mask(v.data > 0)
    return replaced(v, valid, 1.0), valid


def probability(parameter: _ArrayLike) -> tuple[Variable, Mask]:
    """The parameter, with 1/2 where it is not in [0, 1]; and where it is."""
    v = as_variable(parameter)
    valid = mask((v.data >= 0) & (v.data <= 1))
    return replaced(v, valid, 0.5), valid


def standardized(
    x: _ArrayLike,
    loc: _ArrayLike,
    scale: _ArrayLike,
    low: float = -np.inf,
    high: float = np.inf,
    safe: float = 0.0,
) -> tuple[Variable, Variable, Mask, Mask]:
    """z = (x - loc) / scale, the scale, where z is in [low, high] and finite, or nan; and where the
    scale is valid. Out of the support z is `safe`."""
    scale, valid = positive(scale)
    shift = F.sub(x, loc)
    z = shift / scale
    numbers = z.data
    inside = np.isfinite(numbers)
    if low > -np.inf or high < np.inf:
        inside = inside & (numbers >= low) & (numbers <= high)
    if inside.all():
        return z, scale, None, valid
    inside = inside | np.isnan(numbers)
    return F.where(inside, shift, safe * scale.data) / scale, scale, mask(inside), valid


def counts(k: _ArrayLike, loc: _ArrayLike = 0.0) -> NDArray[np.float64]:
    """k - loc as an array: counts are constants."""
    return np.asarray(as_variable(k).data - as_variable(loc).data)


def whole(k: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where k is a count, or nan."""
    return np.asarray(np.isnan(k) | (k >= 0) & (k < np.inf) & (k == np.floor(k)))


def finished(value: Variable, inside: Mask, valid: Mask) -> Variable:
    """value; -inf out of the support, nan where a parameter is not valid."""
    if inside is not None:
        value = F.where(inside, value, -np.inf)
    return value if valid is None else F.where(valid, value, np.nan)


def distributed(
    value: Variable,
    x: _ArrayLike,
    loc: _ArrayLike,
    inside: Mask,
    valid: Mask,
    ends: tuple[float, float] = (0.0, 1.0),
) -> Variable:
    """A distribution function's value; out of the support the ends', on the left and the right."""
    if inside is not None:
        right = np.greater(as_variable(x).data, as_variable(loc).data)
        value = F.where(inside, value, np.where(right, ends[1], ends[0]))
    return value if valid is None else F.where(valid, value, np.nan)
