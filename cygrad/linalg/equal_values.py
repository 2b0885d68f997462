"""Equal eigenvalues and singular values: what flows into their vectors, and when it is refused.

The gradient of a decomposition divides by the gaps between values. Where two of them are equal, the
numerator is 0 for every function that does not change as their vectors turn within the subspace:
for the vectors of others, whose part is 0, and for a function of the matrix such as v exp(w) v^T,
whose part is exp'(w). What flows in is the same for both. So nothing may flow into the vectors of
equal values, nor, where vectors are used at all, into these values themselves.

Where the values differ by less than half their digits, and the numerator cancels by more than half
of its own, what is left of it is mostly rounding errors: refused, too.

The checks are Functions, which look at the numbers whenever they run.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.function import Function
from cygrad.core.variable import Variable
from cygrad.linalg.decomposition import _Array

__all__ = ["Gaps", "Inverse", "Numerator", "Shared", "are_equal", "are_zero"]

_Mask: TypeAlias = NDArray[np.bool_]

EPS = float(np.finfo(np.float64).eps)
HALF = EPS**0.5  # of the digits


def are_equal(w: _Array, size: int) -> _Mask:
    """Which pairs of the values are equal but for the rounding of a decomposition; (..., n, n).

    The size is that of the matrix.
    """
    scale = np.abs(w).max(axis=-1, initial=0.0)
    gaps = np.abs(w[..., :, None] - w[..., None, :])
    equal: _Mask = gaps <= 8.0 * max(size, 1) * EPS * scale[..., None, None]
    return equal & ~np.eye(w.shape[-1], dtype=bool)


class Shared(Function):
    """What flows to the values, shared evenly among equal ones: which is which is LAPACK's choice.

    The greatest eigenvalue of the unit matrix has a kink there, as the maximum of equal numbers.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, g: _Array, w: _Array) -> _Array:
        near = are_equal(w, self.size)
        if not near.any():
            return g
        with np.errstate(invalid="ignore"):
            # The values are in order: a group ends where the next one is another.
            ends = ~np.diagonal(near, 1, axis1=-2, axis2=-1)
            groups = np.concatenate([np.zeros((*w.shape[:-1], 1)), np.cumsum(ends, -1)], axis=-1)
            same = groups[..., :, None] == groups[..., None, :]
            parts: _Array = np.where(same, g[..., None, :], 0.0).sum(axis=-1) / same.sum(axis=-1)
        return np.where(same.sum(axis=-1) > 1, parts, g)

    def backward(self, gy: Variable) -> tuple[Variable, None]:
        return Shared(self.size)(gy, self.inputs[1]), None


class Gaps(Function):
    """1 / (w_j - w_i), and 0 where they are equal; for sums, 1 / (w_j + w_i) likewise."""

    def __init__(self, size: int, sign: float = 1.0) -> None:
        super().__init__()
        self.size = size
        self.sign = sign

    def forward(self, w: _Array) -> _Array:
        n = w.shape[-1]
        if self.sign > 0:
            none = are_equal(w, self.size) | np.eye(n, dtype=bool)
        else:
            none = are_zero_pairs(w, self.size)
        differences = w[..., None, :] - self.sign * w[..., :, None]
        return np.where(none, 0.0, 1.0 / np.where(none, 1.0, differences))

    def backward(self, gy: Variable) -> Variable:
        y = self.outputs[0]
        if y is None:
            y = Gaps(self.size, self.sign)(*self.inputs)
        g = gy * y * y
        return self.sign * F.sum(g, axis=-1) - F.sum(g, axis=-2)


def are_zero(s: _Array, size: int) -> _Mask:
    """Which singular values are 0 but for the rounding of a decomposition."""
    zero: _Mask = s <= size * EPS * s.max(axis=-1, initial=0.0, keepdims=True)
    return zero


def are_zero_pairs(s: _Array, size: int) -> _Mask:
    zero = are_zero(s, size)
    pairs: _Mask = zero[..., :, None] & zero[..., None, :]
    return pairs


