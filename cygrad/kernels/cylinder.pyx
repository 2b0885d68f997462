"""Sums of positive terms for Bessel functions and their derivatives: no digits cancel in them.

With u = 1 - cos t, exp(-x) I_n(x) is the mean of sin(t)^(2n) exp(-x u) over half a circle, times
x^n / (2n - 1)!!; with u = sqrt(x (cosh t - 1)), exp(x) K_n(x) is the integral of
2 exp(-u^2) T_n(1 + u^2/x) / sqrt(u^2 + 2x), T_n Chebyshev's polynomial. The trapezoidal rule
converges exponentially for both: 29 nodes are enough for I where x is below ARC_END, 73 for K
where it is above 0.4. Derivatives bring down powers of u, which are positive again.

Beyond, the asymptotic series in 1/x (Abramowitz and Stegun 9.2, 9.7), summed from their small ends.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport INFINITY, NAN, copysign, fabs, sqrt

from cygrad.kernels.elementwise cimport KERNELS, kernel_named

import numpy as np

cdef extern from "cylinder_nodes.h" nogil:
    enum:
        CG_ARC, CG_GAUSS
    const double* cg_arc
    const double* cg_arc_sine
    const double* cg_gauss

cdef enum:
    BLOCK = 128
    MANY = 1 << 15              # elements, after which a signal is looked for: some 10 ms
    ARC_END = 25
    TERMS = 64
    MOST = 64                   # orders of K in a recurrence

cdef int EXP = kernel_named("EXP")
cdef int LOG = kernel_named("LOG")
cdef double GAUSS_START = 0.4
cdef double ROOT_HALF_OVER_PI = 0.3989422804014327
cdef double LOG_TWO_LESS_GAMMA = 0.1159315156584124


cdef void arc_block(const double* x, double* out, Py_ssize_t n, const double* weights,
                    const double* polynomial, int degree) noexcept nogil:
    """sum of weights polynomial(x u) exp(-x u) over the arc's nodes u."""
    cdef double v[BLOCK]
    cdef double e[BLOCK]
    cdef const double* inputs[1]
    cdef double q, w
    cdef Py_ssize_t i
    cdef int k, j
    inputs[0] = e
    for i in range(n):
        out[i] = 0.0
    # From the small terms on: exp(-x u) is largest at the arc's beginning.
    for k in range(CG_ARC - 1, -1, -1):
        w = weights[k] * polynomial[0] if degree == 0 else weights[k]
        if w == 0.0:
            continue
        for i in range(n):
            v[i] = x[i] * cg_arc[k]
            e[i] = -v[i]
        KERNELS[EXP](inputs, e, n, NULL)
        if degree == 0:
            for i in range(n):
                out[i] += w * e[i]
        else:
            for i in range(n):
                q = polynomial[degree]
                for j in range(degree - 1, -1, -1):
                    q = q * v[i] + polynomial[j]
                out[i] += w * (q * e[i])


def arc_values(const double[::1] x, int n, int m, bint scaled, const double[::1] weights,
               const double[::1] polynomial):
    """The m-th derivative of exp(-|x|) I_n(x), for a whole n from 0 to 8; or I_n(x), for m = 0.

    `weights` (a number a node) and `polynomial` (its constant first) are those of cylinder._arc.
    """
    cdef Py_ssize_t i = 0, count = x.shape[0]
    cdef double factor = 1.0, at_0 = 0.0
    cdef int k, degree = <int>polynomial.shape[0] - 1
    if weights.shape[0] != CG_ARC or degree < 0:
        raise ValueError("arc_values: a weight for each node, and at least a constant")
    for k in range(1, m + 1):
        factor *= 0.5 - k
    # At 0 it is x^n (1 - |x| ...) / (2^n n!): from order n + 1 on there is a step.
    if m == n:
        at_0 = 0.5 ** n
    elif m > n + 1:
        at_0 = NAN
    result = np.empty(count)
    cdef double[::1] out = result
    with nogil:
        while i < count:
            if i % MANY == 0:
                with gil:
                    PyErr_CheckSignals()
            arc_ends(&x[i], &out[i], min(BLOCK, count - i), n, m, scaled, &weights[0],
                     &polynomial[0], degree, factor, at_0)
            i += BLOCK
    return result


