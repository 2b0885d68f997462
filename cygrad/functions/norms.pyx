"""norm: the length of vectors, and those norms of matrices that need no decomposition."""

from libc.math cimport INFINITY, isnan

from cygrad.core.arrays cimport is_number, number
from cygrad.core.variable cimport Variable, describe
from cygrad.functions.arithmetic cimport absolute
from cygrad.functions.axes cimport axes_of
from cygrad.functions.broadcasting cimport sum_over
from cygrad.functions.lengths cimport power_norm
from cygrad.functions.operation cimport as_variable

from cygrad.functions.broadcasting import sum
from cygrad.functions.reduction import max, min
from cygrad.functions.shape import squeeze


cdef Variable vector_norm(Variable x, object order, object axis, bint keepdims):
    cdef double p
    if isinstance(order, str):
        raise ValueError(f"norm: ord={order!r} is for matrices; for vectors it is a number")
    p = 2.0 if order is None else number(order)
    axes = axes_of(axis, x, "norm")
    if p == 1.0:
        return sum_over(absolute(x), axes, keepdims)
    if p == INFINITY or p == -INFINITY:
        return (max if p > 0 else min)(absolute(x), axis, keepdims)
    return power_norm(x, p, axes, keepdims)


cdef Variable matrix_norm(Variable x, object order, tuple axis, bint keepdims):
    cdef double p
    if order is None or order == "fro":
        return power_norm(x, 2.0, axes_of(axis, x, "norm"), keepdims)
    if order == "nuc" or (not isinstance(order, str) and number(order) in (2.0, -2.0)):
        raise NotImplementedError(
            f"norm: ord={order!r} of a matrix needs its singular values; use cygrad.linalg.norm")
    p = 0.0 if isinstance(order, str) else number(order)
    if p not in (1.0, -1.0, INFINITY, -INFINITY):
        raise ValueError(f"norm: ord={order!r} is not a norm of matrices; it is 'fro', 1, -1, inf "
                         "or -inf")
    axes_of(axis, x, "norm")
    rows, columns = axis if p in (1.0, -1.0) else axis[::-1]
    sums = sum(absolute(x), rows, True)
    y = (max if p > 0 else min)(sums, columns, True)
    return y if keepdims else squeeze(y, axis)


def norm(x, ord=None, axis=None, keepdims=False):
    """The norm of vectors or matrices, as np.linalg.norm.

    Parameters
    ----------
    x : Variable or array_like
    ord : float, inf, -inf or 'fro', optional
        Which norm. For vectors, the p of (sum |x|^p)^(1/p); inf and -inf are the greatest and the
        least |x|, 0 counts what is not zero. For matrices, 'fro' is the root of the sum of the
        squares; 1 and inf are the greatest sum of |x| over a column and over a row, -1 and -inf the
        least. None is 2 for vectors and 'fro' for matrices.
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
        If ord is not a norm of vectors or matrices; if x is neither and no axis is given; if there
        is nothing to take the greatest of.
    NotImplementedError
        For the norms of matrices that need singular values: 2, -2 and 'nuc'; `cygrad.linalg.norm`
        has them.
    TypeError
        If ord is not a number.
    IndexError
        If an axis is out of bounds.

    Notes
    -----
    dy/dx_k = sign(x_k) (abs(x_k) / y)^(p-1), for p = 2 x_k / y; 0 where y is 0, as in PyTorch. The
    second derivative does not exist there, and is nan. Nothing overflows on the way.
    Equal maxima and minima share the gradient evenly, as for `max`.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([3.0, -4.0])
    >>> y = F.norm(x); y.backward(); y, x.grad
    (variable(5.0), variable([ 0.6, -0.8]))
    >>> F.norm(x, 1), F.norm(x, float("inf"))
    (variable(7.0), variable(4.0))
    """
    cdef bint kept = keepdims
    cdef Variable v = as_variable(x, "norm")
    cdef int ndim = v.layout.ndim
    if not (ord is None or isinstance(ord, str) or is_number(ord)) or isinstance(ord, bool):
        raise TypeError(f"norm: ord must be a number, 'fro' or None, not {ord!r}")
    if is_number(ord) and isnan(number(ord)):
        raise ValueError("norm: ord must not be nan")
    if axis is None:
        if ord is None:
            return power_norm(v, 2.0, axes_of(None, v, "norm"), kept)
        if ndim not in (1, 2):
            raise ValueError(f"norm: {describe(v)} is neither a vector nor a matrix; name the axis "
                             "of its vectors, or the two axes of its matrices")
        axis = tuple(range(ndim))
    elif not isinstance(axis, (tuple, list)):
        axis = (axis,)
    axis = tuple(axis)
    try:
        if len(axis) == 1:
            return vector_norm(v, ord, axis, kept)
        if len(axis) == 2:
            return matrix_norm(v, ord, axis, kept)
    except ValueError as error:
        if str(error).startswith("norm"):
            raise
        raise ValueError(f"norm: {error}") from None
    raise ValueError(f"norm: axis must be None, an int or a pair of ints, not {axis!r}")
