"""conv2d and conv1d: what a window sees, unfolded into a column, times the weights.

The columns of all samples stand side by side in one matrix, (channels x taps, samples x windows),
so that forward and backward are one large matrix product each. `unfold` and its transpose `fold`
are each other's derivative; with them, the convolution is a composition of differentiable
operations, and every order of derivative follows.
"""

cimport cython
from cpython.exc cimport PyErr_CheckSignals
from libc.string cimport memcpy, memset

from cygrad.core.function cimport Function, Op, connect
from cygrad.core.layout cimport Layout, contiguous_layout, ints_of, release, shape_of
from cygrad.core.routine cimport Emission, Routine, numbers
from cygrad.core.routines cimport name_routine
from cygrad.core.variable cimport Variable, describe, empty, held, pinned_rows
from cygrad.functions.arithmetic cimport plus
from cygrad.functions.broadcasting cimport contiguous, reshape_to_layout
from cygrad.functions.operation cimport as_variable, operation, push_linear, reading
from cygrad.functions.shape cimport permuted, unsqueezed
from cygrad.kernels.convolution cimport Windows, fold_windows, unfold_windows
from cygrad.kernels.elementwise cimport LONG
from cygrad.kernels.pieces cimport PIECE

from cygrad.functions.linalg import matmul

cdef enum:
    LARGEST = 0x7FFFFFFF        # of a step: sums and products of two stay inside 63 bits


# ---- Windows ----------------------------------------------------------------------------------

@cython.final
cdef class Sliding:
    """Windows over an array, as an operation saves them."""


cdef int read_pair(object argument, int axes, Py_ssize_t least, Py_ssize_t* pair,
                   str name, str where) except -1:
    cdef list ints
    if type(argument) is int:           # the usual case, without an error message in advance
        ints = [argument]
    else:
        ints = ints_of(argument, f"{where}: {name}")
    if len(ints) == 1:
        ints = ints * axes
    if len(ints) != axes:
        raise ValueError(f"{where}: {name} must be an int or {axes} of them, not {argument!r}")
    for d, n in enumerate(ints):
        if not least <= n <= LARGEST:
            raise ValueError(f"{where}: {name} must be at least {least} and less than 2**31, "
                             f"not {argument!r}")
        pair[2 - axes + d] = n
    return 0


cdef Sliding slide(Variable x, const Steps* steps, Variable given, str where):
    cdef Sliding s = Sliding.__new__(Sliding)
    cdef Py_ssize_t windows[2]
    cdef Py_ssize_t padded, span
    cdef int d
    for d in range(2):
        padded = x.layout.shape[2 + d] + 2 * steps.padding[d]
        span = steps.dilation[d] * (steps.kernel[d] - 1) + 1
        if span > padded:
            raise ValueError(f"{where}: a kernel that spans {span} does not fit into {padded}, "
                             f"the padded length of axis {given.layout.ndim - 2 + d} of "
                             f"{describe(given)}")
        windows[d] = (padded - span) // steps.stride[d] + 1
    s.at = Windows(n=x.layout.shape[0], c=x.layout.shape[1], h=x.layout.shape[2],
                   w=x.layout.shape[3], kh=steps.kernel[0], kw=steps.kernel[1],
                   sh=steps.stride[0], sw=steps.stride[1], ph=steps.padding[0],
                   pw=steps.padding[1], dh=steps.dilation[0], dw=steps.dilation[1],
                   oh=windows[0], ow=windows[1])
    return s


cdef int check_shape(Variable seen, tuple shape, Variable x, str name) except -1:
    if shape_of(seen.layout) != shape:
        raise RuntimeError(f"Variable.backward: {name} was computed with shape {shape}, and "
                           f"met {describe(x)}; was .data replaced after it was used?")
    return 0


cdef Variable empty_planes(const Windows* at, Py_ssize_t height, Py_ssize_t width):
    cdef Py_ssize_t dims[4]
    cdef Layout* layout
    cdef Variable y
    dims[0] = at.n
    dims[1] = at.c
    dims[2] = height
    dims[3] = width
    layout = contiguous_layout(4, dims)
    try:
        y = empty(layout)
    finally:
        release(layout)
    return y


# ---- unfold: a column for each window, and fold, its transpose --------------------------------

cdef Variable vjp_unfold(Function f, Variable gy, int i):
    return fold(gy, f.saved)

cdef Variable vjp_fold(Function f, Variable gy, int i):
    return unfold(gy, f.saved)

cdef Op UNFOLD = reading(operation(b"Unfold", vjp_unfold), 0, 0)

cdef object again_unfold(Function f, tuple xs):
    return unfold(<Variable>xs[0], f.saved)

UNFOLD.again = again_unfold
UNFOLD.push = push_linear

cdef Op FOLD = reading(operation(b"Fold", vjp_fold), 0, 0)

cdef object again_fold(Function f, tuple xs):
    return fold(<Variable>xs[0], f.saved)

FOLD.again = again_fold
FOLD.push = push_linear

