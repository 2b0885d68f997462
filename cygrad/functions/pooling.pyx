"""max_pool2d and avg_pool2d: one number for each window of a plane."""

cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals

from libc.string cimport memset

from cygrad.core.function cimport Function, Op, connect
from cygrad.core.mode cimport mode
from cygrad.core.routine cimport Emission
from cygrad.core.routines cimport name_routine
from cygrad.core.tape cimport refuse_on_tape
from cygrad.core.variable cimport Variable, describe, held, pinned_rows
from cygrad.functions.convolution cimport (
    Sliding, Steps, check_shape, emit_windows, empty_planes, read_pair, slide,
)
from cygrad.functions.indexing cimport scatter
from cygrad.functions.operation cimport as_variable, operation, push_linear, reading
from cygrad.kernels.convolution cimport Windows, max_windows, mean_windows, spread_windows
from cygrad.kernels.elementwise cimport LONG
from cygrad.kernels.indexing cimport scatter_add_blocks
from cygrad.kernels.pieces cimport PIECE

import numpy as np

cnp.import_array()


cdef Sliding pooling_windows(Variable given, object kernel_size, object stride, object padding,
                             str where):
    cdef Steps steps = Steps(kernel=[1, 1], stride=[1, 1], padding=[0, 0], dilation=[1, 1])
    cdef Variable x
    cdef int d
    read_pair(kernel_size, 2, 1, steps.kernel, "kernel_size", where)
    if stride is None:
        steps.stride = steps.kernel
    else:
        read_pair(stride, 2, 1, steps.stride, "stride", where)
    read_pair(padding, 2, 0, steps.padding, "padding", where)
    for d in range(2):
        if steps.padding[d] > steps.kernel[d] // 2:
            raise ValueError(f"{where}: padding {padding} must be at most half of kernel_size "
                             f"{kernel_size}")
    x = held(given)         # the arguments' code may have assigned x.data
    if x.layout.ndim != 4:
        raise ValueError(f"{where}: x must have 4 axes, (samples, channels, height, width), not "
                         f"be {describe(given)}")
    if x.layout.shape[2] == 0 or x.layout.shape[3] == 0:
        raise ValueError(f"{where}: {describe(given)} has nothing to pool")
    return slide(x, &steps, given, where)


# ---- max_pool2d: y = x at the position of each window's maximum, dx: gy added there -----------

cdef Variable vjp_max_pool(Function f, Variable gy, int i):
    if mode().tape is not NULL:
        refuse_on_tape("a second derivative of MaxPool2d, whose positions would be frozen")
    return scatter(gy, f.saved)

cdef Variable fused_max_pool(Function f, Variable gy, int i, Variable into, bint done):
    return scatter(gy, f.saved)

cdef Op MAX_POOL = reading(operation(b"MaxPool2d", vjp_max_pool), 0, 0)
MAX_POOL.fused = fused_max_pool

# The positions are whole numbers, in the memory of as many doubles.

