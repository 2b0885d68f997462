"""The p-norm of vectors, without overflow and underflow on the way, and the vectors of length 1.

y = (sum_k |x_k|^p / n)^(1/p), where n is 1 but for std, and u = x / y, which is 0 where y is. Then
dy/dx_k = s_k / n with s = sign(u) |u|^(p-1), and du_j/dx_k = (delta_jk - u_j s_k / n) / y, which is
nan where y is 0: the norm has no second derivative there.

Sums of powers that leave the range are formed again, from x times a power of 2 for each such
vector.
"""

from libc.math cimport INFINITY, NAN, sqrt

from cygrad.core.arrays cimport array_of, constant
from cygrad.core.function cimport Function, Op, connect
from cygrad.core.variable cimport Variable, detached, filled_like, scalar
from cygrad.functions.arithmetic cimport (
    absolute, divide, divide_by, multiply, scale, sign_of, subtract,
)
from cygrad.functions.axes cimport reduced_axes
from cygrad.functions.broadcasting cimport reshaped, spread, sum_over
from cygrad.functions.comparison cimport differs, equals
from cygrad.functions.operation cimport keeps_axes, operation
from cygrad.functions.powers cimport power, square_root, squared
from cygrad.functions.selection cimport choose, select

import numpy as np


cdef double SMALL = 2.0**-700       # squares that are lost beside such a sum do not count
cdef double LEAST = 2.0**-1000


# ---- The numbers ------------------------------------------------------------------------------

cdef Variable sum_of_powers(Variable x, double p, unsigned long long axes, bint keepdims):
    if p == 2.0:
        return sum_over(squared(x), axes, keepdims)
    return sum_over(power(absolute(x), p), axes, keepdims)


cdef Variable root(Variable sums, double p, double n):
    if n != 1.0:
        sums = divide_by(sums, n)
    return square_root(sums) if p == 2.0 else power(sums, 1.0 / p)


cdef Variable scales_for(Variable x, Variable sums, double p, unsigned long long axes):
    """For each vector whose sum has lost digits a power of 2 that brings it near 1; or None.

    The sums, of kept axes or not, are the caller's own.
    """
    cdef Py_ssize_t k
    cdef bint lost = False
    for k in range(sums.layout.size):
        if not SMALL <= sums.ptr[k] < INFINITY:
            lost = True
    if not lost or x.layout.size == 0:
        return None
    reduced = tuple([d for d in range(x.layout.ndim) if (axes >> d) & 1])
    sizes = np.abs(array_of(x))
    extreme = sizes.max(reduced, keepdims=True) if p > 0 else sizes.min(reduced, keepdims=True)
    given = array_of(sums).reshape(extreme.shape)
    given = (given < SMALL) | (given == INFINITY)
    exponents = np.frexp(np.where(given & (extreme > 0) & (extreme < INFINITY), extreme, 0.5))[1]
    if not exponents.any():
        return None
    return constant(np.ldexp(1.0, np.clip(-exponents, -1021, 1021)), "norm")


cdef Variable plain_length(Variable x, double p, unsigned long long axes, bint keepdims, double n):
    cdef Variable sums = sum_of_powers(x, p, axes, keepdims)
    cdef Variable scales = scales_for(x, sums, p, axes)
    if scales is None:
        return root(sums, p, n)
    sums = sum_of_powers(multiply(x, scales), p, axes, keepdims)
    return divide(root(sums, p, n), scales if keepdims else reshaped(scales, sums.shape))


cdef Variable plain_unit(Variable x, double p, unsigned long long axes, double n):
    """x / y without a graph, also where y itself overflows."""
    cdef Variable sums = sum_of_powers(x, p, axes, True)
    cdef Variable scales = scales_for(x, sums, p, axes)
    if scales is not None:
        x = multiply(x, scales)
        sums = sum_of_powers(x, p, axes, True)
    return over(x, root(sums, p, n))


cdef Variable over(Variable x, Variable length):
    """x / length, 0 where the length is 0"""
    return divide(x, choose(equals(length, 0.0), scalar(INFINITY), length))


cdef bint is_usual(Variable length) noexcept:
    """Whether x / length has its digits."""
    cdef Py_ssize_t k
    if not length.layout.contiguous:
        return False
    for k in range(length.layout.size):
        if not (LEAST <= length.ptr[k] < INFINITY or length.ptr[k] == 0.0):
            return False
    return True


