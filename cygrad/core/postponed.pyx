"""Products put off: the gradients of weights that many Functions of a pass share.

A recurrent network uses its weights at every step, and each gradient of them is a small product,
which is added to a big sum. The rows of many such products, one under the other, make one product
of the whole sum. A pass settles what has been put off when nothing else is left to do.
"""

cimport cython
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.string cimport memcpy

from cygrad.core.backward cimport flow, is_end
from cygrad.core.layout cimport Layout, contiguous_layout, release, strided_layout
from cygrad.core.mode cimport mode
from cygrad.core.operators cimport OPERATORS
from cygrad.core.passing cimport Pass
from cygrad.core.tape cimport Tape, refuse_on_tape
from cygrad.core.variable cimport Variable, describe, empty, empty_of, view_of
from cygrad.kernels.linalg cimport matmul_strided

cdef enum:
    MANY_ROWS = 512             # with so many, adding a product up costs little beside making it
    MANY_NUMBERS = 1 << 22      # that Products may hold: 32 MiB
    AT_ONCE = 60                # parts that become one, on a tape


@cython.final
cdef class Products:
    """The rows of products left^T right that add up to the gradients of some weights."""


cdef Products postpone(Pass* p, tuple weights, Py_ssize_t rows, Py_ssize_t m, Py_ssize_t n):
    cdef Py_ssize_t capacity = min(MANY_ROWS, MANY_NUMBERS // (m + n)) if m + n > 0 else 0
    cdef Products products
    if p.create_graph or capacity < 2 * rows:
        return None
    # A transform counts itself as a use of its ends.
    for w in weights:
        if (<Variable>w).creator_ is not None or (<Variable>w).uses < 2 + is_end(<Variable>w, p):
            return None
    if p.postponed is NULL:
        everything = {}
        Py_INCREF(everything)
        p.postponed = <PyObject*>everything
        p.catch_up = catch_up
    key = tuple([id(w) for w in weights])
    products = (<dict>p.postponed).get(key)
    if products is None:
        products = new_products(weights, capacity, m, n)
        (<dict>p.postponed)[key] = products
    elif products.m != m or products.n != n:
        return None             # somebody has replaced .data
    elif products.rows + rows > products.capacity:
        settle(products, p)
    products.calls += 1
    return products


cdef int tell_collected(Products products, Variable left, Variable right,
                        Py_ssize_t rows) except -1:
    cdef Tape tape = <Tape>mode().tape
    cdef int k
    if products.recorded is None:
        products.recorded = []
    k = <int>len(products.recorded)
    if left is not None:
        tape.collected(products, 2 * k, left)
    if right is not None:
        tape.collected(products, 2 * k + 1, right)
    products.recorded.append(rows)
    return 0


cdef Products new_products(tuple weights, Py_ssize_t capacity, Py_ssize_t m, Py_ssize_t n):
    cdef Products products = Products.__new__(Products)
    cdef Py_ssize_t numbers = capacity * (m + n)
    cdef Layout* layout = contiguous_layout(1, &numbers)
    products.memory = empty(layout)
    release(layout)
    products.weights = weights
    products.left = products.memory.ptr
    products.right = products.left + capacity * m
    products.m = m
    products.n = n
    products.rows = 0
    products.capacity = capacity
    products.calls = 0
    return products


cdef int settle(Products products, Pass* p) except -1:
    """Multiply what has been collected, and add it to the gradients of the weights."""
    cdef Py_ssize_t item = sizeof(double), m = products.m, n = products.n, rows = products.rows
    cdef Py_ssize_t[2] shape = [m, n], down = [item, m * item], along = [n * item, item]
    cdef Layout* layout
    cdef Variable y, w, gw
    cdef double* at
    if products.calls == 1:
        return settle_one(products, p)
    if p.recording:
        y = <Variable>OPERATORS.matmul(OPERATORS.transpose(rows_on_tape(products, 0, m)),
                                       rows_on_tape(products, 1, n))
    else:
        y = empty_of(2, shape)
        with nogil:
            matmul_strided(products.left, down, products.right, along, y.ptr, 0, NULL, m, rows, n)
    at = y.ptr
    products.rows = products.calls = 0
    products.recorded = None
    for weight in products.weights:
        w = <Variable>weight
        layout = contiguous_layout(w.layout.ndim, w.layout.shape)
        if not fits(layout, n, m):
            release(layout)
            m = -1
            break
        m -= layout.shape[0] if layout.ndim == 2 else 1
        if layout.ndim == 2 and len(products.weights) == 1:
            gw = y
            y = None
        else:
            gw = view_of(y, at, layout)
            at += layout.size
        release(layout)
        flow(w, gw, None, p)
    if m != 0:
        raise RuntimeError(f"Variable.backward: {describe(w)} was given other .data during the "
                           "backward pass")
    return 0


cdef Variable rows_on_tape(Products products, int side, Py_ssize_t width):
    """What has been collected on one side, put together from what a tape knows."""
    cdef const double* at = products.right if side else products.left
    cdef Py_ssize_t known = width if side else known_columns(products)
    cdef Py_ssize_t[2] ones = [products.rows, 1]
    cdef Variable part
    cdef list parts = []
    if products.recorded is None:
        refuse_on_tape(f"the gradient of {describe(<Variable>products.weights[0])}, which steps of "
                       "a recurrent layer share")
        products.recorded = [products.rows]
    for k, rows in enumerate(products.recorded):
        if known > 0:
            parts.append(part_on_tape(products, 2 * <int>k + side, at, rows, known, width))
        at += <Py_ssize_t>rows * width
    part = joined(parts) if parts else None
    if known == width:
        return part
    # What is left is a column of ones, by which a bias sums.
    return ones_of(2, ones) if part is None else OPERATORS.concat([part, ones_of(2, ones)], 1,
                                                                  "backward")


cdef Variable joined(list parts):
    """One under the other; no operation of a program has more operands than this."""
    cdef Py_ssize_t i
    while len(parts) > 1:
        parts = [OPERATORS.concat(parts[i:i + AT_ONCE], 0, "backward")
                 for i in range(0, len(parts), AT_ONCE)]
    return <Variable>parts[0]


cdef Py_ssize_t known_columns(Products products) noexcept:
    """How many of the left columns are not the bias's."""
    cdef Variable last = <Variable>products.weights[len(products.weights) - 1]
    return products.m - 1 if last.layout.ndim == 1 else products.m


cdef Variable part_on_tape(Products products, int number, const double* at, Py_ssize_t rows,
                           Py_ssize_t known, Py_ssize_t width):
    """A part, which a tape knows by its number: so many columns of rows that are `width` long."""
    cdef Py_ssize_t[2] shape = [rows, known]
    cdef Variable part = empty_of(2, shape)
    cdef Py_ssize_t r
    for r in range(rows):
        memcpy(part.ptr + r * known, at + r * width, known * sizeof(double))
    (<Tape>mode().tape).copied(products, number, part)
    return part


cdef Variable ones_of(int ndim, const Py_ssize_t* shape):
    cdef Variable y = empty_of(ndim, shape)
    cdef Py_ssize_t k
    for k in range(y.layout.size):
        y.ptr[k] = 1.0
    return y


cdef int settle_one(Products products, Pass* p) except -1:
    """The gradients of a single call, to the bit as if it had not been put off.

    It is put off where the weights are used elsewhere too, be it in another graph.
    """
    cdef Py_ssize_t rows = products.rows, m = products.m, n = products.n, i, k, r
    cdef Py_ssize_t[2] shape = [rows, n]
    cdef Variable whole = None
    cdef double* at = products.left
    cdef Layout* layout = contiguous_layout(2, shape)
    cdef Variable right = view_of(products.memory, products.right, layout), left, w
    release(layout)
    products.rows = products.calls = 0
    products.recorded = None
    if p.recording:
        (<Tape>mode().tape).copied(products, 1, right)
        k = known_columns(products)
        if k > 0:
            whole = part_on_tape(products, 0, at, rows, k, products.m)
    for i in range(len(products.weights)):
        w = <Variable>products.weights[i]
        k = w.layout.shape[0] if w.layout.ndim == 2 else 1
        if not fits(w.layout, n, m) or (i == len(products.weights) - 1 and k != m):
            raise RuntimeError(f"Variable.backward: {describe(w)} was given other .data during the "
                               "backward pass")
        m -= k
        if w.layout.ndim == 1:
            flow(w, <Variable>OPERATORS.sum(right, 0, False), None, p)
        else:
            if p.recording:
                left = columns_on_tape(whole, at - products.left, k)
            else:
                shape[1] = k
                left = empty_of(2, shape)
                for r in range(rows):
                    memcpy(left.ptr + r * k, at + r * products.m, k * sizeof(double))
            flow(w, <Variable>OPERATORS.matmul(OPERATORS.transpose(left), right), None, p)
        at += k
    return 0


cdef Variable columns_on_tape(Variable whole, Py_ssize_t first, Py_ssize_t count):
    """So many columns, contiguous."""
    cdef Py_ssize_t[2] shape = [whole.layout.shape[0], count]
    cdef Layout* layout
    cdef Variable columns
    if count == whole.layout.shape[1]:
        return whole
    layout = strided_layout(2, shape, whole.layout.strides)
    columns = view_of(whole, whole.ptr + first, layout)
    release(layout)
    return OPERATORS.copy(columns)


cdef inline bint fits(const Layout* layout, Py_ssize_t n, Py_ssize_t rows) noexcept:
    """Whether a weight, or a bias, of this layout is n wide and has no more than these rows."""
    if layout.ndim == 1:
        return layout.shape[0] == n and rows >= 1
    return layout.ndim == 2 and layout.shape[1] == n and layout.shape[0] <= rows


cdef int catch_up(Pass* p) except -1:
    """Settle all that was put off."""
    everything = <object>p.postponed
    Py_DECREF(everything)
    p.postponed = NULL
    for products in everything.values():
        settle(<Products>products, p)
    return 0
