"""det, slogdet."""

from libc.float cimport DBL_MIN
from libc.math cimport INFINITY, fabs

from cygrad.core.function cimport Function, Op, connect
from cygrad.core.mode cimport mode
from cygrad.core.routine cimport Emission
from cygrad.core.tape cimport Tape, look_at, refuse_on_tape
from cygrad.core.variable cimport Variable, describe, detached, empty_of, held, pinned_rows
from cygrad.functions.arithmetic cimport absolute, multiply, scale
from cygrad.functions.broadcasting cimport sum_over
from cygrad.functions.comparison cimport below, either, equals
from cygrad.functions.elementwise cimport output_of
from cygrad.functions.operation cimport as_variable, operation
from cygrad.functions.shape cimport swap_last_axes, unsqueezed
from cygrad.linalg.lapack cimport DET, SLOGDET, check_square, emit_lapack, has_loops, lapack
from cygrad.linalg.solving cimport inverse

import numpy as np

from cygrad.functions.exponential import exp
from cygrad.linalg.results import SlogdetResult

cdef enum:
    MOST_ROWS = 30              # of a singular matrix whose cofactors are computed: n^4 numbers


cdef Variable number_each(Variable a):
    """A number for each matrix of the stack a, pinned."""
    check_square(a, "det")
    cdef Variable y = empty_of(a.layout.ndim - 2, a.layout.shape)
    return y


cdef Variable for_matrices(Variable g):
    """A number for each matrix, as (..., 1, 1)."""
    return unsqueezed(unsqueezed(g, g.layout.ndim), g.layout.ndim + 1)


# ---- det: da = gy y a^-T, and for singular matrices gy times the cofactors ----------------------
#
# Where y has over- or underflown, its root takes part twice: the cofactors may be in range.

cdef Variable vjp_det(Function f, Variable gy, int i):
    cdef Variable y = output_of(f), inverted, root
    try:
        inverted = swap_last_axes(inverse(f.x0, "det"))
    except np.linalg.LinAlgError:
        return multiply(for_matrices(gy), cofactors(f.x0))
    if is_in_range(y):
        return multiply(for_matrices(multiply(gy, y)), inverted)
    sign, logarithm = slogdet(f.x0)
    root = for_matrices(exp(scale(logarithm, 0.5)))
    inverted = multiply(multiply(inverted, root), root)
    return multiply(for_matrices(multiply(gy, sign)), inverted)


cdef bint is_in_range(Variable y) except -1:
    """Whether all numbers are normal ones, or nan; a tape is told that this is asked."""
    cdef Variable plain = pinned_rows(y), lost
    cdef Py_ssize_t k
    cdef double size
    if mode().tape is not NULL:
        lost = absolute(detached(y))
        lost = either(below(lost, DBL_MIN), equals(lost, INFINITY))
        look_at(sum_over(lost, (<unsigned long long>1 << y.layout.ndim) - 1, False), "bool(x)")
    for k in range(plain.layout.size):
        size = fabs(plain.ptr[k])
        if size < DBL_MIN or size == INFINITY:
            return False
    return True

cdef Op DETERMINANT = operation(b"Det", vjp_det)

cdef object again_det(Function f, tuple xs):
    return determinant(<Variable>xs[0])

DETERMINANT.again = again_det

cdef int emit_det(Function f, int i, Emission* e) except -1:
    return emit_lapack(DET, e, b"det")

if has_loops():
    DETERMINANT.emit = emit_det


cdef Variable cofactors(Variable a):
    """The signed determinants of a without a row and a column; a may be singular."""
    cdef Py_ssize_t n = a.layout.shape[a.layout.ndim - 1]
    check_square(a, "det")
    if n > MOST_ROWS:
        raise np.linalg.LinAlgError(f"det: {describe(a)} is singular, and its gradient is computed "
                                    f"up to {MOST_ROWS} rows only; use slogdet of matrices that "
                                    "are not singular")
    others = np.array([[k for k in range(n) if k != left] for left in range(n)], dtype=np.intp)
    others = others.reshape(n, n - 1)
    minors = a[..., others[:, None, :, None], others[None, :, None, :]]
    signs = (-1.0) ** np.add.outer(np.arange(n), np.arange(n))
    return determinant(minors) * signs


