"""cholesky."""

from libc.float cimport DBL_EPSILON

from cygrad.core.function cimport Function, Op, READS_Y, connect
from cygrad.core.layout cimport Layout
from cygrad.core.mode cimport mode
from cygrad.core.routine cimport Emission, numbers
from cygrad.core.routines cimport name_routine
from cygrad.core.variable cimport Variable, describe, empty_of, held, pinned_rows, scalar
from cygrad.functions.elementwise cimport output_of
from cygrad.functions.operation cimport as_variable, operation, reading
from cygrad.functions.shape cimport swap_last_axes
from cygrad.linalg.lapack cimport (
    CHOLESKY, check_square, emit_lapack, has_loops, lapack, symmetrized, tell_failed,
)
from cygrad.linalg.triangular cimport substitute, triangle_part

import numpy as np

from cygrad.functions.linalg import matmul


# ---- cholesky: a = l l^T, da = sym(l^-T Phi(l^T gl) l^-1) ---------------------------------------
#
# Phi takes the lower triangle and halves its diagonal. What flows to l's upper triangle, which is
# constant, does not reach the lower triangle of l^T gl.

# Where a diagonal element is what rounding leaves of 0, the factor's slope there is noise.

cdef Py_ssize_t dependent_row(const double* x, Py_ssize_t rows, Py_ssize_t n) noexcept nogil:
    """The row where a is singular but for rounding: a_ii is the sum of row i's squares; -1: none.
    """
    cdef Py_ssize_t row, i, j
    cdef double total
    for row in range(rows):
        i = row % n
        total = 0.0
        for j in range(i):
            total += x[row * n + j] * x[row * n + j]
        if x[row * n + i] * x[row * n + i] <= 4 * n * DBL_EPSILON * total:
            return i
    return -1


cdef int check_regular(Variable factor) except -1:
    """LinAlgError where a has no derivative; on a tape this is an operation."""
    cdef Variable plain = pinned_rows(factor)
    cdef Py_ssize_t n = plain.layout.shape[plain.layout.ndim - 1]
    cdef Py_ssize_t row = dependent_row(plain.ptr, plain.layout.size // n if n > 0 else 0, n)
    if row >= 0:
        tell_failed(&REGULAR, scalar(0.0), plain, None, 0.0, 0)
        raise np.linalg.LinAlgError(
            f"cholesky: {describe(factor)} is the factor of a matrix that is singular but for "
            f"rounding (its row {row} depends on those before), so it has no derivative; add a "
            "small multiple of the unit matrix")
    if mode().tape is not NULL:
        connect(&REGULAR, scalar(1.0), plain, None)
    return 0

cdef Op REGULAR = operation(b"a regular factor", NULL)

cdef object again_regular(Function f, tuple xs):
    check_regular(<Variable>xs[0])
    return scalar(1.0)

REGULAR.again = again_regular

cdef void run_regular(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    at[1][0] = dependent_row(at[0], n[0], n[1]) < 0

cdef int emit_regular(Function f, int i, Emission* e) except -1:
    """n: all rows, and their length."""
    cdef const Layout* x = e.operands[0]
    cdef Py_ssize_t* n = numbers(e, 2)
    n[1] = x.shape[x.ndim - 1]
    n[0] = x.size // max(n[1], 1)
    e.run = run_regular
    e.name = b"is_regular"
    return 0

REGULAR.emit = emit_regular
REGULAR.guarded = True
name_routine("is_regular", run_regular)


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

cdef int emit_cholesky(Function f, int i, Emission* e) except -1:
    return emit_lapack(CHOLESKY, e, b"cholesky")

if has_loops():
    FACTOR.emit = emit_cholesky
    FACTOR.hidden = 1
    FACTOR.guarded = True


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
        tell_failed(&FACTOR, y, x, None, 0.0, 0)
        others = "" if x.layout.ndim == 2 else ", or one of the stack is not"
        raise np.linalg.LinAlgError(f"cholesky: {describe(x)} is not positive definite{others}")
    connect(&FACTOR, y, x, None)
    return y
