"""Reductions over any set of axes, by NumPy's binary inner loops; and running sums.

A loop whose output is its first input, with a stride of 0, reduces: NumPy's `add` then sums
pairwise. With a stride of 8 it adds a row to a row. Which of the two runs innermost is chosen by
the lengths of the axes.
"""

from libc.string cimport memcmp

from cygrad.kernels.limits cimport MAX_NDIM
from cygrad.kernels.numpy_loops cimport ADD, Loop, call

cdef enum:
    ROOM = 64                   # lanes of sums that are made at a time


# How a reduction goes: its axes, the innermost first.
cdef struct Way:
    int n
    Py_ssize_t lengths[MAX_NDIM]
    Py_ssize_t x_strides[MAX_NDIM]
    Py_ssize_t out_strides[MAX_NDIM]


cdef inline bint find_way(Way* w, int ndim, const Py_ssize_t* shape, const Py_ssize_t* strides,
                          unsigned long long axes, Py_ssize_t stride) noexcept nogil:
    """False if there is nothing to reduce. stride: from one number of `out` to the next."""
    cdef Py_ssize_t out_stride
    cdef int n = 0, d
    # The axes from the last to the first, merged where both arrays run on without a gap.
    for d in reversed(range(ndim)):
        out_stride = 0 if (axes >> d) & 1 else stride
        if not (axes >> d) & 1:
            stride *= shape[d]
        if shape[d] == 0:
            return False
        if shape[d] == 1:
            continue
        if (n > 0 and strides[d] == w.x_strides[n - 1] * w.lengths[n - 1]
                and out_stride == w.out_strides[n - 1] * w.lengths[n - 1]):
            w.lengths[n - 1] *= shape[d]
            continue
        w.lengths[n] = shape[d]
        w.x_strides[n] = strides[d]
        w.out_strides[n] = out_stride
        n += 1
    if n == 0:
        w.lengths[0] = 1
        w.x_strides[0] = w.out_strides[0] = 0
        n = 1
    # Axis 0 runs innermost; a short kept axis changes places with the next.
    if n > 1 and w.out_strides[0] != 0 and w.lengths[0] < SHORT and w.lengths[1] > w.lengths[0]:
        swap(&w.lengths[0], &w.lengths[1])
        swap(&w.x_strides[0], &w.x_strides[1])
        swap(&w.out_strides[0], &w.out_strides[1])
    w.n = n
    return True


cdef inline void swap(Py_ssize_t* a, Py_ssize_t* b) noexcept nogil:
    cdef Py_ssize_t c = a[0]
    a[0] = b[0]
    b[0] = c


cdef inline bint step_on(const Way* w, Py_ssize_t* counter, char** source,
                         char** target) noexcept nogil:
    """To the next run along the innermost axis; False at the end."""
    cdef int d = 1
    while d < w.n:
        counter[d] += 1
        source[0] += w.x_strides[d]
        target[0] += w.out_strides[d]
        if counter[d] < w.lengths[d]:
            return True
        source[0] -= w.x_strides[d] * w.lengths[d]
        target[0] -= w.out_strides[d] * w.lengths[d]
        counter[d] = 0
        d += 1
    return False


cdef void reduce_strided(Loop* loop, const double* x, int ndim, const Py_ssize_t* shape,
                         const Py_ssize_t* strides, unsigned long long axes,
                         double* out) noexcept nogil:
    cdef Way w
    cdef Py_ssize_t counter[MAX_NDIM]
    cdef Py_ssize_t steps[3]
    cdef char* args[3]
    cdef char* source = <char*>x
    cdef char* target = <char*>out
    cdef int d
    if not find_way(&w, ndim, shape, strides, axes, sizeof(double)):
        return
    for d in range(1, w.n):
        counter[d] = 0
    steps[0] = steps[2] = w.out_strides[0]
    steps[1] = w.x_strides[0]
    while True:
        args[0] = args[2] = target
        args[1] = source
        call(loop, args, w.lengths, steps)
        if not step_on(&w, counter, &source, &target):
            return


# ---- Many sums side by side ----------------------------------------------------------------------

