"""solve_triangular, and the triangle of a matrix as an operation of its own."""

from cpython.exc cimport PyErr_CheckSignals
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from cygrad.core.function cimport Function, MADE_OF, Op, connect, connect_with
from cygrad.core.layout cimport Layout
from cygrad.core.mode cimport mode
from cygrad.core.routine cimport AS_IT_IS, Emission, numbers
from cygrad.core.routines cimport name_routine
from cygrad.core.variable cimport Variable, describe, detached, empty, held, pinned_rows
from cygrad.functions.arithmetic cimport negate
from cygrad.functions.broadcasting cimport contiguous, copied
from cygrad.functions.elementwise cimport output_of
from cygrad.functions.operation cimport as_variable, operation, push_linear, reading
from cygrad.kernels.elementwise cimport LONG
from cygrad.kernels.linalg cimport blas_ready
from cygrad.kernels.triangular cimport solve_triangle, take_triangle
from cygrad.linalg.lapack cimport (
    as_column, check_square, same_stacks, tell_failed, transposed_product,
)

import numpy as np

from cygrad.functions.shape import squeeze


# ---- The triangle: linear, and its own transpose ----------------------------------------------

cdef Variable vjp_triangle(Function f, Variable gy, int i):
    return triangle_part(gy, f.c[1] != 0.0, f.c[0])

cdef Op TRIANGLE = reading(operation(b"Triangle", vjp_triangle), 0, 0)

cdef object again_triangle(Function f, tuple xs):
    return triangle_part(<Variable>xs[0], f.c[1] != 0.0, f.c[0])

TRIANGLE.again = again_triangle
TRIANGLE.push = push_linear

