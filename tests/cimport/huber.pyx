# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
from libc.math cimport fabs, fmax, fmin

from cygrad cimport Array, CFunction, ConstArray, Variable, apply_many

import cygrad.functions as F


cdef class Huber(CFunction):
    """d^2 / 2 where d = x - t is within delta of 0, else delta (|d| - delta / 2)"""
    cdef double delta

    def __init__(self, double delta):
        self.arity = 2
        self.delta = delta

    cdef int forward(self, const ConstArray* x, Array* y) except -1 nogil:
        cdef Py_ssize_t i
        cdef double d, near
        for i in range(y.size):
            d = fabs(x[0].data[i] - x[1].data[i])
            near = fmin(d, self.delta)
            y.data[i] = near * (d - near / 2)
        return 0

    cdef int backward(self, const ConstArray* x, const ConstArray* y, const ConstArray* gy,
                      Array* gx) except -1 nogil:
        cdef Py_ssize_t i
        cdef double d
        for i in range(y.size):
            d = x[0].data[i] - x[1].data[i]
            gx[0].data[i] = gy.data[i] * fmax(-self.delta, fmin(d, self.delta))
            gx[1].data[i] = -gx[0].data[i]
        return 0

    cdef Variable vjp(self, tuple x, Variable y, Variable gy, int i):
        g = gy * F.clip(x[0] - x[1], -self.delta, self.delta)
        return g if i == 0 else -g


cdef Huber HUBER = Huber(1.0)


def huber(x, t):
    return apply_many(HUBER, (x, t))
