# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
from libc.math cimport exp, fabs, log1p

from cygrad cimport Array, CFunction, ConstArray, Variable, apply, as_variable

import cygrad.functions as F


cdef class Softplus(CFunction):
    """log(1 + exp(beta x)) / beta"""
    cdef double beta

    def __init__(self, double beta):
        self.beta = beta

    cdef int forward(self, const ConstArray* x, Array* y) except -1 nogil:
        cdef Py_ssize_t i
        cdef double t
        for i in range(y.size):
            t = self.beta * x[0].data[i]
            y.data[i] = ((t if t > 0 else 0) + log1p(exp(-fabs(t)))) / self.beta
        return 0

    cdef int backward(self, const ConstArray* x, const ConstArray* y, const ConstArray* gy,
                      Array* gx) except -1 nogil:
        cdef Py_ssize_t i
        for i in range(y.size):
            gx[0].data[i] = gy.data[i] / (1 + exp(-self.beta * x[0].data[i]))
        return 0

    cdef Variable vjp(self, tuple x, Variable y, Variable gy, int i):
        return gy * F.sigmoid(self.beta * x[0])     # in functions that have derivatives


cdef Softplus SOFTPLUS = Softplus(1.0)


def softplus(x):
    return apply(SOFTPLUS, as_variable(x, "softplus"))
