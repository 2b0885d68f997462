"""matmul and linear: products of vectors, matrices and stacks of matrices."""

from cpython.object cimport PyObject
from libc.string cimport memcpy

from cygrad.core.arrays cimport is_array_like
from cygrad.core.backward cimport flow, wanted
from cygrad.core.function cimport (
    Function, MADE_OF, Op, READS_X0, READS_X1, connect, connect_many,
)
from cygrad.core.layout cimport Layout, MAX_NDIM, shape_of
from cygrad.core.mode cimport mode
from cygrad.core.operators cimport OPERATORS
from cygrad.core.passing cimport Pass
from cygrad.core.postponed cimport Products, postpone, tell_collected
from cygrad.core.routine cimport Emission, FOR_BLAS, numbers
from cygrad.core.routines cimport name_routine
from cygrad.core.tape cimport Tape
from cygrad.core.variable cimport (
    Variable, describe, detached, empty_of, own_contiguous, pinned_rows,
)
from cygrad.functions.arithmetic cimport multiply, plus
from cygrad.functions.broadcasting cimport broadcast_to_layout, contiguous, sum_to_layout
from cygrad.functions.operation cimport (
    as_variable, broadcast_strides, map_long, operation, reading, result_layout,
)
from cygrad.functions.shape cimport swap_last_axes, unsqueezed
from cygrad.kernels.elementwise cimport kernel_named
from cygrad.kernels.linalg cimport blas_ready, matmul_strided

import numpy as np

from cygrad.functions.broadcasting import reshape
from cygrad.functions.shape import squeeze

cdef enum:
    SMALL = 4096                # multiplications below which the GIL is kept


cdef int ADD = kernel_named("ADD")


# ---- matmul: y = a b, dy/da: gy b^T, dy/db: a^T gy --------------------------------------------

cdef Variable vjp_matmul(Function f, Variable gy, int i):
    cdef Variable a = f.x0, b = f.x1, gx
    if a.layout.ndim == 1 and b.layout.ndim == 1:
        return multiply(gy, b if i == 0 else a)
    if b.layout.ndim == 1:
        if i == 0:
            return sum_to_layout(multiply(unsqueezed(gy, gy.layout.ndim), b), a.layout)
        gx = product(swap_last_axes(a), unsqueezed(gy, gy.layout.ndim))
        return sum_to_layout(squeeze(gx, -1), b.layout)
    if a.layout.ndim == 1:
        if i == 1:
            return sum_to_layout(
                multiply(unsqueezed(a, 1), unsqueezed(gy, gy.layout.ndim - 1)), b.layout)
        gx = product(b, unsqueezed(gy, gy.layout.ndim))
        return sum_to_layout(squeeze(gx, -1), a.layout)
    if i == 0:
        return sum_to_layout(product(gy, swap_last_axes(b)), a.layout)
    if b.layout.ndim == 2 and a.layout.ndim > 2:
        # One product over all rows of the stack, in place of a sum of products.
        return product(swap_last_axes(rows_of(a)), rows_of(gy))
    return sum_to_layout(product(swap_last_axes(a), gy), b.layout)

cdef int sweep_matmul(Function f, list gys, Pass* p) except -1:
    cdef Variable gy = <Variable>gys[0], gx
    if wanted(f.x0, p):
        gx = vjp_matmul(f, gy, 0)
        flow(f.x0, gx, f, p)
    if wanted(f.x1, p) and not postpone_rows(p, f.x0, gy, f.x1, None):
        gx = vjp_matmul(f, gy, 1)
        flow(f.x1, gx, f, p)
    return 0

cdef Op MATMUL = reading(operation(b"MatMul", vjp_matmul), READS_X1, READS_X0)
MATMUL.sweep = sweep_matmul

cdef object again_matmul(Function f, tuple xs):
    return product(<Variable>xs[0], <Variable>xs[1])

MATMUL.again = again_matmul

cdef Variable push_matmul(Function f, PyObject** tangents, int spent):
    cdef Variable left = None, right = None
    if tangents[0] is not NULL:
        left = product(<Variable>tangents[0], f.x1)
    if tangents[1] is not NULL:
        right = product(f.x0, <Variable>tangents[1])
    return sum_of(left, right)

