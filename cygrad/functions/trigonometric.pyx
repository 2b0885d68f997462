"""sin, cos, tan, sinh, cosh, tanh, arcsin, arccos, arctan."""

from cygrad.core.function cimport Function, Op
from cygrad.core.variable cimport Variable
from cygrad.functions.arithmetic cimport multiply, negate, scale, shift
from cygrad.functions.elementwise cimport binary, kernel_op, output_of, unary
from cygrad.functions.operation cimport as_variable
from cygrad.functions.powers cimport squared
from cygrad.functions.selection cimport clipped


# ---- sin: y = sin x, dy/dx = cos x --------------------------------------------------------------

cdef Variable vjp_sin(Function f, Variable gy, int i):
    return multiply(gy, unary(&COS, f.x0))

cdef Op SIN = kernel_op(b"Sin", "SIN", vjp_sin)


def sin(x):
    """The sine, elementwise.

    Parameters
    ----------
    x : Variable or array_like, in radians

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    d sin(x) = cos(x) dx. Error at most 1 ULP, the same bits on
    every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.sin(cg.Variable(1.0))
    variable(0.8414709848078965)
    """
    return unary(&SIN, as_variable(x, "sin"))


# ---- cos: y = cos x, dy/dx = -sin x -------------------------------------------------------------

cdef Variable vjp_cos(Function f, Variable gy, int i):
    return negate(multiply(gy, unary(&SIN, f.x0)))

cdef Op COS = kernel_op(b"Cos", "COS", vjp_cos)


def cos(x):
    """The cosine, elementwise.

    Parameters
    ----------
    x : Variable or array_like, in radians

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    d cos(x) = -sin(x) dx. Error at most 1 ULP, the same bits on
    every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.cos(cg.Variable(1.0))
    variable(0.5403023058681398)
    """
    return unary(&COS, as_variable(x, "cos"))


# ---- tan: y = tan x, dy/dx = 1 + y^2 ------------------------------------------------------------

cdef Variable vjp_tan(Function f, Variable gy, int i):
    return multiply(gy, shift(squared(output_of(f)), 1.0))

cdef Op TAN = kernel_op(b"Tan", "TAN", vjp_tan)


def tan(x):
    """The tangent, elementwise.

    Parameters
    ----------
    x : Variable or array_like, in radians

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    d tan(x) = (1 + tan(x)^2) dx. Error at most 1 ULP, the same bits on
    every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.tan(cg.Variable(1.0))
    variable(1.5574077246549023)
    """
    return unary(&TAN, as_variable(x, "tan"))


# ---- sinh: y = sinh x, dy/dx = cosh x -----------------------------------------------------------

cdef Variable vjp_sinh(Function f, Variable gy, int i):
    return multiply(gy, unary(&COSH, f.x0))

cdef Op SINH = kernel_op(b"Sinh", "SINH", vjp_sinh)


def sinh(x):
    """The hyperbolic sine, elementwise.

    Notes
    -----
    d sinh(x) = cosh(x) dx. Error at most 1 ULP, the same bits on
    every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.sinh(cg.Variable(1.0))
    variable(1.1752011936438014)
    """
    return unary(&SINH, as_variable(x, "sinh"))


# ---- cosh: y = cosh x, dy/dx = sinh x -----------------------------------------------------------

cdef Variable vjp_cosh(Function f, Variable gy, int i):
    return multiply(gy, unary(&SINH, f.x0))

cdef Op COSH = kernel_op(b"Cosh", "COSH", vjp_cosh)


def cosh(x):
    """The hyperbolic cosine, elementwise.

    Notes
    -----
    d cosh(x) = sinh(x) dx. Error at most 1 ULP, the same bits on
    every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.cosh(cg.Variable(1.0))
    variable(1.5430806348152437)
    """
    return unary(&COSH, as_variable(x, "cosh"))


# ---- tanh: y = tanh x, dy/dx = s = 1 - y^2, ds/dy = -2 y ----------------------------------------

# s is a function of y, which x helps to keep the digits where y is nearly 1.
cdef Variable vjp_tanh_slope(Function f, Variable gy, int i):
    return multiply(gy, scale(f.x1, -2.0)) if i == 1 else None