cdef void run_triangle(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    take_triangle(at[0], at[1], n[0], n[1], n[2], c[1] != 0.0, c[0])

cdef int emit_triangle(Function f, int i, Emission* e) except -1:
    """n: matrices, rows, columns; c: the diagonal's factor, whether it is the lower triangle."""
    cdef const Layout* x = e.operands[0]
    cdef Py_ssize_t* n = numbers(e, 3)
    n[1] = x.shape[x.ndim - 2]
    n[2] = x.shape[x.ndim - 1]
    n[0] = x.size // max(n[1] * n[2], 1)
    e.c[0] = f.c[0]
    e.c[1] = f.c[1]
    e.run = run_triangle
    e.name = b"triangle"
    return 0

TRIANGLE.emit = emit_triangle
name_routine("triangle", run_triangle)


cdef Variable triangle_part(Variable x, bint lower, double diagonal):
    cdef Variable plain = pinned_rows(x), y
    cdef int d = plain.layout.ndim
    cdef Function f
    cdef Py_ssize_t m, n
    if d < 2:
        raise RuntimeError(f"Variable.backward: Triangle met {describe(x)}; was .data replaced by "
                           "another shape after it was used?")
    y = empty(plain.layout)
    m = plain.layout.shape[d - 2]
    n = plain.layout.shape[d - 1]
    if plain.layout.size:
        take_triangle(plain.ptr, y.ptr, plain.layout.size // (m * n), m, n, lower, diagonal)
    f = connect(&TRIANGLE, y, x, None)
    if f is not None:
        f.c[0] = diagonal
        f.c[1] = lower
    return y


# ---- solve_triangular: x = a^-1 b, db = a^-T gx, da = -(triangle of db x^T) ---------------------

cdef Variable vjp_substitute(Function f, Variable gy, int i):
    cdef Variable gb, product
    cdef bint lower = f.c[0] != 0.0, transposed, unit
    cdef int flags = <int>f.c[1]
    transposed = flags & 1
    unit = flags & 2
    if i == 1 and f.saved is not None and f.saved[0] is gy:
        gb = f.saved[1]         # of input 0
        f.saved = None
        return gb
    gb = substitute(f.x0, gy, lower, not transposed, unit)
    if i == 1:
        return gb
    if f.x1.requires:
        f.saved = (gy, gb)
    if transposed:
        product = transposed_product(output_of(f), gb)
    else:
        product = transposed_product(gb, output_of(f))
    return negate(triangle_part(product, lower, 0.0 if unit else 1.0))

cdef Op SUBSTITUTE = operation(b"SolveTriangular", vjp_substitute)

cdef object again_substitute(Function f, tuple xs):
    cdef int flags = <int>f.c[1]
    return substitute(<Variable>xs[0], <Variable>xs[1], f.c[0] != 0.0, flags & 1, flags & 2)

SUBSTITUTE.again = again_substitute
SUBSTITUTE.instruction = MADE_OF

# The same on a tape, of operands that are as the loop takes them.
cdef Op SUBSTITUTION = operation(b"SolveTriangular", NULL)
SUBSTITUTION.again = again_substitute

cdef void run_substitution(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    """at: a, b; x, scratch, whether the diagonal has no zero. n: see emit_substitution."""
    cdef Py_ssize_t k, size = n[1] * n[2]
    at[4][0] = n[8] or zero_on_diagonal(at[0], n[3] + n[4], n[5], n[0], n[1]) < 0
    if at[4][0] == 0.0:
        return
    memcpy(at[2], at[1], n[0] * size * sizeof(double))
    for k in range(n[0]):
        solve_triangle(at[0] + k * n[5], n[3], n[4], n[7], n[8], at[2] + k * size, n[1], n[2],
                       at[3])

cdef int emit_substitution(Function f, int i, Emission* e) except -1:
    """n: matrices, n, p, a's strides, op being in them, numbers from one to the next, whether it is
    transposed, whether it is lower then, whether its diagonal counts as ones."""
    cdef const Layout* a = e.operands[0]
    cdef const Layout* b = e.operands[1]
    cdef int d = a.ndim, flags = <int>f.c[1]
    cdef Py_ssize_t* n = numbers(e, 9)
    n[1] = b.shape[d - 2]
    n[2] = b.shape[d - 1]
    n[0] = b.size // max(n[1] * n[2], 1)
    n[5] = n[1] * n[1] if d > 2 else 0
    n[6] = flags & 1
    n[3] = a.strides[d - 1 if n[6] else d - 2]
    n[4] = a.strides[d - 2 if n[6] else d - 1]
    n[7] = (f.c[0] != 0.0) != n[6]
    n[8] = flags >> 1 & 1
    e.hidden[0] = n[1] * n[2]
    e.hidden[1] = 1
    e.run = run_substitution
    e.name = b"solve_triangular"
    return 0

SUBSTITUTION.emit = emit_substitution
SUBSTITUTION.taking = AS_IT_IS
SUBSTITUTION.hidden = 2
name_routine("solve_triangular", run_substitution)
SUBSTITUTION.guarded = True


cdef enum:
    MUCH_WORK = 1 << 26         # multiplications, after which a signal is looked for


cdef Variable substitute(Variable a, Variable b, bint lower, bint transposed, bint unit):
    cdef Variable left = held(a), right = held(b), y
    cdef int d = left.layout.ndim
    cdef Py_ssize_t n, p, count, k, start, some
    cdef Py_ssize_t row, column, step
    cdef double* scratch
    cdef Function f
    check_square(left, "solve_triangular")
    if right.layout.ndim != d or right.layout.shape[d - 2] != left.layout.shape[d - 1]:
        raise ValueError(f"solve_triangular: {describe(a)} and {describe(b)} do not fit")
    n = right.layout.shape[d - 2]
    p = right.layout.shape[d - 1]
    if d > 2 or not blas_ready(n, n, left.layout.strides[d - 2], left.layout.strides[d - 1]):
        left = contiguous(left)
    if mode().tape is not NULL:
        right = contiguous(right)
    y = detached(copied(right))
    if y.layout.size:
        count = y.layout.size // (n * p)
        some = max(1, MUCH_WORK // (n * n * p))
        if left.layout.size != count * n * n:
            raise ValueError(f"solve_triangular: {describe(a)} and {describe(b)} do not fit")
        row = left.layout.strides[d - 2]
        column = left.layout.strides[d - 1]
        step = n * n if d > 2 else 0
        if not unit:
            k = zero_on_diagonal(left.ptr, row + column, step, count, n)
            if k >= 0:
                tell_failed(&SUBSTITUTION, y, left, right, lower, transposed)
                raise np.linalg.LinAlgError(f"solve_triangular: {describe(a)} is singular: its "
                                            f"diagonal is 0 in row {k}")
        if transposed:
            row, column = column, row
        scratch = <double*>malloc(n * p * sizeof(double))
        if scratch is NULL:
            raise MemoryError()
        if n * y.layout.size < LONG:
            for k in range(count):
                solve_triangle(left.ptr + k * step, row, column, lower != transposed, unit,
                               y.ptr + k * n * p, n, p, scratch)
        else:
            try:
                for start in range(0, count, some):
                    if start > 0:
                        PyErr_CheckSignals()
                    with nogil:
                        for k in range(start, min(start + some, count)):
                            solve_triangle(left.ptr + k * step, row, column, lower != transposed,
                                           unit, y.ptr + k * n * p, n, p, scratch)
            except BaseException:
                free(scratch)
                raise
        free(scratch)
    if mode().tape is not NULL:
        connect_with(&SUBSTITUTION, y, left, right, lower,
                     (1 if transposed else 0) + (2 if unit else 0))
    f = connect(&SUBSTITUTE, y, a, b)
    if f is not None:
        f.c[0] = lower
        f.c[1] = (1 if transposed else 0) + (2 if unit else 0)
    return y


cdef Py_ssize_t zero_on_diagonal(const double* a, Py_ssize_t along, Py_ssize_t step,
                                 Py_ssize_t count, Py_ssize_t n) noexcept nogil:
    """In which row the diagonal of one of the matrices is 0; -1: in none."""
    cdef Py_ssize_t k, i
    for k in range(count):
        for i in range(n):
            if (<const double*>(<const char*>(a + k * step) + i * along))[0] == 0.0:
                return i
    return -1


def solve_triangular(a, b, trans=0, lower=False, unit_diagonal=False):
    """The solution x of a x = b for a triangular matrix, as scipy.linalg.solve_triangular.

    Parameters
    ----------
    a : Variable or array_like
        A triangular matrix (n, n), or a stack of them. The other triangle is not read.
    b : Variable or array_like
        A vector (n,), or matrices (..., n, p); the stack axes broadcast with a's.
    trans : {0, 1, 'N', 'T'}, default 0
        1 or 'T': solve a^T x = b.
    lower : bool, default False
        Whether a is lower triangular; else upper.
    unit_diagonal : bool, default False
        Count a's diagonal as ones, and do not read it.

    Returns
    -------
    Variable
        Of b's shape, with the stack axes broadcast.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a is not square, or has a zero on its diagonal.
    ValueError
        If the shapes do not fit, or trans is none of those.

    Notes
    -----
    db = a^-T gx and da = -db x^T, of which the triangle that was read (M. Giles, "An extended
    collection of matrix derivative results", 2008, 2.3.1). By substitution, in blocks whose
    products BLAS computes: half the work of `solve`, or less, and a^-T costs no new factorization.

    Examples
    --------
    >>> import cygrad as cg, cygrad.linalg as LA
    >>> l = cg.Variable([[2.0, 0.0], [1.0, 4.0]])
    >>> LA.solve_triangular(l, [2.0, 9.0], lower=True)
    variable([1., 2.])
    """
    cdef Variable left = as_variable(a, "solve_triangular")
    cdef Variable right = as_variable(b, "solve_triangular"), x
    cdef bint is_vector = right.layout.ndim == 1
    if trans not in (0, 1, "N", "T"):
        raise ValueError(f"solve_triangular: trans must be 0, 1, 'N' or 'T', not {trans!r}")
    check_square(left, "solve_triangular")
    if right.layout.ndim == 0 or (
            right.layout.shape[right.layout.ndim - (1 if is_vector else 2)]
            != left.layout.shape[left.layout.ndim - 1]):
        raise ValueError(f"solve_triangular: {describe(left)} and {describe(right)} do not fit: "
                         "they must be (..., n, n) and (n,) or (..., n, p)")
    if is_vector:
        right = as_column(right)
    left, right = same_stacks(left, right, "solve_triangular")
    x = substitute(left, right, bool(lower), trans in (1, "T"), bool(unit_diagonal))
    return squeeze(x, -1) if is_vector else x
