"""gamma, gammaln, loggamma, digamma and polygamma: operations made of kernels, no scipy needed.

gammaln' = digamma, digamma' = trigamma = polygamma(1), and so on.
"""

from cygrad.core.arrays cimport is_number, number
from cygrad.core.function cimport Function, Op
from cygrad.core.mode cimport mode
from cygrad.core.variable cimport Variable, describe
from cygrad.functions.arithmetic cimport multiply, shift
from cygrad.functions.broadcasting cimport sum_to_layout
from cygrad.functions.elementwise cimport binary, kernel_op, output_of, unary, unary_with
from cygrad.functions.operation cimport as_variable


# ---- polygamma: y = psi_n(x), dy/dx = psi_(n+1)(x) ----------------------------------------------

cdef Variable slope_polygamma_of(Function f, int i):
    return unary_with(&POLYGAMMA_OF, f.x0, f.c[0] + 1.0, 0.0)

cdef Variable vjp_polygamma_of(Function f, Variable gy, int i):
    return multiply(gy, slope_polygamma_of(f, i))

cdef Variable slope_polygamma(Function f, int i):
    if i == 0:
        raise NotImplementedError("polygamma: its derivative by the order is not known here")
    return binary(&POLYGAMMA, shift(f.x0, 1.0), f.x1)

cdef Variable vjp_polygamma(Function f, Variable gy, int i):
    return sum_to_layout(multiply(gy, slope_polygamma(f, i)), f.x1.layout)

cdef Variable slope_trigamma(Function f, int i):
    return unary_with(&POLYGAMMA_OF, f.x0, 2.0, 0.0)

cdef Variable vjp_trigamma(Function f, Variable gy, int i):
    return multiply(gy, slope_trigamma(f, i))

# Of a number n, of an array of them, and of 1.
cdef Op POLYGAMMA_OF = kernel_op(b"polygamma", "POLYGAMMA_C", vjp_polygamma_of)
cdef Op POLYGAMMA = kernel_op(b"polygamma", "POLYGAMMA", vjp_polygamma)
cdef Op TRIGAMMA = kernel_op(b"trigamma", "TRIGAMMA", vjp_trigamma)
POLYGAMMA_OF.slope = slope_polygamma_of
POLYGAMMA.slope = slope_polygamma
TRIGAMMA.slope = slope_trigamma


def polygamma(n, x):
    """The n-th derivative of digamma, elementwise.

    Parameters
    ----------
    n : int or array_like of int
        The order, from 0 on; no gradient flows to it. nan where it is something else.
    x : Variable or array_like

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    NotImplementedError
        If n is a Variable that requires a gradient.

    Notes
    -----
    d polygamma(n, x) = polygamma(n + 1, x) dx. polygamma(0, x) is digamma(x); polygamma(1, x),
    trigamma, has an error of at most 2 ULP, the others of 1e-14 away from their zeros:
    (-1)^(n+1) n! zeta(n + 1, x), by Euler and Maclaurin's series, and by reflection for negative x.
    +-inf at 0 and negative integers, as scipy has it. The same bits on every CPU (polygamma.h).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.polygamma(1, [0.5, 4.0])
    variable([4.9348022 , 0.28382296])
    """
    cdef Variable orders, v
    if is_number(n):
        v = as_variable(x, "polygamma")
        if n == 0:
            return unary(&DIGAMMA, v)
        if n == 1:
            return unary(&TRIGAMMA, v)
        return unary_with(&POLYGAMMA_OF, v, number(n), 0.0)
    orders = as_variable(n, "polygamma")
    v = as_variable(x, "polygamma")
    if orders.requires and not mode().paused:
        raise NotImplementedError(
            f"polygamma: its derivative by input 0, {describe(orders)}, is not known here; pass a "
            "number or an array, such as the .data of the Variable")
    return binary(&POLYGAMMA, orders, v)


# ---- digamma: y = psi(x), dy/dx = trigamma(x) ---------------------------------------------------

cdef Variable vjp_digamma(Function f, Variable gy, int i):
    return multiply(gy, unary(&TRIGAMMA, f.x0))

cdef Op DIGAMMA = kernel_op(b"digamma", "DIGAMMA", vjp_digamma)


def digamma(x):
    """The derivative of log(gamma(x)), elementwise.

    Notes
    -----
    d digamma(x) = polygamma(1, x) dx. `psi` is the same function. -inf at 0, inf at -0, nan at
    negative integers. Error at most 2 ULP, at the positive zero too, the same bits on every CPU
    (gamma_function.h).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.digamma([0.5, 4.0])
    variable([-1.96351003,  1.25611767])
    """
    return unary(&DIGAMMA, as_variable(x, "digamma"))


# ---- gammaln: y = log|gamma(x)|, dy/dx = digamma(x) ---------------------------------------------

cdef Variable vjp_gammaln(Function f, Variable gy, int i):
    return multiply(gy, unary(&DIGAMMA, f.x0))

cdef Op GAMMALN = kernel_op(b"gammaln", "GAMMALN", vjp_gammaln)


def gammaln(x):
    """The logarithm of the absolute value of the gamma function, elementwise.

    Notes
    -----
    d gammaln(x) = digamma(x) dx. inf at 0 and negative integers. Error at most 2 ULP, at the zeros
    1 and 2 too, the same bits on every CPU (gamma_function.h).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.gammaln([0.5, 4.0])
    variable([0.57236494, 1.79175947])
    """
    return unary(&GAMMALN, as_variable(x, "gammaln"))


# ---- loggamma: gammaln of what is not negative --------------------------------------------------

cdef Variable vjp_not_negative(Function f, Variable gy, int i):
    return gy

cdef Op NOT_NEGATIVE = kernel_op(b"not_negative", "NOT_NEGATIVE", vjp_not_negative)


def loggamma(x):
    """The logarithm of the gamma function, elementwise; nan for negative x.

    Notes
    -----
    d loggamma(x) = digamma(x) dx. For x >= 0 it is gammaln(x).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.loggamma([0.5, 4.0])
    variable([0.57236494, 1.79175947])
    """
    return unary(&GAMMALN, unary(&NOT_NEGATIVE, as_variable(x, "loggamma")))


# ---- gamma: dy/dx = y digamma(x) ----------------------------------------------------------------

cdef Variable vjp_gamma(Function f, Variable gy, int i):
    return multiply(gy, multiply(output_of(f), unary(&DIGAMMA, f.x0)))

cdef Op GAMMA = kernel_op(b"gamma", "GAMMA", vjp_gamma)


def gamma(x):
    """The gamma function, elementwise.

    Notes
    -----
    d gamma(x) = gamma(x) digamma(x) dx. inf from 171.6244 on, +-inf at +-0, nan at negative
    integers. Error at most 2 ULP, factorials are exact; the same bits on every CPU
    (gamma_function.h).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.gamma([0.5, 4.0])
    variable([1.77245385, 6.        ])
    """
    return unary(&GAMMA, as_variable(x, "gamma"))
