"""Inverse functions: arctan2 with hypot, arcsinh, arccosh, arctanh, cbrt, reciprocal."""

from cygrad.core.function cimport Function, Op, input_of
from cygrad.core.variable cimport Variable
from cygrad.functions.arithmetic cimport divide, multiply, negate, scale, subtract
from cygrad.functions.broadcasting cimport sum_to_layout
from cygrad.functions.elementwise cimport Forms, binary, call_forms, kernel_op, output_of, unary
from cygrad.functions.operation cimport as_variable
from cygrad.functions.powers cimport power, squared
from cygrad.functions.selection cimport clipped


# ---- hypot: h = sqrt(a^2 + b^2), dh/da = a/h, dh/db = b/h, 0 where h = 0 ------------------------

# r(a, b) = a/h: dr/da = (b/h)^2 / h, dr/db = -(a/h) (b/h) / h, nan where h = 0.
cdef Variable vjp_hypot_slope(Function f, Variable gy, int i):
    cdef Variable a = f.x0, b = f.x1, h = binary(&HYPOT, a, b)
    cdef Variable across = binary(&HYPOT_SLOPE, b, a)
    if i == 0:
        gx = multiply(across, divide(across, h))
    else:
        gx = negate(multiply(output_of(f), divide(across, h)))
    return sum_to_layout(multiply(gy, gx), input_of(f, i).layout)

cdef Variable vjp_hypot(Function f, Variable gy, int i):
    cdef Variable slope = binary(&HYPOT_SLOPE, input_of(f, i), input_of(f, 1 - i))
    return sum_to_layout(multiply(gy, slope), input_of(f, i).layout)

cdef Op HYPOT_SLOPE = kernel_op(b"HypotSlope", "HYPOT_X", vjp_hypot_slope)
cdef Op HYPOT = kernel_op(b"Hypot", "HYPOT", vjp_hypot)
cdef Forms HYPOT_FORMS = Forms(b"hypot", &HYPOT, NULL, NULL)


def hypot(a, b):
    """sqrt(a^2 + b^2) without overflow on the way, elementwise.

    Parameters
    ----------
    a, b : Variable, float or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        Of the broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    TypeError
        If an input is neither a Variable nor real numbers.

    Notes
    -----
    With h the result, dh = (a da + b db) / h, and 0 where h is 0, as for `norm`; the second
    derivative does not exist there, and is nan. Error at most 1 ULP, the same bits on every CPU
    (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.hypot(cg.Variable([3.0, 5.0]), [4.0, 12.0])
    variable([ 5., 13.])
    """
    return call_forms(&HYPOT_FORMS, a, b)


# ---- arctan2: y = angle of (x1, x0), dy/dx0 = x1/h^2, dy/dx1 = -x0/h^2, h = hypot(x0, x1) -------

# p(a, b) = a / h^2, 0 at the origin: dp/da = (b^2 - a^2) / h^4, dp/db = -2 a b / h^4, nan there.
cdef Variable vjp_arctan2_slope(Function f, Variable gy, int i):
    cdef Variable a = f.x0, b = f.x1, h = binary(&HYPOT, a, b), gx
    if i == 0:
        gx = multiply(divide(divide(subtract(b, a), h), h), divide(divide(b + a, h), h))
    else:
        gx = scale(multiply(divide(divide(a, h), h), divide(divide(b, h), h)), -2.0)
    return sum_to_layout(multiply(gy, gx), input_of(f, i).layout)

cdef Variable vjp_arctan2(Function f, Variable gy, int i):
    cdef Variable gx = multiply(gy, binary(&ARCTAN2_SLOPE, input_of(f, 1 - i), input_of(f, i)))
    return sum_to_layout(gx if i == 0 else negate(gx), input_of(f, i).layout)

cdef Op ARCTAN2_SLOPE = kernel_op(b"Arctan2Slope", "ARCTAN2_SLOPE", vjp_arctan2_slope)
cdef Op ARCTAN2 = kernel_op(b"Arctan2", "ARCTAN2", vjp_arctan2)
cdef Forms ARCTAN2_FORMS = Forms(b"arctan2", &ARCTAN2, NULL, NULL)


def arctan2(a, b):
    """The angle of the point (b, a), between -pi and pi, elementwise.

    Parameters
    ----------
    a, b : Variable, float or array_like
        The ordinate and the abscissa, in this order; of shapes that broadcast.

    Returns
    -------
    Variable
        Of the broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    TypeError
        If an input is neither a Variable nor real numbers.

    Notes
    -----
    dy = (b da - a db) / (a^2 + b^2); nan at the origin. Error at most 1 ULP, the same bits on
    every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.arctan2(cg.Variable([1.0, 0.0]), [0.0, -1.0])
    variable([1.57079633, 3.14159265])
    """
    return call_forms(&ARCTAN2_FORMS, a, b)


