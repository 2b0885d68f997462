"""dot, inner, outer, vdot, tensordot, kron, cross, convolve, correlate: products beside matmul."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from cygrad.core.variable import Variable
from cygrad.functions.arithmetic import mul, sub
from cygrad.functions.arrangement import flip
from cygrad.functions.broadcasting import reshape
from cygrad.functions.convolution import conv1d
from cygrad.functions.integers import integer
from cygrad.functions.linalg import matmul
from cygrad.functions.operation import as_variable
from cygrad.functions.rearrangement import moveaxis
from cygrad.functions.shape import transpose, unsqueeze

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = [
    "convolve",
    "correlate",
    "cross",
    "dot",
    "inner",
    "kron",
    "outer",
    "tensordot",
    "vdot",
]


def dot(a: _ArrayLike, b: _ArrayLike) -> Variable:
    """The product over a's last axis and b's last but one (its only one, if it is a vector).

    Parameters
    ----------
    a, b : Variable, float or array_like
        Numbers multiply; otherwise the two axes are of the same length.

    Returns
    -------
    Variable
        Of the remaining axes, a's before b's.

    Raises
    ------
    ValueError
        If the lengths differ.

    Notes
    -----
    For vectors and matrices it is `matmul`, whose gradients it has; for stacks, `tensordot`: every
    row of a with every column of b.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.dot(cg.Variable([1.0, 2.0]), [3.0, 4.0])
    variable(11.0)
    """
    x, y = as_variable(a, "dot"), as_variable(b, "dot")
    if x.ndim == 0 or y.ndim == 0:
        return mul(x, y)
    if y.ndim < 3 and x.ndim < 3:
        return matmul(x, y)
    return tensordot(x, y, (-1, max(y.ndim - 2, 0)))


def inner(a: _ArrayLike, b: _ArrayLike) -> Variable:
    """The product over the last axes of a and b.

    Parameters
    ----------
    a, b : Variable, float or array_like
        Numbers multiply; otherwise the last axes are of the same length.

    Returns
    -------
    Variable
        Of the other axes, a's before b's.

    Raises
    ------
    ValueError
        If the lengths differ.

    Notes
    -----
    y_ij = sum_k a_ik b_jk, with i and j for all the other axes; da_ik = sum_j gy_ij b_jk, and
    likewise for b.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.inner(cg.Variable([[1.0, 2.0], [0.0, 1.0]]), [3.0, 4.0])
    variable([11.,  4.])
    """
    x, y = as_variable(a, "inner"), as_variable(b, "inner")
    if x.ndim == 0 or y.ndim == 0:
        return mul(x, y)
    return tensordot(x, y, (-1, -1))


def outer(a: _ArrayLike, b: _ArrayLike) -> Variable:
    """The products of every element of a with every element of b.

    Parameters
    ----------
    a, b : Variable or array_like
        Flattened, to lengths m and n.

    Returns
    -------
    Variable
        Of shape (m, n).

    Notes
    -----
    y_ij = a_i b_j; da = gy b, db = gy^T a.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.outer(cg.Variable([1.0, 2.0]), [3.0, 4.0])
    variable([[3., 4.],
              [6., 8.]])
    """
    x, y = as_variable(a, "outer"), as_variable(b, "outer")
    return mul(reshape(x, (x.size, 1)), reshape(y, (1, y.size)))


def vdot(a: _ArrayLike, b: _ArrayLike) -> Variable:
    """The sum of the products of a's elements with b's, both flattened.

    Parameters
    ----------
    a, b : Variable or array_like
        Of the same size.

    Returns
    -------
    Variable
        Of shape ().

    Raises
    ------
    ValueError
        If the sizes differ.

    Notes
    -----
    dy = sum(b da + a db).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.vdot(cg.Variable([[1.0, 2.0]]), [[3.0], [4.0]])
    variable(11.0)
    """
    return matmul(reshape(as_variable(a, "vdot"), -1), reshape(as_variable(b, "vdot"), -1))


def tensordot(
    a: _ArrayLike, b: _ArrayLike, axes: int | tuple[int | Sequence[int], int | Sequence[int]] = 2
) -> Variable:
    """The product of a and b summed over axes of both.

    Parameters
    ----------
    a, b : Variable or array_like
    axes : int or pair of int or of sequences of int, default 2
        How many of a's last and of b's first axes run together; or which, a's and b's.

    Returns
    -------
    Variable
        Of the remaining axes, a's before b's.

    Raises
    ------
    ValueError
        If the numbers of axes or their lengths differ.
    IndexError
        If an axis is out of bounds.

    Notes
    -----
    With a and b as matrices, whose one axis is the summed ones, da = gy b^T and db = a^T gy, as for
    `matmul`.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.tensordot(cg.ones(2, 3, 4), cg.ones(4, 3), axes=((1, 2), (1, 0))).shape
    (2,)
    """
    x, y = as_variable(a, "tensordot"), as_variable(b, "tensordot")
    if not isinstance(axes, (tuple, list)):
        axes = integer("tensordot", "axes", axes)
        if not 0 <= axes <= min(x.ndim, y.ndim):
            raise ValueError(
                f"tensordot: axes={axes} is negative, or more than the axes of shapes {x.shape} and "
                f"{y.shape}"
            )
        left: Any = range(x.ndim - axes, x.ndim)
        right: Any = range(axes)
    else:
        left, right = axes
    left = normalize_axis_tuple(left, x.ndim, "tensordot")
    right = normalize_axis_tuple(right, y.ndim, "tensordot")
    summed = [x.shape[d] for d in left]
    if summed != [y.shape[d] for d in right]:
        raise ValueError(
            f"tensordot: axes {left} of shape {x.shape} and {right} of shape {y.shape} do not fit"
        )
    rows = [d for d in range(x.ndim) if d not in left]
    columns = [d for d in range(y.ndim) if d not in right]
    m, p = [x.shape[d] for d in rows], [y.shape[d] for d in columns]
    n = int(np.prod(summed))
    x = reshape(transpose(x, [*rows, *left]), (int(np.prod(m)), n))
    y = reshape(transpose(y, [*right, *columns]), (n, int(np.prod(p))))
    return reshape(matmul(x, y), (*m, *p))


def kron(a: _ArrayLike, b: _ArrayLike) -> Variable:
    """The Kronecker product: b, times each element of a, at that element's place.

    Parameters
    ----------
    a, b : Variable or array_like
        The one with fewer axes gets new ones of length 1 in front.

    Returns
    -------
    Variable
        Each axis as long as the product of a's and b's.

    Notes
    -----
    For vectors, with m the length of b, y_(i m + j) = a_i b_j; so da_i = sum_j gy_(i m + j) b_j and
    db_j = sum_i gy_(i m + j) a_i.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.kron(cg.Variable([1.0, 10.0]), [1.0, 2.0, 3.0])
    variable([ 1.,  2.,  3., 10., 20., 30.])
    """
    x, y = as_variable(a, "kron"), as_variable(b, "kron")
    ndim = max(x.ndim, y.ndim)
    m = (1,) * (ndim - x.ndim) + x.shape
    n = (1,) * (ndim - y.ndim) + y.shape
    between = tuple(range(1, 2 * ndim, 2))
    x = unsqueeze(reshape(x, m), between) if ndim else x
    y = unsqueeze(reshape(y, n), tuple(d - 1 for d in between)) if ndim else y
    return reshape(mul(x, y), tuple(i * j for i, j in zip(m, n, strict=True)))


def cross(
    a: _ArrayLike, b: _ArrayLike, axisa: int = -1, axisb: int = -1, axisc: int = -1
) -> Variable:
    """The vector product of three-dimensional vectors.

    Parameters
    ----------
    a, b : Variable or array_like
        Of length 3 along an axis; the others broadcast.
    axisa, axisb, axisc : int, default -1
        The axis of the vectors in a, in b and in the result.

    Returns
    -------
    Variable
        Of the broadcast shape, the vectors along axisc.

    Raises
    ------
    ValueError
        If a vector is not of length 3. (Two numbers are a vector with a third that is 0.)
    IndexError
        If an axis is out of bounds.

    Notes
    -----
    da = b x gy, db = gy x a.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.cross(cg.Variable([1.0, 0.0, 0.0]), [0.0, 1.0, 0.0])
    variable([0., 0., 1.])
    """
    x, y = as_variable(a, "cross"), as_variable(b, "cross")
    axisa, axisb = integer("cross", "axisa", axisa), integer("cross", "axisb", axisb)
    axisc = integer("cross", "axisc", axisc)
    x, y = moveaxis(x, axisa, -1), moveaxis(y, axisb, -1)
    if x.shape[-1] != 3 or y.shape[-1] != 3:
        raise ValueError(
            f"cross: vectors of length 3 are multiplied, not {x.shape[-1]} and {y.shape[-1]}"
        )
    after, before = np.array([1, 2, 0]), np.array([2, 0, 1])
    product = sub(
        mul(x[..., after], y[..., before]),
        mul(x[..., before], y[..., after]),
    )
    return moveaxis(product, -1, axisc)


def convolve(a: _ArrayLike, v: _ArrayLike, mode: str = "full") -> Variable:
    """The convolution of two vectors.

    Parameters
    ----------
    a, v : Variable or array_like
        Vectors of lengths m and n, neither empty.
    mode : 'full', 'same' or 'valid', default 'full'
        Every overlap, m + n - 1 of them; the middle max(m, n); or those where the shorter lies
        wholly inside the longer.

    Returns
    -------
    Variable
        A vector, of the length that the mode says.

    Raises
    ------
    ValueError
        If an input is not a vector or is empty, or the mode is another.

    Notes
    -----
    y_k = sum_j a_j v_(k-j), by `conv1d`; so da_j = sum_k gy_k v_(k-j), and likewise for v.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.convolve(cg.Variable([1.0, 2.0, 3.0]), [0.0, 1.0, 0.5])
    variable([0. , 1. , 2.5, 4. , 1.5])
    """
    x, w = as_variable(a, "convolve"), as_variable(v, "convolve")
    if x.ndim != 1 or w.ndim != 1 or x.size == 0 or w.size == 0:
        raise ValueError(
            f"convolve: takes vectors that are not empty, not shapes {x.shape} and {w.shape}"
        )
    if mode not in ("full", "same", "valid"):
        raise ValueError(f"convolve: mode must be 'full', 'same' or 'valid', not {mode!r}")
    if w.size > x.size:
        x, w = w, x
    n = w.size
    border = 0 if mode == "valid" else n - 1
    y = conv1d(reshape(x, (1, 1, -1)), reshape(flip(w), (1, 1, -1)), padding=border)
    y = reshape(y, -1)
    return y[(n - 1) // 2 : (n - 1) // 2 + x.size] if mode == "same" else y


def correlate(a: _ArrayLike, v: _ArrayLike, mode: str = "valid") -> Variable:
    """The cross-correlation of two vectors.

    Parameters
    ----------
    a, v : Variable or array_like
        Vectors of lengths m and n, neither empty.
    mode : 'full', 'same' or 'valid', default 'valid'
        Every overlap, m + n - 1 of them; the middle max(m, n); or those where the shorter lies
        wholly inside the longer.

    Returns
    -------
    Variable
        A vector, of the length that the mode says.

    Raises
    ------
    ValueError
        If an input is not a vector or is empty, or the mode is another.

    Notes
    -----
    y_k = sum_j a_(j+k) v_j, as np.correlate; so da_(j+k) collects gy_k v_j, and dv_j gy_k a_(j+k).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.correlate(cg.Variable([1.0, 2.0, 3.0]), [0.0, 1.0, 0.5], "full")
    variable([0.5, 2. , 3.5, 3. , 0. ])
    """
    x, w = as_variable(a, "correlate"), as_variable(v, "correlate")
    if w.ndim != 1 or x.ndim != 1:
        raise ValueError(f"correlate: takes vectors, not shapes {x.shape} and {w.shape}")
    if mode == "same" and w.size > x.size:
        # NumPy swaps the two and turns the result round, whose middle is then the other one.
        return flip(convolve(flip(x), w, mode))
    return convolve(x, flip(w), mode)
