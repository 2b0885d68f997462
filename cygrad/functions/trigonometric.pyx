"""sin, cos, tan, sinh, cosh, tanh, arcsin, arccos, arctan."""

from cygrad.core.function cimport Function, Op, READS_X0, READS_Y
from cygrad.core.variable cimport Variable
from cygrad.functions.arithmetic cimport (
    divide, multiply, negate, shift, square_root, squared, subtract_from,
)
from cygrad.functions.elementwise cimport as_variable, output_of, unary, unary_op
from cygrad.kernels.elementwise cimport (
    K_ARCCOS, K_ARCSIN, K_ARCTAN, K_COS, K_COSH, K_G_ARCCOS, K_G_ARCSIN, K_G_ARCTAN, K_G_COS,
    K_G_COSH, K_G_SIN, K_G_SINH, K_G_TAN, K_G_TANH, K_SIN, K_SINH, K_TAN, K_TANH,
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


# ---- tanh: y = tanh x, dy/dx = 1 - y^2 ----------------------------------------------------------

cdef Variable vjp_tanh(Function f, Variable gy, int i):
    return multiply(gy, subtract_from(1.0, squared(output_of(f))))

cdef Op TANH = unary_op(b"Tanh", K_TANH, vjp_tanh, K_G_TANH, READS_Y)


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


# ---- arcsin: y = arcsin x, dy/dx = 1/sqrt(1 - x^2) ----------------------------------------------

cdef Variable vjp_arcsin(Function f, Variable gy, int i):
    return divide(gy, square_root(subtract_from(1.0, squared(f.x0))))

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
    return negate(divide(gy, square_root(subtract_from(1.0, squared(f.x0)))))

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


# ---- arctan: y = arctan x, dy/dx = 1/(1 + x^2) --------------------------------------------------

cdef Variable vjp_arctan(Function f, Variable gy, int i):
    return divide(gy, shift(squared(f.x0), 1.0))

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
