"""LAPACK, by the loops of numpy.linalg, and what its callers here share.

np.linalg.cholesky spends 6 us on a 5x5 matrix, of which LAPACK takes 0.3: so NumPy's loops are
called from C, as kernels/numpy_loops.pyx does. Where a NumPy keeps them elsewhere, its public
functions serve.
"""

from cpython.exc cimport PyErr_CheckSignals

from cygrad.core.arrays cimport array_of
from cygrad.core.function cimport FAILED, Op, connect_with
from cygrad.core.layout cimport Layout
from cygrad.core.mode cimport mode
from cygrad.core.routine cimport Emission, numbers
from cygrad.core.routines cimport name_routine
from cygrad.core.tape cimport Tape
from cygrad.core.variable cimport Variable, describe, pinned_rows
from cygrad.functions.arithmetic cimport scale
from cygrad.functions.shape cimport swap_last_axes, unsqueezed
from cygrad.kernels.numpy_loops cimport Loop, call, float64_loop

import numpy as np

from cygrad.functions.arithmetic import add
from cygrad.functions.broadcasting import broadcast_to
from cygrad.functions.linalg import matmul

cdef extern from "<fenv.h>" nogil:
    int FE_INVALID
    int fetestexcept(int)
    int feclearexcept(int)

cdef enum:
    ROUTINES = 5
    MUCH_WORK = 1 << 26         # multiplications, roughly, after which a signal is looked for
    SMALL = 4096                # multiplications, roughly, below which the GIL is kept

cdef Loop loops[ROUTINES]
cdef bint found
cdef tuple SIGNATURES = (
    ("cholesky_lo", "(m,m)->(m,m)"),
    ("inv", "(m,m)->(m,m)"),
    ("solve", "(m,m),(m,n)->(m,n)"),
    ("det", "(m,m)->()"),
    ("slogdet", "(m,m)->(),()"),
)
cdef list PUBLIC = [np.linalg.cholesky, np.linalg.inv, np.linalg.solve, np.linalg.det,
                    np.linalg.slogdet]


def _find_loops():
    """Look for NumPy's loops; whether they are there."""
    global found
    found = False
    try:
        from numpy.linalg import _umath_linalg
        for k, (name, signature) in enumerate(SIGNATURES):
            ufunc = getattr(_umath_linalg, name)
            if not isinstance(ufunc, np.ufunc) or ufunc.signature.replace(" ", "") != signature:
                return False
            loops[k] = float64_loop(ufunc)
    except (ImportError, AttributeError):
        return False
    found = True
    return True


_find_loops()


cdef bint has_loops() noexcept:
    return found


