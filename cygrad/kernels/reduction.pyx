"""Reductions over any set of axes, by NumPy's binary inner loops; and running sums.

A loop whose output is its first input, with a stride of 0, reduces: NumPy's `add` then sums
pairwise. With a stride of 8 it adds a row to a row. Which of the two runs innermost is chosen by
the lengths of the axes.
"""

from cygrad.kernels.limits cimport MAX_NDIM
from cygrad.kernels.numpy_loops cimport Loop, call

cdef void reduce_strided(Loop* loop, const double* x, int ndim, const Py_ssize_t* shape,
                         const Py_ssize_t* strides, unsigned long long axes,
                         double* out) noexcept nogil:
    cdef Py_ssize_t lengths[MAX_NDIM]
    cdef Py_ssize_t x_strides[MAX_NDIM]
    cdef Py_ssize_t out_strides[MAX_NDIM]
    cdef Py_ssize_t counter[MAX_NDIM]
    cdef Py_ssize_t steps[3]
    cdef Py_ssize_t stride = sizeof(double), swap, out_stride
    cdef char* args[3]
    cdef char* source = <char*>x
    cdef char* target = <char*>out
    cdef int n = 0, d, last
    # The axes from the last to the first, merged where both arrays run on without a gap.
    for d in reversed(range(ndim)):
        out_stride = 0 if (axes >> d) & 1 else stride
        if not (axes >> d) & 1:
            stride *= shape[d]
        if shape[d] == 0:
            return
        if shape[d] == 1:
            continue
        if (n > 0 and strides[d] == x_strides[n - 1] * lengths[n - 1]
                and out_stride == out_strides[n - 1] * lengths[n - 1]):
            lengths[n - 1] *= shape[d]
            continue
        lengths[n] = shape[d]
        x_strides[n] = strides[d]
        out_strides[n] = out_stride
        counter[n] = 0
        n += 1
    if n == 0:
        lengths[0] = 1
        x_strides[0] = out_strides[0] = 0
        n = 1
    # Axis 0 runs innermost; a short kept axis changes places with the next.
    if n > 1 and out_strides[0] != 0 and lengths[0] < SHORT and lengths[1] > lengths[0]:
        swap = lengths[0]
        lengths[0] = lengths[1]
        lengths[1] = swap
        swap = x_strides[0]
        x_strides[0] = x_strides[1]
        x_strides[1] = swap
        swap = out_strides[0]
        out_strides[0] = out_strides[1]
        out_strides[1] = swap
    steps[0] = out_strides[0]
    steps[1] = x_strides[0]
    steps[2] = out_strides[0]
    last = n - 1
    while True:
        args[0] = target
        args[1] = source
        args[2] = target
        call(loop, args, lengths, steps)
        d = 1
        while d <= last:
            counter[d] += 1
            source += x_strides[d]
            target += out_strides[d]
            if counter[d] < lengths[d]:
                break
            source -= x_strides[d] * lengths[d]
            target -= out_strides[d] * lengths[d]
            counter[d] = 0
            d += 1
        if d > last:
            return


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
