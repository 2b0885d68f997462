"""embedding: rows of a matrix, chosen by integers."""

from cygrad.core.layout cimport MAX_NDIM
from cygrad.core.mode cimport mode
from cygrad.core.tape cimport Tape, standing_for
from cygrad.core.variable cimport Variable, describe
from cygrad.functions.indexing cimport gather
from cygrad.functions.operation cimport as_variable

import numpy as np


cdef object row_numbers(object indices, str kind, Py_ssize_t rows, Variable w):
    """An array that nobody else has as one of intp, each of them in [0, rows)."""
    if indices.dtype.kind not in "iuf":
        raise TypeError(f"embedding: x must be integers, not {kind} of dtype {indices.dtype}")
    if indices.dtype.kind == "f":
        whole = np.isfinite(indices) & (indices == np.floor(indices))
        if not whole.all():
            raise ValueError("embedding: x must hold whole numbers, the rows to choose, not "
                             f"{indices[~whole].flat[0]}")
    if indices.ndim >= MAX_NDIM:
        raise ValueError(f"embedding: the result would have more than {MAX_NDIM} axes")
    if indices.size:
        least = indices.min()
        greatest = indices.max()
        if least < 0 or greatest >= rows:
            worst = int(least if least < 0 else greatest)
            raise IndexError(f"embedding: index {worst} is out of bounds for the {rows} rows of "
                             f"{describe(w)}; indices are 0 to {rows - 1}, and negative ones do "
                             "not count from the end")
    return indices.astype(np.intp)


def embedding(x, w):
    """The rows of w that x names.

    Parameters
    ----------
    x : int, array_like of int, or Variable
        Row numbers, from 0 to V - 1, in any shape; a Variable must hold whole numbers. No gradient
        flows to it.
    w : Variable or array_like
        A matrix (V, D).

    Returns
    -------
    Variable
        Of shape x.shape + (D,).

    Raises
    ------
    IndexError
        If a number is negative, or V or more.
    ValueError
        If w is not a matrix, or x holds a number that is not whole.
    TypeError
        If x does not hold numbers.

    Notes
    -----
    The product of one-hot rows with w. A row's gradient is the sum of those of its copies.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> w = cg.Variable([[0.0, 0.5], [1.0, 1.5], [2.0, 2.5]])
    >>> F.embedding([2, 0, 2], w)
    variable([[2. , 2.5],
              [0. , 0.5],
              [2. , 2.5]])
    """
    cdef Variable table = as_variable(w, "embedding"), given = standing_for(x)
    if given is not None:
        x = x.value
    # A copy before it is checked, so that nobody changes it afterwards; and before w is looked at,
    # which code of x's may change.
    indices = np.array(x.data if isinstance(x, Variable) else x, order="C")
    shape = table.shape         # `gather` refuses a w that has another by then
    if len(shape) != 2:
        raise ValueError(f"embedding: w must be a matrix of rows to choose, not {describe(table)}")
    positions = row_numbers(indices, type(x).__name__, shape[0], table)
    if given is not None:
        (<Tape>mode().tape).bounded(given, 0.0, shape[0] - 1.0, 0.0)
    return gather(table, (positions, shape[1], shape, (*positions.shape, shape[1])), given)
