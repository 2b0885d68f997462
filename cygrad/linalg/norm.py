"""norm: those of cygrad.functions.norm, and those of matrices by singular values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.linalg.spectral import svdvals

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike, _Axis, _Scalar

__all__ = ["norm"]


def norm(
    x: _ArrayLike,
    ord: float | _Scalar | str | None = None,
    axis: _Axis = None,
    keepdims: bool = False,
) -> Variable:
    """The norm of vectors or matrices, as np.linalg.norm.

    Parameters
    ----------
    x : Variable or array_like
    ord : float, inf, -inf, 'fro' or 'nuc', optional
        As for `cygrad.functions.norm`; and for matrices 2 and -2, the greatest and the least
        singular value, and 'nuc', their sum.
    axis : int or pair of int, optional
        An int is the axis of the vectors, a pair those of the matrices' rows and columns. If None,
        x is one vector or one matrix; if ord is None too, x may have any number of axes.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.

    Returns
    -------
    Variable
        Of x's shape without the axes.

    Raises
    ------
    ValueError
        If ord is not a norm of vectors or matrices; if x is neither and no axis is given.
    TypeError
        If ord is not a number.
    IndexError
        If an axis is out of bounds.

    Notes
    -----
    The gradients of 2, -2 and 'nuc' are those of `svdvals`: u v^T of the vectors that belong to the
    value, and for 'nuc' the sum of them all. Equal values share as for `max`; where one is 0, it
    has a kink, and the slope 0 there, as `abs`.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> a = cg.Variable([[3.0, 0.0], [0.0, -4.0]])
    >>> LA.norm(a, 2), LA.norm(a, "nuc")
    (variable(4.0), variable(7.0))
    """
    v = x if isinstance(x, Variable) else Variable(x, requires_grad=False)
    axes = tuple(range(v.ndim)) if axis is None else axis
    if not isinstance(axes, (tuple, list)) or len(axes) != 2 or not _is_spectral(ord):
        return F.norm(v, ord, axis, keepdims)
    F.norm(v, "fro", axis)  # refuses what is wrong with the axes
    row, column = (int(d) % v.ndim for d in axes)
    others = [d for d in range(v.ndim) if d not in (row, column)]
    s = F.abs(svdvals(F.transpose(v, [*others, row, column])))  # which have a kink at 0
    if ord == "nuc":
        y = F.sum(s, axis=-1)
    else:
        y = F.max(s, axis=-1) if ord == 2 else F.min(s, axis=-1)
    if keepdims:
        y = F.reshape(y, [1 if d in (row, column) else n for d, n in enumerate(v.shape)])
    return y


def _is_spectral(ord: float | _Scalar | str | None) -> bool:
    return ord == "nuc" if isinstance(ord, str) else ord is not None and ord in (2, -2)