cdef bint lapack(Routine routine, Variable a, Variable b, Variable y, Variable y1) except -1:
    """Fill y, and y1, whose shapes are those of a and b, which the caller has pinned and checked.
    """
    cdef Py_ssize_t item = sizeof(double), n = a.layout.shape[a.layout.ndim - 1], p = 0
    cdef Variable left, right = None
    cdef const double* right_ptr = NULL
    cdef double* y_ptr = y.ptr
    cdef double* y1_ptr = NULL if y1 is None else y1.ptr
    cdef Py_ssize_t count, some, start, results
    cdef bint good = True
    if a.layout.size == 0:
        array_of(y)[...] = 1.0  # the determinant of no rows
        if y1 is not None:
            array_of(y1)[...] = 0.0
        return True
    if not found:
        return by_numpy(routine, a, b, y, y1)
    left = pinned_rows(a)
    if routine == SOLVE:
        right = pinned_rows(b)
        if right.layout.size == 0:
            return True
        p = right.layout.shape[right.layout.ndim - 1]
        right_ptr = right.ptr
    count = left.layout.size // (n * n)
    results = y.layout.size // count
    some = max(1, MUCH_WORK // (n * n * max(n, p)))
    for start in range(0, count, some):
        if start > 0:
            PyErr_CheckSignals()        # between the matrices of a long stack
            y_ptr = y.ptr + start * results
            y1_ptr = NULL if y1 is None else y1.ptr + start
            right_ptr = NULL if right is None else right.ptr + start * n * p
        if left.layout.size * n < SMALL:
            good &= apply(routine, left.ptr + start * n * n, n * item, item, right_ptr, y_ptr,
                          y1_ptr, min(some, count - start), n, p)
        else:
            with nogil:
                good &= apply(routine, left.ptr + start * n * n, n * item, item, right_ptr, y_ptr,
                              y1_ptr, min(some, count - start), n, p)
    return good


cdef bint apply(Routine routine, const double* a, Py_ssize_t row, Py_ssize_t column,
                const double* b, double* y, double* y1, Py_ssize_t count, Py_ssize_t n,
                Py_ssize_t p) noexcept nogil:
    cdef char* args[3]              # a loop moves its pointers
    cdef Py_ssize_t[3] dimensions = [count, n, p]
    cdef Py_ssize_t steps[9]
    cdef Py_ssize_t item = sizeof(double)
    cdef bint failed
    steps[0] = n * n * item
    args[0] = <char*>a
    args[1] = <char*>y
    args[2] = <char*>y1
    if routine == SOLVE:
        args[1] = <char*>b
        args[2] = <char*>y
        steps[1] = steps[2] = n * p * item
        steps[3] = row
        steps[4] = column
        steps[5] = steps[7] = p * item
        steps[6] = steps[8] = item
    elif routine == DET:
        steps[1] = item
        steps[2] = row
        steps[3] = column
    elif routine == SLOGDET:
        steps[1] = steps[2] = item
        steps[3] = row
        steps[4] = column
    else:
        steps[1] = steps[0]
        steps[2] = row
        steps[3] = column
        steps[4] = n * item
        steps[5] = item
    # The loop reports by this flag, and counts what is set before as its own failure.
    feclearexcept(FE_INVALID)
    call(&loops[<int>routine], args, dimensions, steps)
    failed = fetestexcept(FE_INVALID) != 0
    feclearexcept(FE_INVALID)
    return not failed or routine == DET or routine == SLOGDET   # singular matrices have one


cdef void run_lapack(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    """n: the routine, how many matrices there are, and their rows."""
    cdef Routine routine = <Routine>n[0]
    cdef Py_ssize_t item = sizeof(double)
    cdef bint good
    if routine == SLOGDET:              # the logarithm, and the hidden sign
        apply(routine, at[0], n[2] * item, item, NULL, at[2], at[1], n[1], n[2], 0)
        return
    good = apply(routine, at[0], n[2] * item, item, NULL, at[1], NULL, n[1], n[2], 0)
    if routine != DET:
        at[2][0] = good


if found:
    name_routine("lapack", run_lapack)


cdef int emit_lapack(Routine routine, Emission* e, const char* name) except -1:
    cdef const Layout* a = e.operands[0]
    cdef Py_ssize_t* n = numbers(e, 3)
    n[0] = routine
    n[2] = a.shape[a.ndim - 1]
    n[1] = a.size // (n[2] * n[2]) if n[2] > 0 else 0
    e.hidden[0] = n[1] if routine == SLOGDET else 1
    e.run = run_lapack
    e.name = name
    return 0


cdef int tell_failed(const Op* op, Variable y, Variable a, Variable b, double c0,
                     int flags) except -1:
    if mode().tape is not NULL and (<Tape>mode().tape).plain_too:
        connect_with(op, y, a, b, c0, flags | FAILED)
    return 0


cdef bint by_numpy(Routine routine, Variable a, Variable b, Variable y, Variable y1) except -1:
    try:
        if b is None:
            results = PUBLIC[<int>routine](array_of(a))
        else:
            results = PUBLIC[<int>routine](array_of(a), array_of(b))
    except np.linalg.LinAlgError:
        return False
    if y1 is None:
        array_of(y)[...] = results
    else:
        array_of(y)[...], array_of(y1)[...] = results
    return True


cdef int check_square(Variable x, str where) except -1:
    cdef int d = x.layout.ndim
    if d < 2 or x.layout.shape[d - 1] != x.layout.shape[d - 2]:
        raise np.linalg.LinAlgError(f"{where}: {describe(x)} is not a square matrix, nor a stack "
                                    "of square matrices (..., n, n)")
    return 0


cdef tuple same_stacks(Variable a, Variable b, str where):
    cdef int d
    cdef bint same = a.layout.ndim == b.layout.ndim
    for d in range(a.layout.ndim - 2 if same else 0):
        same = same and a.layout.shape[d] == b.layout.shape[d]
    if same:
        return (a, b)
    try:
        stack = np.broadcast_shapes(a.shape[:a.layout.ndim - 2], b.shape[:b.layout.ndim - 2])
    except ValueError:
        raise ValueError(f"{where}: the stacks of {describe(a)} and {describe(b)} do not "
                         "broadcast together") from None
    return (broadcast_to(a, (*stack, *a.shape[a.layout.ndim - 2:])),
            broadcast_to(b, (*stack, *b.shape[b.layout.ndim - 2:])))


cdef Variable transposed_product(Variable a, Variable b):
    return matmul(a, swap_last_axes(b))


cdef Variable as_column(Variable b):
    return unsqueezed(b, 1)


cdef Variable symmetrized(Variable x):
    return scale(add(x, swap_last_axes(x)), 0.5)