cdef Variable vjp_tanh(Function f, Variable gy, int i):
    return multiply(gy, tanh_slope(f.x0, output_of(f)))

cdef Op TANH_SLOPE = kernel_op(b"TanhSlope", "TANH_SLOPE", vjp_tanh_slope)
cdef Op TANH = kernel_op(b"Tanh", "TANH", vjp_tanh)


cdef Variable tanh_slope(Variable x, Variable y):
    return binary(&TANH_SLOPE, x, y)


cdef Variable hyperbolic_tangent(Variable x):
    return unary(&TANH, x)


def tanh(x):
    """The hyperbolic tangent, elementwise.

    Notes
    -----
    d tanh(x) = (1 - tanh(x)^2) dx. Error at most 1 ULP, the same bits on
    every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.tanh(cg.Variable(1.0))
    variable(0.7615941559557649)
    """
    return unary(&TANH, as_variable(x, "tanh"))


# ---- arcsin: y = arcsin x, dy/dx = s = 1/sqrt(1 - x^2), ds/dx = x s^3 ---------------------------

cdef Variable vjp_arcsin_slope(Function f, Variable gy, int i):
    cdef Variable s = output_of(f)
    return multiply(gy, multiply(multiply(f.x0, s), squared(s)))

cdef Variable vjp_arcsin(Function f, Variable gy, int i):
    return multiply(gy, unary(&ARCSIN_SLOPE, f.x0))

cdef Op ARCSIN_SLOPE = kernel_op(b"ArcsinSlope", "ARCSIN_SLOPE", vjp_arcsin_slope)
cdef Op ARCSIN = kernel_op(b"Arcsin", "ARCSIN", vjp_arcsin)


def arcsin(x):
    """The inverse sine, elementwise; nan outside [-1, 1].

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape, in radians between -pi/2 and pi/2.

    Notes
    -----
    d arcsin(x) = dx / sqrt(1 - x^2). Error at most 1 ULP, the same bits on
    every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.arcsin(cg.Variable(1.0))
    variable(1.5707963267948966)
    """
    return unary(&ARCSIN, as_variable(x, "arcsin"))


# ---- arccos: y = arccos x, dy/dx = -1/sqrt(1 - x^2) ---------------------------------------------

cdef Variable vjp_arccos(Function f, Variable gy, int i):
    return negate(vjp_arcsin(f, gy, i))

cdef Op ARCCOS = kernel_op(b"Arccos", "ARCCOS", vjp_arccos)


def arccos(x):
    """The inverse cosine, elementwise; nan outside [-1, 1].

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape, in radians between 0 and pi.

    Notes
    -----
    d arccos(x) = -dx / sqrt(1 - x^2). Error at most 1 ULP, the same bits on
    every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.arccos(cg.Variable(-1.0))
    variable(3.141592653589793)
    """
    return unary(&ARCCOS, as_variable(x, "arccos"))


# ---- arctan: y = arctan x, dy/dx = s = 1/(1 + x^2), ds/dx = -2 x s^2 ----------------------------

cdef Variable vjp_arctan_slope(Function f, Variable gy, int i):
    # s is 0 long before 1e200, and there is no product 0 * inf.
    cdef Variable s = output_of(f), x = clipped(f.x0, -1e200, 1e200)
    return multiply(gy, scale(multiply(multiply(x, s), s), -2.0))

cdef Variable vjp_arctan(Function f, Variable gy, int i):
    return multiply(gy, unary(&ARCTAN_SLOPE, f.x0))

cdef Op ARCTAN_SLOPE = kernel_op(b"ArctanSlope", "ARCTAN_SLOPE", vjp_arctan_slope)
cdef Op ARCTAN = kernel_op(b"Arctan", "ARCTAN", vjp_arctan)


def arctan(x):
    """The inverse tangent, elementwise.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape, in radians between -pi/2 and pi/2.

    Notes
    -----
    d arctan(x) = dx / (1 + x^2). Error at most 1 ULP, the same bits on
    every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.arctan(cg.Variable(1.0))
    variable(0.7853981633974483)
    """
    return unary(&ARCTAN, as_variable(x, "arctan"))
