"""Sliding windows: cut out as columns and added back, their maxima and their means.

Sums run over the taps of a window in order, row by row, so that their bits depend on nothing else.
"""

from libc.math cimport INFINITY
from libc.string cimport memcpy, memset


cdef struct Reach:              # of one tap along one axis
    Py_ssize_t first            # the windows [first, stop) for which the tap is inside the array
    Py_ssize_t stop
    Py_ssize_t start            # where it is in window 0, inside the array or not


cdef inline Reach reach_of(Py_ssize_t tap, Py_ssize_t length, Py_ssize_t stride,
                           Py_ssize_t padding, Py_ssize_t dilation,
                           Py_ssize_t windows) noexcept nogil:
    cdef Reach r
    cdef Py_ssize_t room
    r.start = tap * dilation - padding
    r.first = 0 if r.start >= 0 else (-r.start + stride - 1) // stride
    room = length - r.start     # positions from window 0's to the end of the array
    r.stop = 0 if room <= 0 else (room - 1) // stride + 1
    r.stop = min(r.stop, windows)
    r.first = min(r.first, r.stop)
    return r


cdef inline void zero(double* x, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t k
    for k in range(n):
        x[k] = 0.0


# ---- Columns ----------------------------------------------------------------------------------

cdef void unfold_windows(const double* x, const Windows* at, Py_ssize_t first, Py_ssize_t stop,
                         double* columns) noexcept nogil:
    cdef Py_ssize_t plane = at.h * at.w, out_plane = at.oh * at.ow, c, i, j, k
    cdef Reach rows, cols
    for c in range(first, stop):
        for i in range(at.kh):
            rows = reach_of(i, at.h, at.sh, at.ph, at.dh, at.oh)
            for j in range(at.kw):
                cols = reach_of(j, at.w, at.sw, at.pw, at.dw, at.ow)
                for k in range(at.n):
                    unfold_plane(x + (k * at.c + c) * plane, at, &rows, &cols, columns)
                    columns += out_plane


cdef inline void unfold_plane(const double* plane, const Windows* at, const Reach* rows,
                              const Reach* cols, double* out) noexcept nogil:
    """What one tap sees of one plane of the array, in all windows."""
    cdef Py_ssize_t width = cols.stop - cols.first, row, k
    cdef const double* source
    cdef double* target
    if width == 0 or rows.stop == rows.first:
        memset(out, 0, at.oh * at.ow * sizeof(double))
        return
    memset(out, 0, rows.first * at.ow * sizeof(double))
    memset(out + rows.stop * at.ow, 0, (at.oh - rows.stop) * at.ow * sizeof(double))
    source = plane + (rows.start + rows.first * at.sh) * at.w + cols.start + cols.first * at.sw
    if at.sh == 1 and at.sw == 1 and at.ow == at.w:
        # The rows follow each other in both: one copy, and zeros where it ran past the ends.
        target = out + rows.first * at.ow + cols.first
        memcpy(target, source,
               ((rows.stop - rows.first - 1) * at.w + width) * sizeof(double))
        for row in range(rows.first, rows.stop):
            zero(out + row * at.ow, cols.first)
            zero(out + row * at.ow + cols.stop, at.ow - cols.stop)
        return
    for row in range(rows.first, rows.stop):
        target = out + row * at.ow
        zero(target, cols.first)
        if at.sw == 1:
            for k in range(width):
                target[cols.first + k] = source[k]
        else:
            for k in range(width):
                target[cols.first + k] = source[k * at.sw]
        zero(target + cols.stop, at.ow - cols.stop)
        source += at.sh * at.w


cdef void fold_windows(const double* columns, const Windows* at, Py_ssize_t first, Py_ssize_t stop,
                       double* x) noexcept nogil:
    cdef Py_ssize_t plane = at.h * at.w, out_plane = at.oh * at.ow, c, i, j, k
    cdef Reach rows, cols
    for c in range(first, stop):
        for i in range(at.kh):
            rows = reach_of(i, at.h, at.sh, at.ph, at.dh, at.oh)
            for j in range(at.kw):
                cols = reach_of(j, at.w, at.sw, at.pw, at.dw, at.ow)
                for k in range(at.n):
                    fold_plane(columns, at, &rows, &cols, x + (k * at.c + c) * plane)
                    columns += out_plane


cdef inline void fold_plane(const double* taps, const Windows* at, const Reach* rows,
                            const Reach* cols, double* plane) noexcept nogil:
    """The transpose of unfold_plane, added to the plane."""
    cdef Py_ssize_t width = cols.stop - cols.first, height = rows.stop - rows.first, k
    cdef double* target
    if width == 0 or height == 0:
        return
    if at.sh == 1 and at.sw == 1 and width == at.w and width == at.ow:
        width *= height             # the rows follow each other in both
        height = 1
    taps += rows.first * at.ow + cols.first
    target = plane + (rows.start + rows.first * at.sh) * at.w + cols.start + cols.first * at.sw
    for _ in range(height):
        if at.sw == 1:
            for k in range(width):
                target[k] += taps[k]
        else:
            for k in range(width):
                target[k * at.sw] += taps[k]
        taps += at.ow
        target += at.sh * at.w


# ---- Pooling ----------------------------------------------------------------------------------

cdef struct Window:             # the part of a window that is inside the array
    Py_ssize_t top, bottom, left, right


cdef inline Window window_at(const Windows* at, Py_ssize_t row, Py_ssize_t col) noexcept nogil:
    cdef Window v
    cdef Py_ssize_t top = row * at.sh - at.ph, left = col * at.sw - at.pw
    v.top = max(top, 0)
    v.bottom = min(top + at.kh, at.h)
    v.left = max(left, 0)
    v.right = min(left + at.kw, at.w)
    return v


cdef void max_windows(const double* x, const Windows* at, double* y,
                      Py_ssize_t* positions) noexcept nogil:
    cdef Py_ssize_t row, col, i, j, base = 0, best, k = 0
    cdef double value, greatest
    cdef Window v
    for _ in range(at.n * at.c):
        for row in range(at.oh):
            for col in range(at.ow):
                v = window_at(at, row, col)
                best = base + v.top * at.w + v.left
                greatest = -INFINITY
                for i in range(v.top, v.bottom):
                    for j in range(v.left, v.right):
                        value = x[base + i * at.w + j]
                        if value > greatest or value != value:
                            greatest = value
                            best = base + i * at.w + j
                y[k] = greatest
                positions[k] = best
                k += 1
        base += at.h * at.w


cdef void mean_windows(const double* x, const Windows* at, double* y) noexcept nogil:
    cdef Py_ssize_t row, col, i, j
    cdef double total, count = <double>at.kh * <double>at.kw
    cdef Window v
    for _ in range(at.n * at.c):
        for row in range(at.oh):
            for col in range(at.ow):
                v = window_at(at, row, col)
                total = 0.0
                for i in range(v.top, v.bottom):
                    for j in range(v.left, v.right):
                        total += x[i * at.w + j]
                y[0] = total / count
                y += 1
        x += at.h * at.w


cdef void spread_windows(const double* g, const Windows* at, double* x) noexcept nogil:
    cdef Py_ssize_t row, col, i, j
    cdef double share, count = <double>at.kh * <double>at.kw
    cdef Window v
    memset(x, 0, at.n * at.c * at.h * at.w * sizeof(double))
    for _ in range(at.n * at.c):
        for row in range(at.oh):
            for col in range(at.ow):
                v = window_at(at, row, col)
                share = g[0] / count
                for i in range(v.top, v.bottom):
                    for j in range(v.left, v.right):
                        x[i * at.w + j] += share
                g += 1
        x += at.h * at.w
