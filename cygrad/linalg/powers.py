"""matrix_power, multi_dot."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import TYPE_CHECKING

import numpy as np

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.functions.operation import as_variable
from cygrad.linalg.decomposition import as_matrix
from cygrad.linalg.solving import inv

if TYPE_CHECKING:
    from cygrad.core.variable import _MatrixLike

__all__ = ["matrix_power", "multi_dot"]


def matrix_power(a: _MatrixLike, n: int) -> Variable:
    """The n-th power of a square matrix, or of each of a stack, as np.linalg.matrix_power.

    Parameters
    ----------
    a : Variable or array_like
        Of shape (..., m, m).
    n : int
        If negative, the power -n of the inverse; 0 gives the identity, a constant.

    Returns
    -------
    Variable
        Of a's shape.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a is not square; if n is negative and a singular.
    TypeError
        If n is not an int.

    Notes
    -----
    By repeated squaring: at most 2 log2(n) products, and the gradient is theirs.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> LA.matrix_power(cg.Variable([[1.0, 1.0], [0.0, 1.0]]), 5)
    variable([[1., 5.],
              [0., 1.]])
    """
    x = as_matrix(a, "matrix_power", square=True)
    try:
        n = index(n)
    except TypeError:
        raise TypeError(f"matrix_power: n must be an int, not {n!r}") from None
    if n == 0:
        return Variable(np.broadcast_to(np.eye(x.shape[-1]), x.shape), requires_grad=False)
    square = inv(x) if n < 0 else x
    n = abs(n)
    result = None
    while n:
        if n & 1:
            result = square if result is None else result @ square
        n >>= 1
        if n:
            square = square @ square
    assert result is not None
    return F.copy(x) if result is x else result


def multi_dot(arrays: Sequence[_MatrixLike]) -> Variable:
    """The product of two or more matrices, in the order of least work, as np.linalg.multi_dot.

    Parameters
    ----------
    arrays : sequence of Variable or array_like
        Matrices that fit; the first and the last may be vectors, a row and a column.

    Returns
    -------
    Variable

    Raises
    ------
    ValueError
        If there are fewer than two, or the shapes do not fit.

    Notes
    -----
    The order is found by dynamic programming (T. Cormen et al., "Introduction to Algorithms", 15.2).

    Examples
    --------
    >>> import numpy as np
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> a, b, c = cg.ones(10, 100), cg.ones(100, 5), cg.ones(5, 50)
    >>> LA.multi_dot([a, b, c]).shape
    (10, 50)
    """
    xs = [as_variable(x, "multi_dot") for x in arrays]
    shapes = [x.shape for x in xs]
    if len(xs) < 2:
        raise ValueError(f"multi_dot: at least two arrays are needed, got {len(xs)}")
    ends = (0, len(xs) - 1)
    if any(len(s) != 2 and not (len(s) == 1 and k in ends) for k, s in enumerate(shapes)):
        raise ValueError(
            f"multi_dot: shapes {shapes}: all must be matrices, but the first and the "
            "last may be vectors"
        )
    rows = [s[0] for s in shapes]
    columns = [s[-1] for s in shapes]
    if len(shapes[0]) == 1:
        rows[0] = 1
    if len(shapes[-1]) == 1:
        columns[-1] = 1
    if columns[:-1] != rows[1:]:
        raise ValueError(f"multi_dot: shapes {shapes} do not fit")
    return _product(xs, _cuts([*rows, columns[-1]]), 0, len(xs) - 1)


def _cuts(sizes: list[int]) -> dict[tuple[int, int], int]:
    """Where to split the product of matrices i to j, each of sizes[k] by sizes[k + 1]."""
    n = len(sizes) - 1
    cost = {(i, i): 0 for i in range(n)}
    cuts = {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            cost[i, j], cuts[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )
    return cuts


def _product(xs: list[Variable], cuts: dict[tuple[int, int], int], i: int, j: int) -> Variable:
    if i == j:
        return xs[i]
    k = cuts[i, j]
    return _product(xs, cuts, i, k) @ _product(xs, cuts, k + 1, j)