# ---- u = x / y --------------------------------------------------------------------------------

cdef Variable vjp_unit(Function f, Variable gu, int i):
    cdef Variable x = f.x0, u, y, along
    cdef unsigned long long axes = f.saved
    cdef double p = f.c[0], n = f.c[1]
    u = <Variable>f.out if f.out is not NULL else unit_vector(x, p, axes, n, None)
    y = power_norm(x, p, axes, True)
    along = sum_over(multiply(gu, u), axes, True)
    if n != 1.0:                # of std, whose p is 2
        y = divide_by(y, sqrt(n))
        along = divide_by(along, n)
    return divide(subtract(gu, multiply(slope_at(u, p), along)),
                  choose(equals(y, 0.0), scalar(NAN), y))

cdef Op UNIT = operation(b"Unit", vjp_unit)

cdef object again_unit(Function f, tuple xs):
    return unit_vector(<Variable>xs[0], f.c[0], f.saved, f.c[1], None)

UNIT.again = again_unit


cdef Variable unit_vector(Variable x, double p, unsigned long long axes, double n,
                          Variable length):
    cdef Variable plain = detached(x), u
    cdef Function f
    if length is not None and is_usual(length):
        shape = [1 if (axes >> d) & 1 else x.layout.shape[d] for d in range(x.layout.ndim)]
        u = over(plain, reshaped(detached(length), shape))
    else:
        u = plain_unit(plain, p, axes, n)
    f = connect(&UNIT, u, x, None)
    if f is not None:
        f.saved = axes
        f.c[0] = p
        f.c[1] = n
    return u


# ---- s = sign(u) |u|^q, 0 where u is 0; ds/du = q |u|^(q-1) --------------------------------------

cdef Variable vjp_signed_power(Function f, Variable gy, int i):
    cdef double q = f.c[0]
    return multiply(gy, scale(power(absolute(f.x0), q - 1.0), q))

cdef Op SIGNED_POWER = operation(b"SignedPower", vjp_signed_power)

cdef object again_signed_power(Function f, tuple xs):
    return slope_at(<Variable>xs[0], f.c[0] + 1.0)

SIGNED_POWER.again = again_signed_power


cdef Variable slope_at(Variable u, double p):
    """The slope of the p-norm at the unit vector u: sign(u) |u|^(p-1)."""
    cdef Variable plain, s
    cdef Function f
    if p == 2.0:
        return u
    plain = detached(u)
    s = multiply(sign_of(plain), power(absolute(plain), p - 1.0))
    s = select(differs(plain, 0.0), s)
    f = connect(&SIGNED_POWER, s, u, None)
    if f is not None:
        f.c[0] = p - 1.0
    return s


# ---- y = |x| ----------------------------------------------------------------------------------

cdef Variable vjp_norm(Function f, Variable gy, int i):
    cdef Variable x = f.x0
    cdef unsigned long long axes = f.saved
    cdef double p = f.c[0]
    cdef Variable length = <Variable>f.out if f.out is not NULL else None
    if p == 0.0:
        return filled_like(x, 0.0)
    return multiply(spread(gy, x, axes), slope_at(unit_vector(x, p, axes, 1.0, length), p))

cdef Op NORM = operation(b"Norm", vjp_norm)

cdef object again_norm(Function f, tuple xs):
    return power_norm(<Variable>xs[0], f.c[0], f.saved, keeps_axes(f))

NORM.again = again_norm


cdef Variable power_norm(Variable x, double p, unsigned long long axes, bint keepdims):
    cdef Variable plain = detached(x), y
    cdef Function f
    if p == 0.0:
        y = sum_over(differs(plain, 0.0), axes, keepdims)
    else:
        y = plain_length(plain, p, axes, keepdims, 1.0)
    f = connect(&NORM, y, x, None)
    if f is not None:
        f.saved = axes
        f.c[0] = p
    return y


cpdef Variable euclidean(Variable x, object axis, bint keepdims):
    """The root of the sum of the squares over axes."""
    return power_norm(x, 2.0, reduced_axes(axis, x, "norm"), keepdims)