cdef void arc_ends(const double* x, double* out, Py_ssize_t count, int n, int m, bint scaled,
                   const double* weights, const double* polynomial, int degree, double factor,
                   double at_0) noexcept nogil:
    cdef double a[BLOCK]
    cdef double growth[BLOCK]
    cdef const double* inputs[1]
    cdef Py_ssize_t i
    cdef bint near = False
    cdef double y
    cdef int _
    for i in range(count):
        y = fabs(x[i])
        near = near or y < ARC_END
        a[i] = y if y < ARC_END else ARC_END
    if near:
        arc_block(a, out, count, weights, polynomial, degree)
    if not scaled:
        for i in range(count):
            y = fabs(x[i])
            growth[i] = y if y < 709.0 else 0.5 * y
        inputs[0] = growth
        KERNELS[EXP](inputs, growth, count, NULL)
    for i in range(count):
        y = fabs(x[i])
        if y == 0.0:
            out[i] = at_0
        elif y < ARC_END:
            out[i] /= CG_ARC - 1
            for _ in range(n - m):
                out[i] *= y
        elif y != y:
            out[i] = y
        else:
            out[i] = one_tail(n, y, m, True) / sqrt(y) * ROOT_HALF_OVER_PI * factor
            for _ in range(m):
                out[i] /= y
        if not scaled:
            if y >= 709.0:
                out[i] = growth[i] if y == INFINITY else out[i] * growth[i] * growth[i]
            else:
                out[i] *= growth[i]
        if x[i] < 0.0 and (n + m) % 2 == 1 or y == 0.0 and n == 1 and m == 0:
            out[i] = copysign(out[i], x[i]) if y == 0.0 else -out[i]


def arc_nodes():
    """1 - cos t and sin(t)^2 at the nodes t = pi k / (count - 1)."""
    return (np.array([cg_arc[k] for k in range(CG_ARC)]),
            np.array([cg_arc_sine[k] for k in range(CG_ARC)]))


cdef double gauss(double x, int m, const double* polynomial, int degree) noexcept nogil:
    """The integral over u from 0 on of 2 u^(2m) exp(-u^2) p(u^2 / x) / sqrt(u^2 + 2x), x >= 0.4."""
    # From 1.6 on every second node is enough. The last one: exp(-u^2) u^(2m + 2 degree) counts.
    cdef int step = 1 if x < 1.6 else 2
    cdef int last = min(CG_GAUSS - 1, 52 + 4 * (m + degree))
    cdef double q, w, square, inverse = 1.0 / x, total = 0.0
    cdef int k = last - last % step, j, _
    while k >= 0:
        square = k * k * 0.015625
        w = cg_gauss[k]
        for _ in range(m):
            w *= square
        q = polynomial[degree]
        for j in range(degree - 1, -1, -1):
            q = q * (square * inverse) + polynomial[j]
        total += w * (q / sqrt(square + 2.0 * x))
        k -= step
    return total * (2.0 * step)


cdef double small_k(double x, double log_x, int n, int m, double growth, const double* harmonic,
                    double* ks) noexcept nogil:
    """growth K_n(x), or the m-th derivative of exp(x) K_n(x), for 0 < x < 0.4; growth is exp(x).

    Abramowitz and Stegun 9.6.11 and 9.6.13; the m-th derivative is a central difference in n, over
    (-2)^m, in which little cancels here. `ks` has room for n + m + 2 numbers.
    """
    cdef double z = 0.25 * x * x, size = 1.0, logarithm = LOG_TWO_LESS_GAMMA - log_x
    cdef double y, coefficient
    cdef int k, i, _
    ks[0] = ks[1] = 0.0
    for k in range(8, -1, -1):
        size = harmonic[9 + k]              # 1 / k!^2
        ks[0] = ks[0] * z + (logarithm + harmonic[k]) * size
        ks[1] = ks[1] * z + (logarithm + (harmonic[k] + 0.5 / (k + 1))) * (size / (k + 1))
    ks[1] = 1.0 / x - 0.5 * x * ks[1]
    for k in range(1, n + m):
        ks[k + 1] = ks[k - 1] + 2.0 * k * (ks[k] / x)
    y = ks[n + m]
    if y != INFINITY and m > 0:             # the first term is the largest
        coefficient = 1.0
        for i in range(1, 2 * m + 1):
            coefficient *= -(2.0 * m - i + 1.0) / i
            y += coefficient * ks[abs(n + m - i)]
    for _ in range(m):
        y *= -0.5
    return y * growth