cdef void sum_lanes(const double* x, int ndim, const Py_ssize_t* shape, const Py_ssize_t* strides,
                    unsigned long long axes, Py_ssize_t lanes, double* out) noexcept nogil:
    cdef Way w
    cdef Py_ssize_t counter[MAX_NDIM]
    cdef char* source = <char*>x
    cdef char* target = <char*>out
    cdef Py_ssize_t i, start
    cdef int d
    if not find_way(&w, ndim, shape, strides, axes, lanes * sizeof(double)):
        return
    for d in range(1, w.n):
        counter[d] = 0
    while True:
        if w.out_strides[0] == 0:
            start = 0
            while start < lanes:
                add_pairwise(<double*>source + start, w.lengths[0],
                             w.x_strides[0] // <Py_ssize_t>sizeof(double),
                             min(<Py_ssize_t>ROOM, lanes - start), <double*>target + start)
                start += ROOM
        else:
            for i in range(w.lengths[0]):
                add_row(<double*>(source + i * w.x_strides[0]), lanes,
                        <double*>(target + i * w.out_strides[0]))
        if not step_on(&w, counter, &source, &target):
            return


cdef inline void add_row(const double* x, Py_ssize_t lanes, double* y) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(lanes):
        y[i] += x[i]


cdef void add_pairwise(const double* x, Py_ssize_t n, Py_ssize_t step, Py_ssize_t lanes,
                       double* out) noexcept nogil:
    cdef double sums[ROOM]
    pairwise(x, n, step, lanes, sums)
    add_row(sums, lanes, out)


cdef void pairwise(const double* x, Py_ssize_t n, Py_ssize_t step, Py_ssize_t lanes,
                   double* sums) noexcept nogil:
    """The sums of n rows, in NumPy's order: one by one, eight by eight, or half and half."""
    cdef double parts[8][ROOM]
    cdef Py_ssize_t i, half
    cdef int k
    if n < 8:
        for i in range(lanes):
            sums[i] = -0.0
        for i in range(n):
            add_row(x + i * step, lanes, sums)
        return
    if n > 128:
        half = n // 2 - n // 2 % 8
        pairwise(x, half, step, lanes, sums)
        pairwise(x + half * step, n - half, step, lanes, parts[0])
        add_row(parts[0], lanes, sums)
        return
    for k in range(8):
        for i in range(lanes):
            parts[k][i] = x[k * step + i]
    i = 8
    while i < n - n % 8:
        for k in range(8):
            add_row(x + (i + k) * step, lanes, parts[k])
        i += 8
    for k in range(4):
        add_row(parts[2 * k + 1], lanes, parts[2 * k])
    add_row(parts[2], lanes, parts[0])
    add_row(parts[6], lanes, parts[4])
    add_row(parts[4], lanes, parts[0])
    for k in range(lanes):
        sums[k] = parts[0][k]
    for i in range(n - n % 8, n):
        add_row(x + i * step, lanes, sums)


cdef enum:
    TRIED = 1031            # numbers of a sum that is compared with NumPy's


cdef bint lanes_add_up(Py_ssize_t n) noexcept nogil:
    """Whether the bits are those of NumPy's sum of n numbers; all zeros are -0, too."""
    cdef double x[TRIED]
    cdef double zeros[TRIED]
    cdef double sums[4]
    cdef Py_ssize_t steps[3]
    cdef char* args[3]
    cdef Py_ssize_t i
    for i in range(n):
        x[i] = 1.0 / (i + 1.5)
        zeros[i] = -0.0
    sums[0] = sums[1] = sums[2] = sums[3] = -0.0
    steps[0] = steps[2] = 0
    steps[1] = sizeof(double)
    args[0] = args[2] = <char*>&sums[0]
    args[1] = <char*>x
    call(&ADD, args, &n, steps)
    args[0] = args[2] = <char*>&sums[1]
    args[1] = <char*>zeros
    call(&ADD, args, &n, steps)
    add_pairwise(x, n, 1, 1, &sums[2])
    add_pairwise(zeros, n, 1, 1, &sums[3])
    return memcmp(&sums[0], &sums[2], 2 * sizeof(double)) == 0


LANES_ADD_UP = (lanes_add_up(3) and lanes_add_up(7) and lanes_add_up(8) and lanes_add_up(20)
                and lanes_add_up(127) and lanes_add_up(129) and lanes_add_up(300)
                and lanes_add_up(TRIED))


cdef void running_sums(const double* x, Py_ssize_t outer, Py_ssize_t n, Py_ssize_t inner,
                       bint backwards, double* y) noexcept nogil:
    cdef Py_ssize_t step = -inner if backwards else inner
    cdef Py_ssize_t o, i, at
    if n == 0:
        return
    for o in range(outer):
        at = (o * n + (n - 1 if backwards else 0)) * inner
        for i in range(inner):
            y[at + i] = x[at + i]
        for _ in range(1, n):
            at += step
            for i in range(inner):
                y[at + i] = y[at - step + i] + x[at + i]
