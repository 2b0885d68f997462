# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Operations and functions that try every part of the C interface; test_cimport.py calls them."""

from cygrad cimport (
    Array, CFunction, ConstArray, Function, Variable, apply, apply_many, data_of, grad_of, size_of,
    wrap,
)

import cygrad.functions as F

cdef extern from "Python.h":
    int PyGILState_Check() nogil


cdef class Blend(CFunction):
    """x0 x1 + x2, elementwise; it writes every gradient, wanted or not."""

    def __init__(self):
        self.arity = 3

    cdef int forward(self, const ConstArray* x, Array* y) except -1 nogil:
        cdef Py_ssize_t i
        for i in range(y.size):
            y.data[i] = x[0].data[i] * x[1].data[i] + x[2].data[i]
        return 0

    cdef int backward(self, const ConstArray* x, const ConstArray* y, const ConstArray* gy,
                      Array* gx) except -1 nogil:
        cdef Py_ssize_t i
        for i in range(y.size):
            gx[0].data[i] = gy.data[i] * x[1].data[i]
            gx[1].data[i] = gy.data[i] * x[0].data[i]
            gx[2].data[i] = gy.data[i]
        return 0

    cdef Variable vjp(self, tuple x, Variable y, Variable gy, int i):
        return gy if i == 2 else gy * x[1 - i]


cdef class RowDots(CFunction):
    """The dot products of the rows of two matrices; it computes the gradients that are wanted."""

    def __init__(self):
        self.arity = 2
        self.elementwise = False

    cdef int output_shape(self, const ConstArray* x, Py_ssize_t* shape) except -1 nogil:
        if (x[0].ndim != 2 or x[1].ndim != 2 or x[0].shape[0] != x[1].shape[0]
                or x[0].shape[1] != x[1].shape[1]):
            with gil:
                raise ValueError("RowDots: takes two matrices of one shape")
        shape[0] = x[0].shape[0]
        return 1

    cdef int forward(self, const ConstArray* x, Array* y) except -1 nogil:
        cdef Py_ssize_t i, j, n = x[0].shape[1]
        for i in range(y.size):
            y.data[i] = 0
            for j in range(n):
                y.data[i] += x[0].data[i * n + j] * x[1].data[i * n + j]
        return 0

    cdef int backward(self, const ConstArray* x, const ConstArray* y, const ConstArray* gy,
                      Array* gx) except -1 nogil:
        cdef Py_ssize_t i, j, n = x[0].shape[1]
        cdef int k
        for k in range(2):
            if gx[k].wanted:
                for i in range(gy.size):
                    for j in range(n):
                        gx[k].data[i * n + j] = gy.data[i] * x[1 - k].data[i * n + j]
        return 0

    cdef Variable vjp(self, tuple x, Variable y, Variable gy, int i):
        return F.unsqueeze(gy, 1) * x[1 - i]


cdef class Offered(CFunction):
    """What is offered to be written: y is its own flag, gx[i] 2 if wanted and 1 if not."""

    def __init__(self):
        self.arity = 2

    cdef int forward(self, const ConstArray* x, Array* y) except -1 nogil:
        y.data[0] = y.wanted
        return 0

    cdef int backward(self, const ConstArray* x, const ConstArray* y, const ConstArray* gy,
                      Array* gx) except -1 nogil:
        # The second one tells of both: gx[0] may be thrown away.
        gx[0].data[0] = 1 + gx[0].wanted
        gx[1].data[0] = 10 * gx[0].data[0] + 1 + gx[1].wanted
        return 0


cdef class SumOfSquares(CFunction):
    """One input of any shape; its gradient comes from vjp alone."""

    def __init__(self):
        self.elementwise = False

    cdef int output_shape(self, const ConstArray* x, Py_ssize_t* shape) except -1 nogil:
        return 0

    cdef int forward(self, const ConstArray* x, Array* y) except -1 nogil:
        cdef Py_ssize_t i
        y.data[0] = 0
        for i in range(x.size):
            y.data[0] += x.data[i] * x.data[i]
        return 0

    cdef Variable vjp(self, tuple x, Variable y, Variable gy, int i):
        return 2 * gy * x[0]


