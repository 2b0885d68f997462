"""cumsum and prod: sums and products of elements along axes."""

from cygrad.core.function cimport Function, Op, READS_X0, connect
from cygrad.core.layout cimport Layout
from cygrad.core.routine cimport AS_IT_IS, Emission, numbers
from cygrad.core.routines cimport name_routine
from cygrad.core.variable cimport Variable, describe, empty, filled_like, pinned_rows
from cygrad.functions.arithmetic cimport multiply
from cygrad.functions.axes cimport axis_to_flatten, reduced_axes, single_axis
from cygrad.functions.broadcasting cimport (
    emit_reduction, reduce, reshaped, run_reduction, spread,
)
from cygrad.functions.indexing cimport slice_axis
from cygrad.functions.operation cimport as_variable, keeps_axes, operation, push_linear, reading
from cygrad.functions.shape cimport permuted
from cygrad.functions.stacking cimport concatenated
from cygrad.kernels.elementwise cimport LONG
from cygrad.kernels.numpy_loops cimport MULTIPLY
from cygrad.kernels.reduction cimport running_sums


# ---- cumsum: y_k = sum_{j<=k} x_j, dx_j = sum_{k>=j} gy_k -------------------------------------
#
# `saved` is the axis, and whether the sums run from the end: each is the other's derivative.

cdef Variable vjp_cumsum(Function f, Variable gy, int i):
    axis, backwards = f.saved
    return summed_along(gy, axis, not backwards)

cdef Op CUMSUM = reading(operation(b"CumSum", vjp_cumsum), 0, 0)

cdef object again_cumsum(Function f, tuple xs):
    return summed_along(<Variable>xs[0], f.saved[0], f.saved[1])

CUMSUM.again = again_cumsum
CUMSUM.push = push_linear

