"""Derivatives of the incomplete gamma and beta functions: arrays in, arrays out.

What is computed, and how, stands in incomplete.h, incomplete_gamma.h and incomplete_beta.h. All
instruction sets give the same bits; that of the elementwise kernels is taken.
"""

from cpython.exc cimport PyErr_CheckSignals

from cygrad.kernels.elementwise import isa

import numpy as np

cdef extern from "incomplete.h" nogil:
    ctypedef void (*cg_gamma_derivative)(int kind, const double* a, const double* x, double* out,
                                         Py_ssize_t n)
    ctypedef void (*cg_beta_derivative)(int kind, const double* a, const double* b,
                                        const double* x, const double* y, double* out,
                                        Py_ssize_t n)
    cg_gamma_derivative cg_gamma_derivatives(int isa)
    cg_beta_derivative cg_beta_derivatives(int isa)
    cg_gamma_derivative cg_student_derivatives(int isa)

cdef enum:
    BLOCK = 1 << 10             # elements, after which a signal is looked for: some 20 ms at most

# In the order of the enums of incomplete.h.
cdef tuple ISAS = ("baseline", "avx2", "avx512")
cdef tuple GAMMA = ("density", "density_x", "density_a", "log_a", "a", "aa", "slope_a", "slope_aa")
cdef tuple BETA = ("density", "density_x", "density_a", "density_b", "log_a", "log_b", "a", "b",
                   "aa", "ab", "bb", "slope_a", "slope_b", "slope_aa", "slope_ab", "slope_bb")
cdef tuple STUDENT = ("log_df", "df", "slope_df")


def gamma_derivative(str kind, a, x):
    """A derivative of gammainc(a, x), elementwise, as an array of the broadcast shape."""
    return of_two(cg_gamma_derivatives(ISAS.index(isa())), GAMMA.index(kind), a, x)


def student_derivative(str kind, df, x):
    """A derivative of Student's distribution function, elementwise."""
    return of_two(cg_student_derivatives(ISAS.index(isa())), STUDENT.index(kind), df, x)


cdef object of_two(cg_gamma_derivative f, int number, object a, object x):
    shape, (av, xv) = rows(a, x)
    out = np.empty(shape)
    cdef const double[::1] a_row = av, x_row = xv
    cdef double[::1] out_row = out.reshape(-1)
    cdef Py_ssize_t i, n = out_row.shape[0]
    for i in range(0, n, BLOCK):
        with nogil:
            f(number, &a_row[i], &x_row[i], &out_row[i], min(BLOCK, n - i))
        PyErr_CheckSignals()
    return out


def beta_derivative(str kind, a, b, x, y):
    """A derivative of betainc(a, b, x), elementwise, as an array of the broadcast shape.

    y is 1 - x. The smaller of the two counts, as only it has all its digits.
    """
    cdef int number = BETA.index(kind)
    cdef cg_beta_derivative f = cg_beta_derivatives(ISAS.index(isa()))
    shape, (av, bv, xv, yv) = rows(a, b, x, y)
    out = np.empty(shape)
    cdef const double[::1] a_row = av, b_row = bv, x_row = xv, y_row = yv
    cdef double[::1] out_row = out.reshape(-1)
    cdef Py_ssize_t i, n = out_row.shape[0]
    for i in range(0, n, BLOCK):
        with nogil:
            f(number, &a_row[i], &b_row[i], &x_row[i], &y_row[i], &out_row[i], min(BLOCK, n - i))
        PyErr_CheckSignals()
    return out


def rows(*arrays):
    """The broadcast shape, and the arrays of this shape in a row."""
    full = np.broadcast_arrays(*arrays)
    return full[0].shape, [np.ascontiguousarray(v, np.float64).reshape(-1) for v in full]