cdef class Axes(CFunction):
    """Its output_shape claims a number of axes, and writes the 32 that there may be."""
    cdef int ndim

    def __init__(self, int ndim):
        self.elementwise = False
        self.ndim = ndim

    cdef int output_shape(self, const ConstArray* x, Py_ssize_t* shape) except -1 nogil:
        cdef int d
        for d in range(32):
            shape[d] = 1
        return self.ndim

    cdef int forward(self, const ConstArray* x, Array* y) except -1 nogil:
        y.data[0] = x.data[0]
        return 0


cdef class Locked(CFunction):
    """1 where it was computed with the GIL held, 0 without."""

    def __init__(self, bint long_running):
        self.long_running = long_running

    cdef int forward(self, const ConstArray* x, Array* y) except -1 nogil:
        cdef Py_ssize_t i
        for i in range(y.size):
            y.data[i] = PyGILState_Check()
        return 0


cdef class Root(CFunction):
    """sqrt of what is not negative; it has no vjp."""

    cdef int forward(self, const ConstArray* x, Array* y) except -1 nogil:
        cdef Py_ssize_t i
        for i in range(y.size):
            if x.data[i] < 0:
                with gil:
                    raise ValueError("Root: a negative number")
            y.data[i] = x.data[i] ** 0.5
        return 0

    cdef int backward(self, const ConstArray* x, const ConstArray* y, const ConstArray* gy,
                      Array* gx) except -1 nogil:
        cdef Py_ssize_t i
        for i in range(y.size):
            gx.data[i] = gy.data[i] / (2 * y.data[i])
        return 0


cdef class Crooked(CFunction):
    """x^2, whose backward is wrong and whose vjp is right."""

    cdef int forward(self, const ConstArray* x, Array* y) except -1 nogil:
        cdef Py_ssize_t i
        for i in range(y.size):
            y.data[i] = x.data[i] * x.data[i]
        return 0

    cdef int backward(self, const ConstArray* x, const ConstArray* y, const ConstArray* gy,
                      Array* gx) except -1 nogil:
        cdef Py_ssize_t i
        for i in range(y.size):
            gx.data[i] = gy.data[i] * x.data[i]
        return 0

    cdef Variable vjp(self, tuple x, Variable y, Variable gy, int i):
        return 2 * gy * x[0]


cdef class Nothing(CFunction):
    """An operation without methods."""


cdef class Crowd(CFunction):
    def __init__(self, int arity):
        self.arity = arity


blend, row_dots, sum_of_squares = Blend(), RowDots(), SumOfSquares()
locked, unlocked, root, nothing, crowd = Locked(False), Locked(True), Root(), Nothing(), Crowd
offered, crooked, axes = Offered(), Crooked(), Axes


def total(Variable x not None):
    """The sum of x's numbers, by a typed memoryview of them."""
    cdef double[::1] numbers = x
    cdef double s = 0
    cdef Py_ssize_t i
    for i in range(numbers.shape[0]):
        s += numbers[i]
    return s


def double_gradient(Variable x not None):
    """Double x.grad in place, by a typed memoryview of it."""
    cdef double[::1] g = grad_of(x)
    cdef Py_ssize_t i
    for i in range(g.shape[0]):
        g[i] *= 2


def around(double[:, ::1] numbers):
    """Variables around the memory of a memoryview, by both ways."""
    return Variable(numbers), wrap(&numbers[0, 0], 2, numbers.shape, numbers)


def first(x):
    return data_of(x)[0]


def size(x):
    return size_of(x)


def gradient(x):
    return grad_of(x)


def wrapped(int ndim):
    cdef Py_ssize_t n = 3
    return wrap(NULL, ndim, &n, None)


def applied(CFunction f, x):
    return apply(f, x)


def many_applied(CFunction f, xs):
    return apply_many(f, xs)


def creator(Variable x not None):
    cdef Function f = x.creator
    return f