cdef void run_cumsum(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    running_sums(at[0], n[0], n[1], n[2], <bint>n[3], at[1])

cdef int emit_cumsum(Function f, int i, Emission* e) except -1:
    """n: the lengths before the axis, along it and after it, and whether the sums run backwards."""
    cdef const Layout* x = e.operands[0]
    cdef Py_ssize_t* n = numbers(e, 4)
    cdef int axis, d
    axis, n[3] = f.saved
    n[0] = n[2] = 1
    n[1] = x.shape[axis]
    for d in range(axis):
        n[0] *= x.shape[d]
    for d in range(axis + 1, x.ndim):
        n[2] *= x.shape[d]
    e.run = run_cumsum
    e.name = b"cumsum"
    return 0

name_routine("cumsum", run_cumsum)
CUMSUM.emit = emit_cumsum


cdef Variable summed_along(Variable x, int axis, bint backwards):
    cdef Variable source = pinned_rows(x), y
    cdef Function f
    cdef Py_ssize_t outer = 1, n, inner = 1
    cdef int d
    if axis >= source.layout.ndim:
        raise RuntimeError(f"Variable.backward: CumSum along axis {axis} met {describe(x)}; was "
                           ".data replaced by another shape after it was used?")
    for d in range(axis):
        outer *= source.layout.shape[d]
    n = source.layout.shape[axis]
    for d in range(axis + 1, source.layout.ndim):
        inner *= source.layout.shape[d]
    y = empty(source.layout)
    if source.layout.size < LONG:
        running_sums(source.ptr, outer, n, inner, backwards, y.ptr)
    else:
        with nogil:
            running_sums(source.ptr, outer, n, inner, backwards, y.ptr)
    f = connect(&CUMSUM, y, x, None)
    if f is not None:
        f.saved = (axis, backwards)
    return y


def cumsum(x, axis=None):
    """The sums of the elements up to each one, along an axis.

    Parameters
    ----------
    x : Variable or array_like
    axis : int, optional
        The axis to sum along; x flattened if None.

    Returns
    -------
    Variable
        Of x's shape; one axis of x's size if axis is None.

    Raises
    ------
    IndexError
        If the axis is out of bounds.
    TypeError
        If it is not an int.

    Notes
    -----
    y_k = x_0 + ... + x_k, added in this order. The gradient is the same sum from the end:
    gx_k = gy_k + ... + gy_n.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([1.0, 2.0, 3.0])
    >>> y = F.cumsum(x); y.backward(); y, x.grad
    (variable([1., 3., 6.]), variable([3., 2., 1.]))
    """
    cdef Variable v = as_variable(x, "cumsum")
    axis = axis_to_flatten(axis, v, "cumsum")
    if axis is None:
        return summed_along(reshaped(v, -1), 0, False)
    return summed_along(v, single_axis(axis, v, "cumsum"), False)


# ---- prod: y = prod_k x_k, dy/dx_k = prod_{j!=k} x_j -------------------------------------------
#
# The products of the others are made of products, never as y / x_k: so they are right whatever
# elements are zero, y may overflow where they do not, and every derivative of them is right too.

cdef Variable vjp_prod(Function f, Variable gy, int i):
    cdef Variable x = f.x0
    cdef unsigned long long axes = f.saved
    return multiply(spread(gy, x, axes), products_over(x, axes))

cdef Op PROD = reading(operation(b"Prod", vjp_prod), READS_X0, 0)

cdef object again_prod(Function f, tuple xs):
    return product_over(<Variable>xs[0], f.saved, keeps_axes(f))

PROD.again = again_prod

cdef void run_prod(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    run_reduction(&MULTIPLY, at, n, c)

cdef int emit_prod(Function f, int i, Emission* e) except -1:
    return emit_reduction(f, e, run_prod, 1.0)

name_routine("prod", run_prod)
PROD.emit = emit_prod
PROD.taking = AS_IT_IS


cdef Variable products_over(Variable x, unsigned long long axes):
    """For each element of x the product of the others that are reduced with it."""
    cdef int ndim = x.layout.ndim, d
    kept = [d for d in range(ndim) if not (axes >> d) & 1]
    order = tuple(kept + [d for d in range(ndim) if (axes >> d) & 1])
    inverse = [0] * ndim
    for d, axis in enumerate(order):
        inverse[axis] = d
    cdef Variable moved = permuted(x, order), others
    count = 1
    for n in moved.shape[len(kept):]:
        count *= n
    others = products_of_others(
        reshaped(moved, (*moved.shape[:len(kept)], count)), len(kept))
    return permuted(reshaped(others, moved.shape), tuple(inverse))


cdef Variable products_of_others(Variable x, int axis):
    """Along the last axis, in linear time: the pairs' products first, then within the pairs."""
    cdef Py_ssize_t n = x.layout.shape[axis], half = n // 2
    cdef Variable a, b, outside
    if n < 2:
        return filled_like(x, 1.0)
    a = slice_axis(x, axis, 0, half)
    b = slice_axis(x, axis, half, half)
    if n == 2:
        return concatenated([b, a], axis, "prod")
    pairs = [multiply(a, b)]
    if n % 2:
        pairs.append(slice_axis(x, axis, n - 1, 1))
    outside = products_of_others(concatenated(pairs, axis, "prod"), axis)
    rest = slice_axis(outside, axis, half, n % 2)
    outside = slice_axis(outside, axis, 0, half)
    return concatenated([multiply(outside, b), multiply(outside, a), rest], axis, "prod")


cdef Variable product_over(Variable x, unsigned long long axes, bint keepdims):
    cdef Variable y = reduce(&MULTIPLY, 1.0, x, axes, keepdims)
    cdef Function f = connect(&PROD, y, x, None)
    if f is not None:
        f.saved = axes
    return y


def prod(x, axis=None, keepdims=False):
    """The product over axes; 1 where there is nothing to multiply.

    Parameters
    ----------
    x : Variable or array_like
    axis : int or tuple of int, optional
        The axes to multiply over; all if None. Negative ones count from the last.
    keepdims : bool, default False
        Keep the reduced axes, with length 1.

    Returns
    -------
    Variable
        Of x's shape without the axes.

    Raises
    ------
    IndexError
        If an axis is out of bounds.
    ValueError
        If an axis is named twice.
    TypeError
        If an axis is not an int.

    Notes
    -----
    dy/dx_k is the product of the other elements, computed by multiplying them; so it is right, to
    any order, where elements are zero.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([2.0, 0.0, 3.0])
    >>> y = F.prod(x); y.backward(); y, x.grad
    (variable(0.0), variable([0., 6., 0.]))
    """
    cdef bint kept = keepdims
    cdef Variable v = as_variable(x, "prod")
    cdef unsigned long long axes = reduced_axes(axis, v, "prod")
    return product_over(v, axes, kept)
