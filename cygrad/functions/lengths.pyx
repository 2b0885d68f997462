"""The p-norm of vectors, without overflow and underflow on the way, and the vectors of length 1.

y = (sum_k |x_k|^p / n)^(1/p), where n is 1 but for std, and u = x / y, which is 0 where y is. Then
dy/dx_k = s_k / n with s = sign(u) |u|^(p-1), and du_j/dx_k = (delta_jk - u_j s_k / n) / y, which is
nan where y is 0: the norm has no second derivative there.

Sums of powers that leave the range are formed again, from x times a power of 2 for each such
vector.
"""

from libc.math cimport INFINITY, NAN, fabs, frexp, ldexp, sqrt

from cygrad.core.arrays cimport array_of, constant
from cygrad.core.function cimport Function, MADE_OF, Op, connect
from cygrad.core.mode cimport mode
from cygrad.core.routine cimport Emission
from cygrad.core.routines cimport name_routine
from cygrad.core.variable cimport Variable, detached, filled_like, scalar
from cygrad.functions.arithmetic cimport (
    absolute, divide, divide_by, multiply, scale, sign_of, subtract,
)
from cygrad.functions.axes cimport reduced_axes
from cygrad.functions.broadcasting cimport emit_reduction, reshaped, spread, sum_over
from cygrad.functions.comparison cimport differs, equals
from cygrad.functions.operation cimport keeps_axes, operation
from cygrad.functions.powers cimport power, square_root, squared
from cygrad.functions.selection cimport choose, select

import numpy as np

cdef enum:
    MOST = 1021                 # of an exponent: 2 to it and its reciprocal are normal numbers

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
    """scales_needed; on a tape, where there will be other numbers, an operation, and never None."""
    if mode().tape is NULL:
        return scales_needed(x, sums, p, axes)
    return scales_of(x, sums, p, axes)


cdef Variable scales_of(Variable x, Variable sums, double p, unsigned long long axes):
    cdef Variable scales = scales_needed(x, sums, p, axes)
    cdef Function f
    if scales is None:
        scales = filled_like(sums, 1.0)
        scales = reshaped(scales, [1 if (axes >> d) & 1 else x.layout.shape[d]
                                   for d in range(x.layout.ndim)])
    f = connect(&SCALES, scales, x, sums)
    if f is not None:
        f.saved = axes
        f.c[0] = p
    return scales


cdef Variable scales_needed(Variable x, Variable sums, double p, unsigned long long axes):
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
    return constant(np.ldexp(1.0, np.clip(-exponents, -MOST, MOST)), "norm")

cdef Op SCALES = operation(b"Scales", NULL)

cdef object again_scales(Function f, tuple xs):
    return scales_of(<Variable>xs[0], <Variable>xs[1], f.c[0], f.saved)

SCALES.again = again_scales

cdef void run_scales(double** at, const Py_ssize_t* n, const double* c) noexcept nogil:
    """at: x, the sums; the scales. n: emit_reduction's."""
    cdef Py_ssize_t size = n[0] * n[3], k
    cdef int exponent
    cdef double* scales = at[2]
    cdef bint lost = False
    for k in range(n[0]):
        scales[k] = 1.0
        lost = lost or not SMALL <= at[1][k] < INFINITY
    if not lost or size == 0:
        return
    for k in range(n[0]):
        scales[k] = -INFINITY if c[0] > 0.0 else INFINITY
    for k in range(size):
        keep_extreme(scales + result_of(k, n), fabs(at[0][k]), c[0] > 0.0)
    for k in range(n[0]):
        exponent = 0
        if (at[1][k] < SMALL or at[1][k] == INFINITY) and 0.0 < scales[k] < INFINITY:
            frexp(scales[k], &exponent)
        scales[k] = ldexp(1.0, min(max(-exponent, -MOST), MOST))


cdef inline void keep_extreme(double* extreme, double x, bint greatest) noexcept nogil:
    """The greater or the lesser of both; nan if one is nan."""
    if x != x or (x > extreme[0] if greatest else x < extreme[0]):
        extreme[0] = x


cdef inline Py_ssize_t result_of(Py_ssize_t k, const Py_ssize_t* n) noexcept nogil:
    """Which result the k-th number of what is reduced takes part in."""
    cdef Py_ssize_t result = 0, results = 1, d
    for d in range(n[1] - 1, -1, -1):
        if not (n[2] >> d) & 1:
            result += k % n[4 + d] * results
            results *= n[4 + d]
        k //= n[4 + d]
    return result

cdef int emit_scales(Function f, int i, Emission* e) except -1:
    emit_reduction(f, e, run_scales, f.c[0])
    return 0

SCALES.emit = emit_scales
name_routine("scales", run_scales)


cdef Variable plain_length(Variable x, double p, unsigned long long axes, bint keepdims, double n):
    cdef bint kept = keepdims or mode().tape is not NULL    # for a program, as in plain_unit
    cdef Variable sums = sum_of_powers(x, p, axes, kept)
    cdef Variable scales = scales_for(x, sums, p, axes), y
    if scales is None:
        return root(sums, p, n)
    sums = sum_of_powers(multiply(x, scales), p, axes, kept)
    y = divide(root(sums, p, n), scales if kept else reshaped(scales, sums.shape))
    if kept == keepdims:
        return y
    return reshaped(y, [x.layout.shape[d] for d in range(x.layout.ndim) if not (axes >> d) & 1])


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
UNIT.instruction = MADE_OF


cdef Variable unit_vector(Variable x, double p, unsigned long long axes, double n,
                          Variable length):
    cdef Variable plain = detached(x), u
    cdef Function f
    if length is not None and mode().tape is NULL and is_usual(length):
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
SIGNED_POWER.instruction = MADE_OF


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
NORM.instruction = MADE_OF


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