class Inverse(Function):
    """1 / s, and 0 where s is 0."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, s: _Array) -> _Array:
        zero = are_zero(s, self.size)
        return np.where(zero, 0.0, 1.0 / np.where(zero, 1.0, s))

    def backward(self, gy: Variable) -> Variable:
        y = self.outputs[0]
        if y is None:
            y = Inverse(self.size)(*self.inputs)
        return -gy * y * y


class Numerator(Function):
    """x - y, the numerators of pairs of values; refused where it does not determine the gradient.

    The others are looked at only: the values, what flows to them, and to their vectors in columns.
    """

    def __init__(
        self, where: str, kind: str, remedy: str, size: int, valued: bool, zeros: bool = False
    ) -> None:
        super().__init__()
        self.where = where
        self.kind = kind
        self.remedy = remedy
        self.size = size
        self.valued = valued  # the values are used as well
        self.zeros = zeros  # a value of 0 has no vectors either

    def forward(self, x: _Array, y: _Array, w: _Array, gw: _Array, *flows: _Array) -> _Array:
        with np.errstate(all="ignore"):
            into = np.zeros(w.shape)
            for flow in flows:
                into = np.maximum(into, np.abs(flow).max(axis=-2, initial=0.0))
            used = (gw != 0.0) | (into != 0.0)
            # Zeros that have been computed are no better than other numbers: log(w) is 0 at 1.
            used |= not used.any()
            self.refuse_equal(w, used)
            z: _Array = x - y
            self.refuse_cancelled(w, gw, z, 0.5 * (into[..., :, None] + into[..., None, :]))
        return z

    def refuse_equal(self, w: _Array, used: _Mask) -> None:
        refused = are_equal(w, self.size) & (used[..., :, None] | used[..., None, :])
        if self.zeros:
            alone = are_zero(w, self.size) & used
            refused = refused | (alone[..., None] & np.eye(w.shape[-1], dtype=bool))
        if refused.any():
            self.refuse(w, refused, "what flows into their vectors does not determine the gradient")

    def refuse_cancelled(self, w: _Array, gw: _Array, z: _Array, size: _Array) -> None:
        gaps = np.abs(w[..., :, None] - w[..., None, :])
        safe = np.where(gaps > 0.0, gaps, np.inf)
        near = gaps <= HALF * np.abs(w).max(axis=-1, initial=0.0)[..., None, None]
        if self.valued:
            # Far apart for their size, but not for slopes of this size: exp at 1e-15 and 2e-15.
            slopes = np.abs(gw).max(axis=-1, initial=0.0)[..., None, None]
            rest = np.abs(z / safe).max(axis=(-2, -1), initial=0.0, keepdims=True)
            slopes = np.where(slopes > 0.0, slopes, size)
            near |= EPS * size / safe > HALF * np.maximum(slopes, rest)
        lost = (np.abs(z) <= HALF * size) & near & (size > 0.0)
        lost &= ~are_equal(w, self.size) & ~np.eye(w.shape[-1], dtype=bool)
        if lost.any():
            self.refuse(
                w, lost, "what flows into their vectors cancels to fewer than half of its digits"
            )

    def refuse(self, w: _Array, refused: _Mask, why: str) -> None:
        *stack, i, j = (int(k) for k in np.argwhere(refused)[0])
        of = f" of matrix {stack[0] if len(stack) == 1 else tuple(stack)}" if stack else ""
        first, second = float(w[(*stack, i)]), float(w[(*stack, j)])
        if i == j:
            what = f"{self.kind} {i}{of} is 0 but for rounding ({first!r})"
        else:
            near = "equal" if are_equal(w, self.size)[(*stack, i, j)] else "nearly equal"
            what = f"{self.kind}s {i} and {j}{of} are {near} ({first!r} and {second!r})"
        raise LinAlgError(f"{self.where}: {what}, and {why}; {self.remedy}")

    def backward(self, gz: Variable) -> tuple[Variable | None, ...]:
        return (gz, -gz, *[None] * (len(self.inputs) - 2))
