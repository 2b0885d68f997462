"""inv, solve."""

from cygrad.core.function cimport Function, Op, READS_Y, connect
from cygrad.core.variable cimport Variable, describe, empty_of, held
from cygrad.functions.arithmetic cimport negate
from cygrad.functions.elementwise cimport output_of
from cygrad.functions.operation cimport as_variable, operation, reading
from cygrad.functions.shape cimport swap_last_axes
from cygrad.linalg.lapack cimport (
    INV, SOLVE, as_column, check_square, lapack, same_stacks, transposed_product,
)
from cygrad.linalg.triangular cimport substitute

import numpy as np

from cygrad.functions.linalg import matmul
from cygrad.functions.shape import squeeze


# ---- inv: y = a^-1, da = -y^T gy y^T ------------------------------------------------------------

cdef Variable vjp_inv(Function f, Variable gy, int i):
    cdef Variable y = swap_last_axes(output_of(f))
    return negate(matmul(y, matmul(gy, y)))

cdef Op INVERSE = reading(operation(b"Inv", vjp_inv), READS_Y, 0)

cdef object again_inv(Function f, tuple xs):
    return inverse(<Variable>xs[0], "inv")

INVERSE.again = again_inv


cdef Variable fresh_like(Variable x):
    """An array of x's shape, in C order."""
    cdef Variable y = empty_of(x.layout.ndim, x.layout.shape)
    return y


cdef Variable inverse(Variable a, str where):
    cdef Variable plain = held(a), y
    check_square(plain, where)
    y = fresh_like(plain)
    if not lapack(INV, plain, None, y, None):
        raise np.linalg.LinAlgError(f"{where}: {describe(a)} is singular"
                                    f"{'' if a.layout.ndim == 2 else ', or one of the stack is'}")
    connect(&INVERSE, y, a, None)
    return y


def inv(a):
    """The inverse of a matrix, or of each of a stack, as np.linalg.inv.

    Parameters
    ----------
    a : Variable or array_like
        Of shape (..., n, n).

    Returns
    -------
    Variable
        Of a's shape.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a is not square, or singular.

    Notes
    -----
    da = -y^T gy y^T (M. Giles, "An extended collection of matrix derivative results", 2008, 2.2.3).
    For products with an inverse, `solve` is faster and more accurate.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> a = cg.Variable([[2.0, 0.0], [0.0, 4.0]])
    >>> LA.inv(a)
    variable([[0.5 , 0.  ],
              [0.  , 0.25]])
    """
    return inverse(as_variable(a, "inv"), "inv")


# ---- solve: x = a^-1 b, db = a^-T gx, da = -db x^T ----------------------------------------------

cdef Variable vjp_solve(Function f, Variable gy, int i):
    cdef Variable gb
    if i == 1 and f.saved is not None and f.saved[0] is gy:
        gb = f.saved[1]         # of input 0
        f.saved = None
        return gb
    gb = solution(swap_last_axes(f.x0), gy)
    if i == 1:
        return gb
    if f.x1.requires:
        f.saved = (gy, gb)
    return negate(transposed_product(gb, output_of(f)))

cdef Op SOLUTION = operation(b"Solve", vjp_solve)

cdef object again_solve(Function f, tuple xs):
    return solution(<Variable>xs[0], <Variable>xs[1])

SOLUTION.again = again_solve


cdef enum Shape:
    FULL
    LOWER
    UPPER


cdef Shape shape_of_solvable(Variable a) noexcept:
    """Whether a matrix is triangular, without zeros on its diagonal. A full one shows at once."""
    cdef Py_ssize_t n = a.layout.shape[0], row = a.layout.strides[0], column = a.layout.strides[1]
    cdef Py_ssize_t i, j
    cdef bint lower = True, upper = True
    for i in range(n):
        if at(a, i * (row + column)) == 0.0:
            return FULL
        for j in range(i):
            lower = lower and at(a, j * row + i * column) == 0.0
            upper = upper and at(a, i * row + j * column) == 0.0
            if not (lower or upper):
                return FULL
    return LOWER if lower else UPPER


cdef inline double at(Variable a, Py_ssize_t offset) noexcept:
    return (<double*>(<char*>a.ptr + offset))[0]


cdef Variable solution(Variable a, Variable b):
    """solve for b (..., n, p) and a of the same stack axes."""
    cdef Variable plain = held(a), held_b = held(b), y
    cdef int d = plain.layout.ndim
    cdef Shape shape
    check_square(plain, "solve")
    if (held_b.layout.ndim != d or held_b.layout.shape[d - 2] != plain.layout.shape[d - 1]
            or plain.shape[:d - 2] != held_b.shape[:d - 2]):
        raise ValueError(f"solve: {describe(a)} and {describe(b)} do not fit")
    # A factor from cholesky, most often: n^2 steps where LAPACK's general way takes n^3.
    shape = shape_of_solvable(plain) if d == 2 else FULL
    if shape != FULL:
        y = substitute(plain, held_b, shape == LOWER, False, False)
        connect(&SOLUTION, y, a, b)
        return y
    y = fresh_like(held_b)
    if not lapack(SOLVE, plain, held_b, y, None):
        raise np.linalg.LinAlgError(f"solve: {describe(a)} is singular"
                                    f"{'' if a.layout.ndim == 2 else ', or one of the stack is'}")
    connect(&SOLUTION, y, a, b)
    return y


def solve(a, b):
    """The solution x of a x = b, as np.linalg.solve.

    Parameters
    ----------
    a : Variable or array_like
        Of shape (..., n, n).
    b : Variable or array_like
        A vector (n,), or matrices (..., n, p); the stack axes broadcast with a's.

    Returns
    -------
    Variable
        Of b's shape, with the stack axes broadcast; for a vector b, (..., n).

    Raises
    ------
    numpy.linalg.LinAlgError
        If a is not square, or singular.
    ValueError
        If the shapes do not fit.

    Notes
    -----
    db = a^-T gx and da = -db x^T (M. Giles, "An extended collection of matrix derivative results",
    2008, 2.3.1). A matrix that is triangular is solved by substitution, as by `solve_triangular`;
    the gradient of all its elements is that of any other matrix.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> a = cg.Variable([[3.0, 1.0], [1.0, 2.0]])
    >>> x = LA.solve(a, [9.0, 8.0]); x
    variable([2., 3.])
    >>> x.backward(); a.grad
    variable([[-0.4, -0.6],
              [-0.8, -1.2]])
    """
    cdef Variable left = as_variable(a, "solve"), right = as_variable(b, "solve"), x
    cdef bint is_vector = right.layout.ndim == 1
    check_square(left, "solve")
    if right.layout.ndim == 0 or (
            right.layout.shape[right.layout.ndim - (1 if is_vector else 2)]
            != left.layout.shape[left.layout.ndim - 1]):
        raise ValueError(f"solve: {describe(left)} and {describe(right)} do not fit: they must be "
                         "(..., n, n) and (n,) or (..., n, p)")
    if is_vector:
        right = as_column(right)
    left, right = same_stacks(left, right, "solve")
    x = solution(left, right)
    return squeeze(x, -1) if is_vector else x
