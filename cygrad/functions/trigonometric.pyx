"""sin, cos, tan, sinh, cosh, tanh, arcsin, arccos, arctan."""

from cygrad.core.function cimport Function, Op, READS_X0, READS_Y
from cygrad.core.variable cimport Variable
from cygrad.functions.arithmetic cimport multiply, negate, scale, shift, squared
from cygrad.functions.elementwise cimport (
    COMPOSED, as_variable, binary, binary_op, output_of, unary, unary_op,
)
from cygrad.functions.selection cimport clipped
from cygrad.kernels.elementwise cimport (
    K_ARCCOS, K_ARCSIN, K_ARCSIN_SLOPE, K_ARCTAN, K_ARCTAN_SLOPE, K_COS, K_COSH, K_G_ARCCOS,
    K_G_ARCSIN, K_G_ARCTAN, K_G_COS, K_G_COSH, K_G_SIN, K_G_SINH, K_G_TAN, K_G_TANH, K_SIN, K_SINH,
    K_TAN, K_TANH, K_TANH_SLOPE,
)


# ---- sin: y = sin x, dy/dx = cos x --------------------------------------------------------------

cdef Variable vjp_sin(Function f, Variable gy, int i):
    return multiply(gy, unary(&COS, f.x0))

cdef Op SIN = unary_op(b"Sin", K_SIN, vjp_sin, K_G_SIN, READS_X0)


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

cdef Op COS = unary_op(b"Cos", K_COS, vjp_cos, K_G_COS, READS_X0)


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

cdef Op TAN = unary_op(b"Tan", K_TAN, vjp_tan, K_G_TAN, READS_Y)


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

cdef Op SINH = unary_op(b"Sinh", K_SINH, vjp_sinh, K_G_SINH, READS_X0)


def sinh(x):
    """The hyperbolic sine, elementwise.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

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

cdef Op COSH = unary_op(b"Cosh", K_COSH, vjp_cosh, K_G_COSH, READS_X0)


def cosh(x):
    """The hyperbolic cosine, elementwise.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

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

cdef Op TANH_SLOPE = binary_op(b"TanhSlope", K_TANH_SLOPE, vjp_tanh_slope, COMPOSED, 0, COMPOSED, 0)
cdef Op TANH = unary_op(b"Tanh", K_TANH, vjp_tanh, K_G_TANH, READS_X0 | READS_Y)


cdef Variable tanh_slope(Variable x, Variable y):
    return binary(&TANH_SLOPE, x, y)


cdef Variable hyperbolic_tangent(Variable x):
    return unary(&TANH, x)


def tanh(x):
    """The hyperbolic tangent, elementwise.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

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

cdef Op ARCSIN_SLOPE = unary_op(b"ArcsinSlope", K_ARCSIN_SLOPE, vjp_arcsin_slope, COMPOSED, 0)
cdef Op ARCSIN = unary_op(b"Arcsin", K_ARCSIN, vjp_arcsin, K_G_ARCSIN, READS_X0)


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

cdef Op ARCCOS = unary_op(b"Arccos", K_ARCCOS, vjp_arccos, K_G_ARCCOS, READS_X0)


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

cdef Op ARCTAN_SLOPE = unary_op(b"ArctanSlope", K_ARCTAN_SLOPE, vjp_arctan_slope, COMPOSED, 0)
cdef Op ARCTAN = unary_op(b"Arctan", K_ARCTAN, vjp_arctan, K_G_ARCTAN, READS_X0)


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