cdef void run_max_pool(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    max_windows(at[0], <const Windows*>n, at[1], <Py_ssize_t*>at[2])

cdef void run_max_pool_gradient(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    cdef const Windows* of = <const Windows*>n
    memset(at[2], 0, of.n * of.c * of.h * of.w * sizeof(double))
    scatter_add_blocks(at[1], <const Py_ssize_t*>at[0], of.n * of.c * of.oh * of.ow, 1, at[2])

cdef int emit_max_pool(Function f, int i, Emission* e) except -1:
    e.hidden[0] = cnp.PyArray_SIZE(f.saved[0])
    return emit_windows(<Sliding>f.saved[4], e, run_max_pool, b"max_pool")

cdef int emit_max_pool_gradient(Function f, int i, Emission* e) except -1:
    return emit_windows(<Sliding>f.saved[4], e, run_max_pool_gradient, b"max_pool_gradient")

name_routine("max_pool", run_max_pool)
name_routine("max_pool_gradient", run_max_pool_gradient)
MAX_POOL.emit = emit_max_pool
MAX_POOL.emit_gradient = emit_max_pool_gradient
MAX_POOL.hidden = 1


cdef Windows one_by_one(const Windows* at) noexcept:
    """The windows of a piece: of so many planes, each an image of one channel."""
    cdef Windows part = at[0]
    part.c = 1
    part.n = max(1, PIECE // max(at.h * at.w, at.oh * at.ow * at.kh * at.kw, 1))
    return part


cdef Variable max_pool(Variable x, Sliding s):
    cdef Windows* at = &s.at
    cdef Windows part
    cdef Py_ssize_t planes = at.n * at.c, plane = at.h * at.w, out = at.oh * at.ow, start = 0, k
    cdef Variable y = empty_planes(at, at.oh, at.ow), source = pinned_rows(x)
    cdef cnp.ndarray positions = np.empty(y.layout.size, np.intp)
    cdef Py_ssize_t* places = <Py_ssize_t*>cnp.PyArray_DATA(positions)
    cdef Function f
    check_shape(source, (at.n, at.c, at.h, at.w), x, "MaxPool2d")
    if source.layout.size < LONG:
        max_windows(source.ptr, at, y.ptr, places)
    else:
        part = one_by_one(at)
        while start < planes:
            part.n = min(part.n, planes - start)
            with nogil:
                max_windows(source.ptr + start * plane, &part, y.ptr + start * out,
                            places + start * out)
                for k in range(start * out, (start + part.n) * out):
                    places[k] += start * plane
            start += part.n
            PyErr_CheckSignals()
    f = connect(&MAX_POOL, y, x, None)
    if f is not None:
        f.saved = (positions, 1, source.shape, y.shape, s)
    return y


def max_pool2d(x, kernel_size, stride=None, padding=0):
    """The greatest of each window.

    Parameters
    ----------
    x : Variable or array_like
        (N, C, H, W): samples, channels, height, width.
    kernel_size : int or pair of int
        The height and the width of a window.
    stride : int or pair of int, optional
        How far the window moves; by its own size if None.
    padding : int or pair of int, default 0
        The width of a border around x, which counts as -inf; at most half the window.

    Returns
    -------
    Variable
        (N, C, OH, OW), with OH = (H + 2 padding - kernel_size) // stride + 1, and OW likewise.

    Raises
    ------
    ValueError
        If x does not have 4 axes, a size or a stride is less than 1, the padding is negative or
        more than half the window, or the window is larger than the padded x.
    TypeError
        If a size, a stride or a padding is not an int or a pair.

    Notes
    -----
    The gradient flows to the maximum; among equals to the first, row by row, as in PyTorch. A nan
    is greater than any number.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([[[[1.0, 3.0, 2.0, 2.0], [3.0, 0.0, 2.0, 1.0]]]])
    >>> y = F.max_pool2d(x, 2); y.backward(); y, x.grad
    (variable([[[[3., 2.]]]]), variable([[[[0., 1., 1., 0.],
                [0., 0., 0., 0.]]]]))
    """
    cdef Variable v = as_variable(x, "max_pool2d")
    return max_pool(v, pooling_windows(v, kernel_size, stride, padding, "max_pool2d"))


# ---- avg_pool2d: y = the mean of each window, dx: gy / size added to all of it ----------------

cdef Variable vjp_avg_pool(Function f, Variable gy, int i):
    return spread_pool(gy, f.saved)

cdef Variable vjp_spread_pool(Function f, Variable gy, int i):
    return avg_pool(gy, f.saved)

cdef Op AVG_POOL = reading(operation(b"AvgPool2d", vjp_avg_pool), 0, 0)

cdef object again_avg_pool(Function f, tuple xs):
    return avg_pool(<Variable>xs[0], f.saved)

AVG_POOL.again = again_avg_pool
AVG_POOL.push = push_linear

cdef Op SPREAD_POOL = reading(operation(b"SpreadPool2d", vjp_spread_pool), 0, 0)

cdef object again_spread_pool(Function f, tuple xs):
    return spread_pool(<Variable>xs[0], f.saved)

SPREAD_POOL.again = again_spread_pool
SPREAD_POOL.push = push_linear

cdef void run_avg_pool(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    mean_windows(at[0], <const Windows*>n, at[1])

cdef void run_spread_pool(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    spread_windows(at[0], <const Windows*>n, at[1])

cdef int emit_avg_pool(Function f, int i, Emission* e) except -1:
    return emit_windows(<Sliding>f.saved, e, run_avg_pool, b"avg_pool")

cdef int emit_spread_pool(Function f, int i, Emission* e) except -1:
    return emit_windows(<Sliding>f.saved, e, run_spread_pool, b"spread_pool")

name_routine("avg_pool", run_avg_pool)
name_routine("spread_pool", run_spread_pool)
AVG_POOL.emit = emit_avg_pool
SPREAD_POOL.emit = emit_spread_pool


cdef Variable avg_pool(Variable x, Sliding s):
    cdef Windows* at = &s.at
    cdef Windows part
    cdef Py_ssize_t planes = at.n * at.c, plane = at.h * at.w, out = at.oh * at.ow, start = 0
    cdef Variable y = empty_planes(at, at.oh, at.ow), source = pinned_rows(x)
    cdef Function f
    check_shape(source, (at.n, at.c, at.h, at.w), x, "AvgPool2d")
    if source.layout.size < LONG:
        mean_windows(source.ptr, at, y.ptr)
    else:
        part = one_by_one(at)
        while start < planes:
            part.n = min(part.n, planes - start)
            with nogil:
                mean_windows(source.ptr + start * plane, &part, y.ptr + start * out)
            start += part.n
            PyErr_CheckSignals()
    f = connect(&AVG_POOL, y, x, None)
    if f is not None:
        f.saved = s
    return y


cdef Variable spread_pool(Variable g, Sliding s):
    cdef Windows* at = &s.at
    cdef Windows part
    cdef Py_ssize_t planes = at.n * at.c, plane = at.h * at.w, out = at.oh * at.ow, start = 0
    cdef Variable y = empty_planes(at, at.h, at.w), source = pinned_rows(g)
    cdef Function f
    check_shape(source, (at.n, at.c, at.oh, at.ow), g, "AvgPool2d")
    if y.layout.size < LONG:
        spread_windows(source.ptr, at, y.ptr)
    else:
        part = one_by_one(at)
        while start < planes:
            part.n = min(part.n, planes - start)
            with nogil:
                spread_windows(source.ptr + start * out, &part, y.ptr + start * plane)
            start += part.n
            PyErr_CheckSignals()
    f = connect(&SPREAD_POOL, y, g, None)
    if f is not None:
        f.saved = s
    return y


def avg_pool2d(x, kernel_size, stride=None, padding=0):
    """The mean of each window; the border of zeros counts.

    Parameters
    ----------
    x : Variable or array_like
        (N, C, H, W): samples, channels, height, width.
    kernel_size : int or pair of int
        The height and the width of a window.
    stride : int or pair of int, optional
        How far the window moves; by its own size if None.
    padding : int or pair of int, default 0
        The width of a border around x, which counts as 0; at most half the window.

    Returns
    -------
    Variable
        (N, C, OH, OW), with OH = (H + 2 padding - kernel_size) // stride + 1, and OW likewise.

    Raises
    ------
    ValueError
        If x does not have 4 axes, a size or a stride is less than 1, the padding is negative or
        more than half the window, or the window is larger than the padded x.
    TypeError
        If a size, a stride or a padding is not an int or a pair.

    Notes
    -----
    y = sum(window) / size and dy/dx = 1 / size, the size being the whole window's, border or not:
    PyTorch's default, count_include_pad=True.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([[[[1.0, 3.0, 2.0, 2.0], [3.0, 1.0, 2.0, 2.0]]]])
    >>> F.avg_pool2d(x, (2, 2))
    variable([[[[2., 2.]]]])
    """
    cdef Variable v = as_variable(x, "avg_pool2d")
    return avg_pool(v, pooling_windows(v, kernel_size, stride, padding, "avg_pool2d"))
