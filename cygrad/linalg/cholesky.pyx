"""cholesky."""

from libc.float cimport DBL_EPSILON

from cygrad.core.function cimport Function, Op, READS_Y, connect
from cygrad.core.variable cimport Variable, describe, empty_of, held, pinned_rows
from cygrad.functions.elementwise cimport output_of
from cygrad.functions.operation cimport as_variable, operation, reading
from cygrad.functions.shape cimport swap_last_axes
from cygrad.linalg.lapack cimport CHOLESKY, check_square, lapack, symmetrized
from cygrad.linalg.triangular cimport substitute, triangle_part

import numpy as np

from cygrad.functions.linalg import matmul


# ---- cholesky: a = l l^T, da = sym(l^-T Phi(l^T gl) l^-1) ---------------------------------------
#
# Phi takes the lower triangle and halves its diagonal. What flows to l's upper triangle, which is
# constant, does not reach the lower triangle of l^T gl.

# Where a diagonal element is what rounding leaves of 0, the factor's slope there is noise.

cdef int check_regular(Variable factor) except -1:
    """LinAlgError where a is singular but for rounding: a_ii is the sum of row i's squares."""
    cdef Variable plain = pinned_rows(factor)
    cdef int d = plain.layout.ndim
    cdef Py_ssize_t n = plain.layout.shape[d - 1], rows = 0, row, i, j
    cdef const double* x = plain.ptr
    cdef double total
    if n > 0:
        rows = plain.layout.size // n
    for row in range(rows):
        i = row % n
        total = 0.0
        for j in range(i):
            total += x[row * n + j] * x[row * n + j]
        if x[row * n + i] * x[row * n + i] <= 4 * n * DBL_EPSILON * total:
            raise np.linalg.LinAlgError(
                f"cholesky: {describe(factor)} is the factor of a matrix that is singular but for "
                f"rounding (its row {i} depends on those before), so it has no derivative; add a "
                "small multiple of the unit matrix")
    return 0


cdef Variable vjp_cholesky(Function f, Variable gy, int i):
    cdef Variable factor = output_of(f), s
    check_regular(factor)
    s = triangle_part(matmul(swap_last_axes(factor), gy), True, 0.5)
    s = substitute(factor, s, True, True, False)
    s = substitute(factor, swap_last_axes(s), True, True, False)
    return symmetrized(s)

cdef Op FACTOR = reading(operation(b"Cholesky", vjp_cholesky), READS_Y, 0)

cdef object again_cholesky(Function f, tuple xs):
    return cholesky(xs[0])

FACTOR.again = again_cholesky


def cholesky(a, *, upper=False):
    """The Cholesky factor of a symmetric, positive definite matrix, as np.linalg.cholesky.

    Parameters
    ----------
    a : Variable or array_like
        Of shape (..., n, n). Only its lower triangle is read.
    upper : bool, default False
        Give the upper factor l^T, and read the upper triangle.

    Returns
    -------
    Variable
        The lower triangular l with a = l l^T, of a's shape.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a is not square, or not positive definite; in a backward pass, if it is so by rounding
        alone.

    Notes
    -----
    da = (S + S^T) / 2, where S = l^-T Phi(l^T gl) l^-1, and Phi takes the lower triangle and halves
    its diagonal (I. Murray, "Differentiation of the Cholesky decomposition", 2016, eq. 10). The
    gradient is that by a symmetric a, and symmetric itself, as in PyTorch and JAX.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> a = cg.Variable([[4.0, 2.0], [2.0, 5.0]])
    >>> LA.cholesky(a)
    variable([[2., 0.],
              [1., 2.]])
    """
    cdef Variable x = as_variable(a, "cholesky"), plain, y
    check_square(x, "cholesky")
    if upper:
        return swap_last_axes(cholesky(swap_last_axes(x)))
    plain = held(x)
    check_square(plain, "cholesky")
    y = empty_of(plain.layout.ndim, plain.layout.shape)
    if not lapack(CHOLESKY, plain, None, y, None):
        others = "" if x.layout.ndim == 2 else ", or one of the stack is not"
        raise np.linalg.LinAlgError(f"cholesky: {describe(x)} is not positive definite{others}")
    connect(&FACTOR, y, x, None)
    return y