cdef void run_unfold(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    cdef const Windows* windows = <const Windows*>n
    unfold_windows(at[0], windows, 0, windows.c, at[1])

cdef void run_fold(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    cdef const Windows* windows = <const Windows*>n
    memset(at[1], 0, windows.n * windows.c * windows.h * windows.w * sizeof(double))
    fold_windows(at[0], windows, 0, windows.c, at[1])

cdef int emit_unfold(Function f, int i, Emission* e) except -1:
    return emit_windows(<Sliding>f.saved, e, run_unfold, b"unfold")

cdef int emit_fold(Function f, int i, Emission* e) except -1:
    return emit_windows(<Sliding>f.saved, e, run_fold, b"fold")

cdef int emit_windows(Sliding s, Emission* e, Routine run, const char* name) except -1:
    memcpy(numbers(e, sizeof(Windows) // sizeof(Py_ssize_t)), &s.at, sizeof(Windows))
    e.run = run
    e.name = name
    return 0

name_routine("unfold", run_unfold)
name_routine("fold", run_fold)
UNFOLD.emit = emit_unfold
FOLD.emit = emit_fold


cdef Layout* columns_layout(const Windows* at) except NULL:
    """Of (channels x taps, samples x windows)."""
    cdef Py_ssize_t dims[4]
    cdef Py_ssize_t rows = at.c * at.kh * at.kw     # within 63 bits: the weights have as many
    dims[0] = rows
    dims[1] = at.n
    dims[2] = at.oh
    dims[3] = at.ow
    release(contiguous_layout(4, dims))             # ValueError if the product overflows
    dims[1] = at.n * at.oh * at.ow
    return contiguous_layout(2, dims)


cdef Variable unfold(Variable x, Sliding s):
    cdef Windows* at = &s.at
    cdef Layout* layout
    cdef Variable source = pinned_rows(x), y
    cdef Py_ssize_t c, row, some
    cdef Function f
    check_shape(source, (at.n, at.c, at.h, at.w), x, "Unfold")
    layout = columns_layout(at)
    try:
        y = empty(layout)
    finally:
        release(layout)
    if y.layout.size < LONG:
        unfold_windows(source.ptr, at, 0, at.c, y.ptr)
    else:
        row = y.layout.size // at.c
        some = max(1, PIECE // max(row, 1))
        for c in range(0, at.c, some):
            if c > 0:
                PyErr_CheckSignals()
            with nogil:
                unfold_windows(source.ptr, at, c, min(c + some, at.c), y.ptr + c * row)
    f = connect(&UNFOLD, y, x, None)
    if f is not None:
        f.saved = s
    return y


cdef Variable fold(Variable x, Sliding s):
    cdef Windows* at = &s.at
    cdef Variable source = pinned_rows(x), y = empty_planes(at, at.h, at.w)
    cdef Py_ssize_t c, row, some
    cdef Function f
    check_shape(source, (at.c * at.kh * at.kw, at.n * at.oh * at.ow), x, "Fold")
    memset(y.ptr, 0, y.layout.size * sizeof(double))
    if source.layout.size < LONG:
        fold_windows(source.ptr, at, 0, at.c, y.ptr)
    else:
        row = source.layout.size // at.c
        some = max(1, PIECE // max(row, 1))
        for c in range(0, at.c, some):
            if c > 0:
                PyErr_CheckSignals()
            with nogil:
                fold_windows(source.ptr + c * row, at, c, min(c + some, at.c), y.ptr)
    f = connect(&FOLD, y, x, None)
    if f is not None:
        f.saved = s
    return y


# ---- conv2d, conv1d ---------------------------------------------------------------------------

cdef Variable convolve(object x_argument, object w_argument, object b_argument, object stride,
                       object padding, object dilation, int axes, str where):
    """A convolution over the last `axes` of x's axes; over one, as over two of which one has
    length 1."""
    cdef Variable given = as_variable(x_argument, where), x = given
    cdef Variable w = as_variable(w_argument, where)
    cdef Variable b = None if b_argument is None else as_variable(b_argument, where), y, columns
    cdef Variable held_x, held_w, held_b
    cdef Py_ssize_t outputs
    cdef Steps steps = Steps(kernel=[1, 1], stride=[1, 1], padding=[0, 0], dilation=[1, 1])
    cdef Sliding s
    cdef int d
    read_pair(stride, axes, 1, steps.stride, "stride", where)
    read_pair(padding, axes, 0, steps.padding, "padding", where)
    read_pair(dilation, axes, 1, steps.dilation, "dilation", where)
    # The arguments' code has run, and may have assigned .data: shapes are read from here on.
    held_x = held(x)
    held_w = held(w)
    if held_x.layout.ndim != axes + 2:
        raise ValueError(f"{where}: x must have {axes + 2} axes, (samples, channels, "
                         f"{'height, width' if axes == 2 else 'length'}), not be {describe(x)}")
    if held_w.layout.ndim != axes + 2 or held_w.layout.shape[1] != held_x.layout.shape[1]:
        raise ValueError(f"{where}: w must be of shape (outputs, {held_x.layout.shape[1]}, "
                         f"{'height, width' if axes == 2 else 'length'}) for {describe(x)}, not "
                         f"{describe(w)}")
    outputs = held_w.layout.shape[0]
    if b is not None:
        held_b = held(b)
        if held_b.layout.ndim != 1 or held_b.layout.shape[0] != outputs:
            raise ValueError(f"{where}: b must be of shape ({outputs},) for {describe(w)}, not "
                             f"{describe(b)}")
    for d in range(axes):
        steps.kernel[2 - axes + d] = held_w.layout.shape[2 + d]
        if not 1 <= held_w.layout.shape[2 + d] <= LARGEST:
            raise ValueError(f"{where}: w must have kernels of at least 1 and less than 2**31 "
                             f"elements along each axis, not be {describe(w)}")
    if axes == 1:
        x = unsqueezed(x, 2)
    held_x = held(x)
    if held_x.layout.ndim != 4:
        raise ValueError(f"{where}: {describe(given)} changed meanwhile")
    s = slide(held_x, &steps, given, where)
    try:
        columns = unfold(x, s)
    except ValueError as error:
        raise ValueError(f"{where}: {describe(given)} and {describe(w)}: {error}") from None
    y = matmul(shaped(w, 2, outputs, s.at.c * s.at.kh * s.at.kw, 0, 0), columns)
    y = permuted(shaped(y, 4, outputs, s.at.n, s.at.oh, s.at.ow), SAMPLES_FIRST)
    if b is None:
        y = contiguous(y)
    else:                       # which brings the result into C order
        y = plus(y, shaped(b, 3, outputs, 1, 1, 0))
    return y if axes == 2 else shaped(y, 3, s.at.n, outputs, s.at.ow, 0)


cdef tuple SAMPLES_FIRST = (1, 0, 2, 3)


cdef Variable shaped(Variable x, int ndim, Py_ssize_t n0, Py_ssize_t n1, Py_ssize_t n2,
                     Py_ssize_t n3):
    """x in a shape of the first ndim lengths."""
    cdef Py_ssize_t dims[4]
    cdef Layout* layout
    dims[0] = n0
    dims[1] = n1
    dims[2] = n2
    dims[3] = n3
    layout = contiguous_layout(ndim, dims)
    try:
        return reshape_to_layout(x, layout)
    finally:
        release(layout)


def conv2d(x, w, b=None, stride=1, padding=0, dilation=1):
    """The two-dimensional convolution of neural networks: a correlation, the kernel not flipped.

    Parameters
    ----------
    x : Variable or array_like
        (N, C, H, W): samples, channels, height, width.
    w : Variable or array_like
        (O, C, KH, KW): the kernel of each output channel.
    b : Variable or array_like, optional
        (O,): added to each output channel.
    stride : int or pair of int, default 1
        How far the kernel moves.
    padding : int or pair of int, default 0
        The width of the border of zeros around x.
    dilation : int or pair of int, default 1
        How far the kernel's elements are apart.

    Returns
    -------
    Variable
        (N, O, OH, OW), with OH = (H + 2 padding - dilation (KH - 1) - 1) // stride + 1, and OW
        likewise.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, a stride or a dilation is less than 1, a padding is
        negative, or the kernel is larger than the padded x.
    TypeError
        If a stride, a padding or a dilation is not an int or a pair.

    Notes
    -----
    y[n, o] = b[o] + sum_c sum_ij w[o, c, i, j] x[n, c, stride p + dilation i - padding, ...], as
    in PyTorch. With the windows of x unfolded into the columns of a matrix X, y = w X + b; so
    dw = gy X^T, db = sum(gy), and dx = fold(w^T gy), each column added back to where it came from
    (Chellapilla et al., High Performance Convolutional Neural Networks for Document Processing,
    2006). X has KH KW / stride^2 times the size of x and lives until the graph goes.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    >>> F.conv2d(x, [[[[1.0, -1.0]]]], [0.5])
    variable([[[[-0.5, -0.5],
                [-0.5, -0.5]]]])
    """
    return convolve(x, w, b, stride, padding, dilation, 2, "conv2d")


def conv1d(x, w, b=None, stride=1, padding=0, dilation=1):
    """The one-dimensional convolution of neural networks: `conv2d` along one axis.

    Parameters
    ----------
    x : Variable or array_like
        (N, C, L): samples, channels, length.
    w : Variable or array_like
        (O, C, K): the kernel of each output channel.
    b : Variable or array_like, optional
        (O,): added to each output channel.
    stride, padding, dilation : int
        As in `conv2d`.

    Returns
    -------
    Variable
        (N, O, OL), with OL = (L + 2 padding - dilation (K - 1) - 1) // stride + 1.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, a stride or a dilation is less than 1, a padding is
        negative, or the kernel is larger than the padded x.
    TypeError
        If a stride, a padding or a dilation is not an int.

    Notes
    -----
    y[n, o, p] = b[o] + sum_c sum_k w[o, c, k] x[n, c, stride p + dilation k - padding].

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.conv1d(cg.Variable([[[1.0, 2.0, 4.0]]]), [[[-1.0, 1.0]]], padding=1)
    variable([[[ 1.,  1.,  2., -4.]]])
    """
    return convolve(x, w, b, stride, padding, dilation, 1, "conv1d")