cdef Variable determinant(Variable a):
    cdef Variable plain = held(a), y = number_each(plain)
    lapack(DET, plain, None, y, None)
    connect(&DETERMINANT, y, a, None)
    return y


def det(a):
    """The determinant of a matrix, or of each of a stack, as np.linalg.det.

    Parameters
    ----------
    a : Variable or array_like
        Of shape (..., n, n).

    Returns
    -------
    Variable
        Of shape (...).

    Raises
    ------
    numpy.linalg.LinAlgError
        If a is not square; in a backward pass, if it is singular and has more than 30 rows.

    Notes
    -----
    da = gy det(a) a^-T (Jacobi's formula), in range also where det(a) itself is not. Where a is
    singular that is the limit: the cofactors, computed as determinants of a without a row and a
    column.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> a = cg.Variable([[2.0, 1.0], [4.0, 3.0]])
    >>> y = LA.det(a); y.backward(); print(a.grad)
    variable([[ 3., -4.],
              [-1.,  2.]])
    """
    cdef Variable x = as_variable(a, "det")
    check_square(x, "det")
    return determinant(x)


# ---- slogdet: y = log |det a|, da = gy a^-T -----------------------------------------------------

cdef Variable vjp_slogdet(Function f, Variable gy, int i):
    cdef Variable inverted = inverse(f.x0, "the gradient of slogdet")
    return multiply(for_matrices(gy), swap_last_axes(inverted))

cdef Op LOG_DETERMINANT = operation(b"Slogdet", vjp_slogdet)

cdef object again_slogdet(Function f, tuple xs):
    return slogdet(xs[0])[1]

LOG_DETERMINANT.again = again_slogdet

cdef int emit_slogdet(Function f, int i, Emission* e) except -1:
    return emit_lapack(SLOGDET, e, b"slogdet")

if has_loops():
    LOG_DETERMINANT.emit = emit_slogdet
    LOG_DETERMINANT.hidden = 1          # the sign


def slogdet(a):
    """The sign and the logarithm of the determinant, as np.linalg.slogdet.

    Parameters
    ----------
    a : Variable or array_like
        Of shape (..., n, n).

    Returns
    -------
    sign : Variable
        Of shape (...): 1, -1, or 0 where a is singular. It is a constant.
    logabsdet : Variable
        Of shape (...): log(abs(det(a))), -inf where a is singular.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a is not square; in a backward pass, if it is singular.

    Notes
    -----
    d logabsdet = gy a^-T. It neither over- nor underflows, as `det` may. For a positive definite
    matrix whose `cholesky` factor l is there, 2 * sum(log(diagonal(l))) is cheaper.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> a = cg.Variable([[2.0, 1.0], [4.0, 1.0]])
    >>> sign, y = LA.slogdet(a); y.backward(); sign, y, a.grad
    (variable(-1.0), variable(0.6931471805599453), variable([[-0.5,  2. ],
              [ 0.5, -1. ]]))
    """
    cdef Function f
    cdef Variable x = as_variable(a, "slogdet"), plain = held(x), sign, y
    check_square(plain, "slogdet")
    sign = number_each(plain)
    y = number_each(plain)
    lapack(SLOGDET, plain, None, sign, y)
    f = connect(&LOG_DETERMINANT, y, x, None)
    if mode().tape is not NULL:
        if not has_loops():
            refuse_on_tape("slogdet gives plain numbers")
        (<Tape>mode().tape).shows(f, 0, sign)
    return SlogdetResult(sign, y)