def gauss_values(const double[::1] x, int n, int m, bint scaled, const double[::1] polynomial):
    """The m-th derivative of exp(x) K_n(x), for a whole n from 0 to 4; or K_n(x), for m = 0.

    `polynomial` is that of cylinder._chebyshev.
    """
    cdef Py_ssize_t i = 0, j, length, count = x.shape[0]
    cdef int k, _, degree = <int>polynomial.shape[0] - 1
    cdef double harmonic[18]
    cdef double logs[BLOCK]
    cdef double growth[BLOCK]
    cdef const double* inputs[1]
    cdef double y
    if n + m + 2 > MOST:
        raise ValueError(f"gauss_values: {m} derivatives of order {n} are too many")
    result = np.empty(count)
    cdef double[::1] out = result
    cdef double ks[MOST]
    harmonic[0], harmonic[9] = 0.0, 1.0
    for k in range(1, 9):
        harmonic[k] = harmonic[k - 1] + 1.0 / k
        harmonic[9 + k] = harmonic[8 + k] / (k * k)
    with nogil:
        while i < count:
            if i % MANY == 0:
                with gil:
                    PyErr_CheckSignals()
            length = min(BLOCK, count - i)
            for j in range(length):
                logs[j] = x[i + j] if x[i + j] < GAUSS_START else 1.0
                growth[j] = x[i + j] if x[i + j] < GAUSS_START else 0.0
                if not scaled:
                    growth[j] = 0.0 if x[i + j] < GAUSS_START else -x[i + j]
            inputs[0] = logs
            KERNELS[LOG](inputs, logs, length, NULL)
            inputs[0] = growth
            KERNELS[EXP](inputs, growth, length, NULL)
            for j in range(length):
                y = x[i + j]
                if y == 0.0:
                    out[i + j] = -INFINITY if m % 2 == 1 else INFINITY
                elif not y > 0.0:
                    out[i + j] = NAN
                elif y < GAUSS_START:
                    out[i + j] = small_k(y, logs[j], n, m, growth[j], harmonic, ks)
                else:
                    out[i + j] = gauss(y, m, &polynomial[0], degree) * growth[j]
                    for _ in range(m):
                        out[i + j] /= -y
            i += BLOCK
    return result


cdef int series(double nu, double x, int m, double* terms) noexcept nogil:
    """a_k(nu) (k + 1/2)_m / (1/2)_m / x^k for k from 0 on, until they no longer count."""
    cdef double term = 1.0, odd
    cdef int k = 0
    terms[0] = term
    while k < TERMS - 1 and fabs(term) > 1e-19:
        k += 1
        odd = 2.0 * k - 1.0
        term *= (2.0 * nu - odd) * (2.0 * nu + odd) * (k - 0.5 + m) / (8.0 * k * (k - 0.5) * x)
        terms[k] = term
    return k


cdef double one_tail(double nu, double x, int m, bint alternating) noexcept nogil:
    cdef double terms[TERMS]
    cdef double total = 0.0
    cdef int k
    for k in range(series(nu, x, m, terms), -1, -1):
        total += -terms[k] if alternating and k % 2 == 1 else terms[k]
    return total


def tail(const double[::1] nu, const double[::1] x, int m, bint alternating):
    """The series of sqrt(2 pi x) exp(-x) I_nu(x), alternating, or of exp(x) K_nu(x)'s likewise.

    Or of their m-th derivative's, without its first factor (-1)^m (1/2)_m / x^m. For x at least 25
    and at least nu^2 / 2.
    """
    cdef Py_ssize_t i, n = x.shape[0]
    result = np.empty(n)
    cdef double[::1] out = result
    with nogil:
        for i in range(n):
            if i % MANY == 0:
                with gil:
                    PyErr_CheckSignals()
            out[i] = one_tail(nu[i], x[i], m, alternating)
    return result


def amplitudes(const double[::1] nu, const double[::1] x):
    """P and Q of J_nu(x) = sqrt(2 / (pi x)) (P cos c - Q sin c), c = x - (nu/2 + 1/4) pi."""
    cdef Py_ssize_t i, n = x.shape[0]
    cdef double terms[TERMS]
    cdef double sums[2]
    cdef int k
    even, odd = np.empty(n), np.empty(n)
    cdef double[::1] p = even
    cdef double[::1] q = odd
    with nogil:
        for i in range(n):
            if i % MANY == 0:
                with gil:
                    PyErr_CheckSignals()
            sums[0] = sums[1] = 0.0
            for k in range(series(nu[i], x[i], 0, terms), -1, -1):
                sums[k % 2] += -terms[k] if k % 4 >= 2 else terms[k]
            p[i] = sums[0]
            q[i] = sums[1]
    return even, odd