MATMUL.push = push_matmul
MATMUL.instruction = MADE_OF

cdef void run_matmul(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    cdef int batch = <int>n[0]
    matmul_strided(at[0], n + 4 + batch, at[1], n + 6 + 2 * batch, at[2], batch, n + 4,
                   n[1], n[2], n[3])

cdef int emit_matmul(Function f, int i, Emission* e) except -1:
    """n: the axes of the stack, m, n, p, the stack's shape, the strides of a and those of b."""
    cdef Product of
    cdef Py_ssize_t* n
    cdef int d
    fit(&of, e.operands[0], e.operands[1])
    n = numbers(e, 8 + 3 * of.ndim)
    n[0] = of.ndim
    n[1] = of.m
    n[2] = of.n
    n[3] = of.p
    for d in range(of.ndim):
        n[4 + d] = of.batch[d]
    for d in range(of.ndim + 2):
        n[4 + of.ndim + d] = of.a_strides[d]
        n[6 + 2 * of.ndim + d] = of.b_strides[d]
    e.run = run_matmul
    e.name = b"matmul"
    return 0

name_routine("matmul", run_matmul)
MATMUL.emit = emit_matmul
MATMUL.taking = FOR_BLAS


cdef Variable sum_of(Variable a, Variable b):
    """a + b; None is zeros."""
    if a is None or b is None:
        return b if a is None else a
    return plus(a, b)


cdef bint postpone_rows(Pass* p, Variable x, Variable gy, Variable w, Variable b) except -1:
    """Put off the gradients of w, x^T gy, and of b, the sum of gy's rows; False where one cannot.

    b is None where there is no bias, or none that requires a gradient.
    """
    cdef Variable held = detached(w)
    cdef const Layout* matrix = held.layout
    cdef Products products
    cdef Py_ssize_t m, n, rows, r, width
    cdef Variable plain_x = x, plain_gy = gy
    cdef double* left
    if matrix.ndim != 2 or w.creator_ is not None or x.layout.ndim == 0 or gy.layout.ndim == 0:
        return False
    m = matrix.shape[0]
    n = matrix.shape[1]
    width = m if b is None else m + 1
    x = pinned_rows(x)
    gy = pinned_rows(gy)
    rows = gy.layout.size // n if n > 0 else 0
    if gy.layout.size != rows * n or x.layout.size != rows * m or (
            b is not None and b.layout.size != n):
        return False            # an error, which the product reports
    products = postpone(p, (w,) if b is None else (w, b), rows, width, n)
    if products is None:
        return False
    left = products.left + products.rows * width
    copy_rows(x, left, m, width)
    copy_rows(gy, products.right + products.rows * n, n, n)
    if b is not None:
        for r in range(rows):
            left[r * width + m] = 1.0
    products.rows += rows
    if p.recording:
        tell_collected(products, plain_x, plain_gy, rows)
    return True


cdef int copy_rows(Variable x, double* target, Py_ssize_t n, Py_ssize_t width) except -1:
    """The rows of n numbers of a contiguous x to the target, one every `width` numbers."""
    cdef Py_ssize_t r
    for r in range(x.layout.size // n if n > 0 else 0):
        memcpy(target + r * width, x.ptr + r * n, n * sizeof(double))
    return 0


cdef Variable rows_of(Variable x):
    """A stack of matrices as one matrix of all their rows."""
    cdef Py_ssize_t rows = 1
    cdef int d
    if x.layout.ndim == 0:
        raise RuntimeError(f"Variable.backward: MatMul met {describe(x)}; was .data replaced by "
                           "another shape after it was used?")
    for d in range(x.layout.ndim - 1):
        rows *= x.layout.shape[d]
    return reshape(x, (rows, x.layout.shape[x.layout.ndim - 1]))


cdef bint is_for_blas(const Layout* x) noexcept:
    """Whether its matrices are as BLAS takes them."""
    cdef int d = x.ndim
    return x.contiguous or d == 1 or blas_ready(x.shape[d - 2], x.shape[d - 1],
                                                x.strides[d - 2], x.strides[d - 1])


cdef Variable blas_operand(Variable x):
    return x if is_for_blas(x.layout) else own_contiguous(x)


cdef Variable for_blas(Variable x):
    return x if is_for_blas(x.layout) else contiguous(x)


cdef enum Fitting:
    FITS = 0
    NO_AXES = 1
    OTHER_LENGTHS = 2
    OTHER_STACKS = 3

# How two operands are multiplied.
cdef struct Product:
    int ndim                    # axes of the stack
    int total                   # and of the result
    Py_ssize_t m, n, p
    Py_ssize_t batch[MAX_NDIM + 2]          # the result's shape, that of the stack first
    Py_ssize_t a_strides[MAX_NDIM + 2]
    Py_ssize_t b_strides[MAX_NDIM + 2]


cdef Fitting fit(Product* of, const Layout* a, const Layout* b) noexcept:
    """By np.matmul's rules."""
    cdef int a_core = 1 if a.ndim == 1 else 2, b_core = 1 if b.ndim == 1 else 2
    cdef int a_batch = a.ndim - a_core, b_batch = b.ndim - b_core
    cdef int ndim = a_batch if a_batch > b_batch else b_batch, d
    if a.ndim == 0 or b.ndim == 0:
        return NO_AXES
    of.n = a.shape[a.ndim - 1]
    if b.shape[b_batch] != of.n:
        return OTHER_LENGTHS
    of.m = a.shape[a_batch] if a_core == 2 else 1
    of.p = b.shape[b_batch + 1] if b_core == 2 else 1
    for d in range(ndim):
        of.batch[d] = batch_axis(a, a_batch, ndim, d, &of.a_strides[d])
        if of.batch[d] == 1:
            of.batch[d] = batch_axis(b, b_batch, ndim, d, &of.b_strides[d])
            of.a_strides[d] = 0
        elif batch_axis(b, b_batch, ndim, d, &of.b_strides[d]) == 1:
            of.b_strides[d] = 0
        elif b.shape[d - ndim + b_batch] != of.batch[d]:
            return OTHER_STACKS
    set_core(a, a_core, True, of.a_strides + ndim)
    set_core(b, b_core, False, of.b_strides + ndim)
    of.ndim = of.total = ndim
    if a_core == 2:
        of.batch[of.total] = of.m
        of.total += 1
    if b_core == 2:
        of.batch[of.total] = of.p
        of.total += 1
    return FITS


cdef Variable product(Variable a, Variable b):
    """a @ b, by np.matmul's rules; the shapes of what comes from outside are checked here."""
    cdef Product of
    cdef Variable left = blas_operand(a), right = blas_operand(b), y
    cdef Fitting fitting = fit(&of, left.layout, right.layout)
    if fitting != FITS:
        refuse_product(fitting, a, b)
    y = empty_of(of.total, of.batch)
    if y.layout.size * of.n < SMALL:
        matmul_strided(left.ptr, of.a_strides, right.ptr, of.b_strides, y.ptr, of.ndim, of.batch,
                       of.m, of.n, of.p)
    else:
        # What is read stays, whatever another thread assigns to .data meanwhile.
        left = detached(left)
        right = detached(right)
        with nogil:
            matmul_strided(left.ptr, of.a_strides, right.ptr, of.b_strides, y.ptr, of.ndim,
                           of.batch, of.m, of.n, of.p)
    connect(&MATMUL, y, a, b)
    return y


cdef int refuse_product(Fitting fitting, Variable a, Variable b) except -1:
    if fitting == NO_AXES:
        raise ValueError(f"matmul: {describe(a)} and {describe(b)}: the operands must have at "
                         "least one axis; use * for numbers")
    if fitting == OTHER_STACKS:
        raise ValueError(f"matmul: the stacks of {describe(a)} and {describe(b)} do not "
                         "broadcast together")
    raise ValueError(f"matmul: {describe(a)} and {describe(b)} do not fit: size "
                     f"{a.layout.shape[a.layout.ndim - 1]} is different from "
                     f"{b.layout.shape[max(b.layout.ndim - 2, 0)]}")


cdef inline Py_ssize_t batch_axis(const Layout* layout, int batch_ndim, int ndim, int d,
                                  Py_ssize_t* stride) noexcept:
    """The length of a stack axis, 1 where the operand does not have it; and its stride."""
    d += batch_ndim - ndim
    stride[0] = layout.strides[d] if d >= 0 else 0
    return layout.shape[d] if d >= 0 else 1


cdef inline void set_core(const Layout* layout, int core, bint is_row,
                          Py_ssize_t* strides) noexcept:
    """The strides of the matrix; a vector is a row on the left, a column on the right."""
    cdef Py_ssize_t stride = layout.strides[layout.ndim - 1]
    if core == 2:
        strides[0] = layout.strides[layout.ndim - 2]
        strides[1] = stride
    elif is_row:
        strides[0] = layout.shape[layout.ndim - 1] * stride
        strides[1] = stride
    else:
        strides[0] = stride
        strides[1] = sizeof(double)


cdef bint is_sparse(object x) except -1:
    """Whether x is one of scipy's sparse matrices; scipy is not imported for it."""
    return (not isinstance(x, Variable) and hasattr(x, "toarray") and hasattr(x, "nnz")
            and not hasattr(x, "__array__"))


cdef object sparse_product(object a, object b):
    from cygrad.functions.sparse import product_with
    return product_with(a, b)


cdef object matmul_operator(object a, object b):
    for x in (a, b):
        if not is_array_like(x):
            return sparse_product(a, b) if is_sparse(x) else NotImplemented
    return product(as_variable(a, "matmul"), as_variable(b, "matmul"))


def matmul(a, b):
    """The matrix product, by np.matmul's rules.

    Parameters
    ----------
    a, b : Variable or array_like
        Vectors (n,), matrices (m, n) and (n, p), or stacks of matrices, whose leading axes
        broadcast. A vector on the left is a row, on the right a column. One of the two may be a
        sparse matrix of scipy's, a constant, beside a vector or a matrix. (``x @ sparse`` is the
        same; ``sparse @ x`` is scipy's, which cannot, and is refused.)

    Returns
    -------
    Variable
        (..., m, p), without the axis that a vector stands for.

    Raises
    ------
    ValueError
        If an operand has no axes, or the shapes do not fit.
    TypeError
        If both are sparse, or a sparse matrix is not of real numbers.

    Notes
    -----
    For matrices, da = gy b^T and db = a^T gy, summed over the stack axes that were broadcast.
    Computed by NumPy's BLAS; transposed views are read in place.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> a = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> F.matmul(a, cg.Variable([1.0, 1.0]))
    variable([3., 7.])
    """
    if is_sparse(a) or is_sparse(b):
        return sparse_product(a, b)
    return product(as_variable(a, "matmul"), as_variable(b, "matmul"))


# ---- linear: y = x w + b, dx = gy w^T, dw = x^T gy, db = gy summed over the rows ----------------

cdef Variable vjp_linear(Function f, Variable gy, int i):
    cdef Variable x = <Variable>f.many[0], w = <Variable>f.many[1], b = <Variable>f.many[2]
    if i == 0:
        return product(gy, swap_last_axes(w))
    if i == 2:
        return sum_to_layout(gy, b.layout)
    if x.layout.ndim == 1:
        return multiply(unsqueezed(x, 1), unsqueezed(gy, 0))
    return product(swap_last_axes(rows_of(x)), rows_of(gy))

cdef int sweep_linear(Function f, list gys, Pass* p) except -1:
    cdef Variable x = <Variable>f.many[0], w = <Variable>f.many[1], b = <Variable>f.many[2]
    cdef Variable gy = <Variable>gys[0], gx
    if wanted(x, p):
        gx = vjp_linear(f, gy, 0)
        flow(x, gx, f, p)
    if wanted(w, p) and postpone_rows(p, x, gy, w, b if wanted(b, p) else None):
        return 0
    if wanted(w, p):
        gx = vjp_linear(f, gy, 1)
        flow(w, gx, f, p)
    if wanted(b, p):
        gx = vjp_linear(f, gy, 2)
        flow(b, gx, f, p)
    return 0

cdef Op LINEAR = reading(operation(b"Linear", vjp_linear), READS_X1, READS_X0)
LINEAR.sweep = sweep_linear

cdef object again_linear(Function f, tuple xs):
    return linear(xs[0], xs[1], xs[2])

LINEAR.again = again_linear

cdef Variable push_linear_map(Function f, PyObject** tangents, int spent):
    cdef Variable x = <Variable>f.many[0], w = <Variable>f.many[1]
    cdef Variable left = None, right = None, bias = None
    if tangents[0] is not NULL:
        left = product(<Variable>tangents[0], w)
    if tangents[1] is not NULL:
        right = product(x, <Variable>tangents[1])
    if tangents[2] is not NULL:
        bias = broadcast_to_layout(<Variable>tangents[2], result_layout(f))
    return sum_of(sum_of(left, right), bias)

LINEAR.push = push_linear_map
LINEAR.instruction = MADE_OF


cdef int add_bias(Variable y, Variable b) except -1:
    """y += b, a vector of the length of y's rows; nobody else sees y yet, nor can exchange b."""
    cdef const double* operands[3]
    cdef const Py_ssize_t* strides[3]
    cdef Py_ssize_t along[MAX_NDIM]
    broadcast_strides(b.layout, y.layout, along)
    operands[0] = operands[2] = y.ptr
    operands[1] = b.ptr
    strides[0] = strides[2] = y.layout.strides
    strides[1] = along
    map_long(ADD, 2, operands, strides, y.layout, NULL)
    if mode().tape is not NULL:
        (<Tape>mode().tape).computed(ADD, [y, b], NULL, y)
    return 0


def linear(x, w, b=None):
    """x @ w + b: an affine map of the last axis.

    Parameters
    ----------
    x : Variable or array_like
        Of shape (..., m).
    w : Variable or array_like
        Of shape (m, n); or (..., m, n), a stack of such, which is broadcast with that of x's
        matrices as `matmul` does.
    b : Variable or array_like, optional
        Of shape (n,), or another that broadcasts to the result's.

    Returns
    -------
    Variable
        Of shape (..., n).

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    dx = gy w^T, dw = x^T gy, and db = gy, each summed over the leading axes.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.linear(cg.Variable([[1.0, 2.0]]), cg.eye(2), cg.Variable([10.0, 20.0]))
    variable([[11., 22.]])
    """
    cdef Variable rows = as_variable(x, "linear"), weights = as_variable(w, "linear"), bias, held, y
    cdef int d = rows.layout.ndim
    if (weights.layout.ndim < 2 or d == 0
            or rows.layout.shape[d - 1] != weights.layout.shape[weights.layout.ndim - 2]):
        raise ValueError(f"linear: {describe(rows)} and weights {describe(weights)} do not fit: "
                         "they must be (..., m) and (m, n), or stacks of these")
    if weights.layout.ndim > 2:
        check_stacks(rows, weights)
    if b is None:
        return product(rows, weights)
    bias = as_variable(b, "linear")
    if (weights.layout.ndim > 2 or bias.layout.ndim != 1
            or bias.layout.shape[0] != weights.layout.shape[1]):
        check_bias(rows, weights, bias)
        return plus(product(rows, weights), bias)
    held = detached(bias)       # as it was checked: the product lets other threads run
    y = product(detached(rows), detached(weights))
    add_bias(y, held)
    connect_many(&LINEAR, y, (rows, weights, bias))
    return y


cdef tuple stacks(Variable x, int own):
    """The shape without the last `own` axes."""
    return shape_of(x.layout)[:x.layout.ndim - own] if x.layout.ndim > own else ()


cdef int check_stacks(Variable x, Variable w) except -1:
    try:
        np.broadcast_shapes(stacks(x, 2), stacks(w, 2))
    except ValueError:
        raise ValueError(f"linear: {describe(x)} and weights {describe(w)} do not fit: the stacks "
                         f"{stacks(x, 2)} and {stacks(w, 2)} do not broadcast") from None
    return 0


cdef int check_bias(Variable x, Variable w, Variable b) except -1:
    """The bias must broadcast to the product, and not the product to it."""
    cdef Py_ssize_t n = w.layout.shape[w.layout.ndim - 1]
    shape = np.broadcast_shapes(stacks(x, 2), stacks(w, 2))
    if x.layout.ndim > 1:
        shape += (x.layout.shape[x.layout.ndim - 2],)
    shape += (n,)
    try:
        fits = np.broadcast_shapes(shape, shape_of(b.layout)) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"linear: weights {describe(w)} need a bias of shape ({n},), not "
                         f"{describe(b)}, which does not broadcast to the result's {shape}")
    return 0


OPERATORS.matmul = matmul_operator