# ---- arcsinh: y = arcsinh x, dy/dx = s = 1 / sqrt(x^2 + 1), ds/dx = -x s^3 ----------------------

cdef Variable vjp_root_slope(Function f, Variable gy, int i):
    # Bounded, as inf * 0 would be nan.
    cdef Variable s = output_of(f), x = clipped(f.x0, -1e300, 1e300)
    return negate(multiply(gy, multiply(multiply(x, s), squared(s))))

cdef Variable vjp_arcsinh(Function f, Variable gy, int i):
    return multiply(gy, unary(&ARCSINH_SLOPE, f.x0))

cdef Op ARCSINH_SLOPE = kernel_op(b"ArcsinhSlope", "ARCSINH_SLOPE", vjp_root_slope)
cdef Op ARCSINH = kernel_op(b"Arcsinh", "ARCSINH", vjp_arcsinh)


def arcsinh(x):
    """The inverse hyperbolic sine, elementwise.

    Notes
    -----
    d arcsinh(x) = dx / sqrt(x^2 + 1). Error at most 1 ULP, the same bits on every CPU
    (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.arcsinh(cg.Variable(1.0))
    variable(0.881373587019543)
    """
    return unary(&ARCSINH, as_variable(x, "arcsinh"))


# ---- arccosh: y = arccosh x, dy/dx = s = 1 / sqrt((x - 1) (x + 1)), ds/dx = -x s^3 --------------

cdef Variable vjp_arccosh(Function f, Variable gy, int i):
    return multiply(gy, unary(&ARCCOSH_SLOPE, f.x0))

cdef Op ARCCOSH_SLOPE = kernel_op(b"ArccoshSlope", "ARCCOSH_SLOPE", vjp_root_slope)
cdef Op ARCCOSH = kernel_op(b"Arccosh", "ARCCOSH", vjp_arccosh)


def arccosh(x):
    """The inverse hyperbolic cosine, elementwise; nan below 1.

    Notes
    -----
    d arccosh(x) = dx / sqrt(x^2 - 1); inf at 1. Error at most 1 ULP, the same bits on every CPU
    (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.arccosh(cg.Variable(2.0))
    variable(1.3169578969248168)
    """
    return unary(&ARCCOSH, as_variable(x, "arccosh"))


# ---- arctanh: y = arctanh x, dy/dx = s = 1 / (1 - x^2), ds/dx = 2 x s^2 -------------------------

cdef Variable vjp_arctanh_slope(Function f, Variable gy, int i):
    cdef Variable s = output_of(f)
    return multiply(gy, scale(multiply(multiply(f.x0, s), s), 2.0))

cdef Variable vjp_arctanh(Function f, Variable gy, int i):
    return multiply(gy, unary(&ARCTANH_SLOPE, f.x0))

cdef Op ARCTANH_SLOPE = kernel_op(b"ArctanhSlope", "ARCTANH_SLOPE", vjp_arctanh_slope)
cdef Op ARCTANH = kernel_op(b"Arctanh", "ARCTANH", vjp_arctanh)


def arctanh(x):
    """The inverse hyperbolic tangent, elementwise; nan outside [-1, 1].

    Notes
    -----
    d arctanh(x) = dx / (1 - x^2). Error at most 1 ULP, the same bits on every CPU
    (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.arctanh(cg.Variable(0.5))
    variable(0.5493061443340549)
    """
    return unary(&ARCTANH, as_variable(x, "arctanh"))


# ---- cbrt: y = x^(1/3), dy/dx = 1 / (3 y^2) -----------------------------------------------------

cdef Variable vjp_cbrt(Function f, Variable gy, int i):
    return divide(gy, scale(squared(output_of(f)), 3.0))

cdef Op CBRT = kernel_op(b"Cbrt", "CBRT", vjp_cbrt)


def cbrt(x):
    """The cube root, elementwise; of negative numbers too.

    Notes
    -----
    d cbrt(x) = dx / (3 cbrt(x)^2); inf at 0. Error at most 1 ULP, the same bits on every CPU
    (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.cbrt(cg.Variable([8.0, -27.0]))
    variable([ 2., -3.])
    """
    return unary(&CBRT, as_variable(x, "cbrt"))


def reciprocal(x):
    """1 / x, elementwise.

    Notes
    -----
    d(1/x) = -dx / x^2.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.reciprocal(cg.Variable([2.0, -4.0]))
    variable([ 0.5 , -0.25])
    """
    return power(as_variable(x, "reciprocal"), -1.0)
