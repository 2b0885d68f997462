"""inv, solve."""

from libc.string cimport memcpy

from cygrad.core.function cimport Function, MADE_OF, Op, READS_Y, connect
from cygrad.core.layout cimport Layout
from cygrad.core.mode cimport mode
from cygrad.core.routine cimport AS_IT_IS, Emission, numbers
from cygrad.core.routines cimport name_routine
from cygrad.core.variable cimport Variable, describe, empty_of, held
from cygrad.functions.arithmetic cimport negate
from cygrad.functions.broadcasting cimport contiguous
from cygrad.functions.elementwise cimport output_of
from cygrad.functions.linalg cimport for_blas
from cygrad.functions.operation cimport as_variable, operation, reading
from cygrad.functions.shape cimport swap_last_axes
from cygrad.kernels.triangular cimport solve_triangle
from cygrad.linalg.lapack cimport (
    INV, SOLVE, apply, as_column, check_square, emit_lapack, has_loops, lapack, same_stacks,
    tell_failed, transposed_product,
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

cdef int emit_inv(Function f, int i, Emission* e) except -1:
    return emit_lapack(INV, e, b"inv")

if has_loops():
    INVERSE.emit = emit_inv
    INVERSE.hidden = 1
    INVERSE.guarded = True


cdef Variable fresh_like(Variable x):
    """An array of x's shape, in C order."""
    cdef Variable y = empty_of(x.layout.ndim, x.layout.shape)
    return y


cdef Variable inverse(Variable a, str where):
    cdef Variable plain = held(a), y
    check_square(plain, where)
    y = fresh_like(plain)
    if not lapack(INV, plain, None, y, None):
        tell_failed(&INVERSE, y, a, None, 0.0, 0)
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

# The same on a tape, of operands that are as the loops take them.
cdef Op SOLVING = operation(b"Solve", NULL)
SOLVING.again = again_solve

cdef void run_solve(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    """at: a, b; x, scratch, whether a is regular. n: matrices, n, p, a's strides, its axes."""
    cdef Shape shape = FULL
    if n[5] == 2:
        shape = shape_of_solvable(at[0], n[1], n[3], n[4])
    at[4][0] = 1.0
    if shape == FULL:
        at[4][0] = apply(SOLVE, at[0], n[3], n[4], at[1], at[2], NULL, n[0], n[1], n[2])
        return
    memcpy(at[2], at[1], n[1] * n[2] * sizeof(double))
    solve_triangle(at[0], n[3], n[4], shape == LOWER, False, at[2], n[1], n[2], at[3])

cdef int emit_solve(Function f, int i, Emission* e) except -1:
    cdef const Layout* a = e.operands[0]
    cdef const Layout* b = e.operands[1]
    cdef int d = a.ndim
    cdef Py_ssize_t* n = numbers(e, 6)
    n[1] = b.shape[d - 2]
    n[2] = b.shape[d - 1]
    n[0] = b.size // max(n[1] * n[2], 1)
    n[3] = a.strides[d - 2]
    n[4] = a.strides[d - 1]
    n[5] = d
    e.hidden[0] = n[1] * n[2]
    e.hidden[1] = 1
    e.run = run_solve
    e.name = b"solve"
    return 0

SOLVING.taking = AS_IT_IS
SOLVING.hidden = 2
SOLVING.guarded = True
if has_loops():
    SOLVING.emit = emit_solve
    SOLUTION.instruction = MADE_OF
    name_routine("solve", run_solve)


cdef enum Shape:
    FULL
    LOWER
    UPPER


cdef Shape shape_of_solvable(const double* a, Py_ssize_t n, Py_ssize_t row,
                             Py_ssize_t column) noexcept nogil:
    """Whether a matrix is triangular, without zeros on its diagonal. A full one shows at once."""
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


cdef inline double at(const double* a, Py_ssize_t offset) noexcept nogil:
    return (<const double*>(<const char*>a + offset))[0]


cdef Variable solution(Variable a, Variable b):
    """solve for b (..., n, p) and a of the same stack axes."""
    cdef Variable plain = held(a), held_b = held(b), y
    cdef int d = plain.layout.ndim
    cdef Shape shape
    check_square(plain, "solve")
    if (held_b.layout.ndim != d or held_b.layout.shape[d - 2] != plain.layout.shape[d - 1]
            or plain.shape[:d - 2] != held_b.shape[:d - 2]):
        raise ValueError(f"solve: {describe(a)} and {describe(b)} do not fit")
    if mode().tape is not NULL and has_loops():
        return solution_on_tape(a, b)
    # A factor from cholesky, most often: n^2 steps where LAPACK's general way takes n^3.
    shape = FULL
    if d == 2:
        shape = shape_of_solvable(plain.ptr, plain.layout.shape[0], plain.layout.strides[0],
                                  plain.layout.strides[1])
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


cdef Variable solution_on_tape(Variable a, Variable b):
    """The same by an operation that a tape is told of."""
    cdef Variable left = held(a), right = contiguous(held(b)), y
    cdef void* tape = mode().tape
    left = for_blas(left) if left.layout.ndim == 2 else contiguous(left)
    mode().tape = NULL
    try:
        y = solution(left, right)
    except np.linalg.LinAlgError as error:
        mode().tape = tape
        tell_failed(&SOLVING, fresh_like(right), left, right, 0.0, 0)
        raise np.linalg.LinAlgError(str(error)) from None
    finally:
        mode().tape = tape
    connect(&SOLVING, y, left, right)
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
