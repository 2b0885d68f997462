"""Patterns: how what a stretch reads or sums lies beside its arrays, number by number.

Arrays of any shape are taken for matrices of rows: axes that are alike come together.
"""

from cygrad.core.layout cimport MAX_NDIM
from cygrad.functions.operation cimport broadcast_strides


cdef Pattern pattern_of(const Operand* operand, const Layout* layout, Py_ssize_t* row) noexcept:
    cdef Py_ssize_t strides[MAX_NDIM]
    cdef Py_ssize_t step = sizeof(double)
    cdef unsigned long long moving = 0
    cdef int d
    if not broadcast_strides(operand.layout, layout, strides):
        return OTHER
    for d in reversed(range(layout.ndim)):
        if layout.shape[d] == 1 or strides[d] == 0:
            continue
        if strides[d] != step:
            return OTHER
        step *= layout.shape[d]
        moving |= 1ULL << d
    return pattern_along(moving, layout, row)


cdef Pattern pattern_of_sum(const Layout* layout, unsigned long long axes,
                            Py_ssize_t* row) noexcept:
    cdef Pattern pattern = pattern_along(~axes, layout, row)
    if pattern == STILL:
        row[0] = layout.size
        return COLUMN
    return pattern if pattern != WHOLE else OTHER


cdef Pattern pattern_along(unsigned long long moving, const Layout* layout,
                           Py_ssize_t* row) noexcept:
    """Of what moves along these axes only: the last ones alike, and the others."""
    cdef Py_ssize_t length = 1
    cdef bint moves, inner = False, turned = False
    cdef int d
    for d in reversed(range(layout.ndim)):
        if layout.shape[d] == 1:
            continue
        moves = (moving >> d) & 1
        if length == 1:
            inner = moves
        turned |= moves != inner
        if turned and moves == inner:
            return OTHER
        if not turned:
            length *= layout.shape[d]
    if not turned:
        return WHOLE if inner else STILL
    row[0] = length
    return ROW if inner else COLUMN
