"""exp, expm1, log, log1p."""

from cygrad.core.function cimport Function, Op, READS_X0, READS_Y
from cygrad.core.variable cimport Variable
from cygrad.functions.arithmetic cimport divide, multiply, shift
from cygrad.functions.elementwise cimport as_variable, output_of, unary, unary_op
from cygrad.kernels.elementwise cimport (
    K_EXP, K_EXPM1, K_G_DIV, K_G_EXPM1, K_G_LOG1P, K_G_MUL, K_LOG, K_LOG1P,
)


# ---- exp: y = e^x, dy/dx = y --------------------------------------------------------------------

cdef Variable vjp_exp(Function f, Variable gy, int i):
    return multiply(gy, output_of(f))

cdef Op EXP = unary_op(b"Exp", K_EXP, vjp_exp, K_G_MUL, READS_Y)


cdef Variable exponential(Variable x):
    return unary(&EXP, x)


def exp(x):
    """The exponential, elementwise.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    d exp(x) = exp(x) dx. Error at most 1 ULP, the same bits on every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.exp(cg.Variable([0.0, 1.0]))
    variable([1.        , 2.71828183])
    """
    return unary(&EXP, as_variable(x, "exp"))


# ---- expm1: y = e^x - 1, dy/dx = y + 1 ----------------------------------------------------------

cdef Variable vjp_expm1(Function f, Variable gy, int i):
    return multiply(gy, shift(output_of(f), 1.0))

cdef Op EXPM1 = unary_op(b"Expm1", K_EXPM1, vjp_expm1, K_G_EXPM1, READS_Y)


def expm1(x):
    """exp(x) - 1 without cancellation near 0, elementwise.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    d expm1(x) = exp(x) dx. Error at most 1 ULP, the same bits on every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.expm1(cg.Variable(1e-10))
    variable(1.00000000005e-10)
    """
    return unary(&EXPM1, as_variable(x, "expm1"))


# ---- log: y = log x, dy/dx = 1/x ----------------------------------------------------------------

cdef Variable vjp_log(Function f, Variable gy, int i):
    return divide(gy, f.x0)

cdef Op LOG = unary_op(b"Log", K_LOG, vjp_log, K_G_DIV, READS_X0)


cdef Variable logarithm(Variable x):
    return unary(&LOG, x)


def log(x):
    """The natural logarithm, elementwise; -inf at 0, nan below.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    d log(x) = dx / x. Error at most 1 ULP, the same bits on every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.log(cg.Variable([1.0, 2.0]))
    variable([0.        , 0.69314718])
    """
    return unary(&LOG, as_variable(x, "log"))


# ---- log1p: y = log(1 + x), dy/dx = 1/(1 + x) ---------------------------------------------------

cdef Variable vjp_log1p(Function f, Variable gy, int i):
    return divide(gy, shift(f.x0, 1.0))

cdef Op LOG1P = unary_op(b"Log1p", K_LOG1P, vjp_log1p, K_G_LOG1P, READS_X0)


def log1p(x):
    """log(1 + x) without cancellation near 0, elementwise.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    d log1p(x) = dx / (1 + x). Error at most 1 ULP, the same bits on every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.log1p(cg.Variable(1e-10))
    variable(9.999999999500001e-11)
    """
    return unary(&LOG1P, as_variable(x, "log1p"))
