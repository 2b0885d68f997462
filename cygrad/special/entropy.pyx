"""Products with logarithms, 0 where a factor is: xlogy, xlog1py, entropies."""

from cygrad.core.function cimport Function, Op, READS_X0, READS_X1, input_of
from cygrad.core.variable cimport Variable
from cygrad.functions.arithmetic cimport multiply, negate, shift
from cygrad.functions.broadcasting cimport sum_to_layout
from cygrad.functions.elementwise cimport binary, kernel_op, output_of, unary
from cygrad.functions.exponential cimport over_positive
from cygrad.functions.operation cimport as_variable as variable_of
from cygrad.functions.powers cimport squared

cdef enum:
    READS_BOTH = READS_X0 | READS_X1


def as_variable(x):
    return x if isinstance(x, Variable) else Variable(x, requires_grad=False)


# What a rule of two inputs returns: gy times the slope, for the input that may have been broadcast.
cdef Variable flows(Function f, Variable gy, Variable slope, int i):
    return sum_to_layout(multiply(gy, slope), input_of(f, i).layout)


# ---- xlogy: z = x log(y), dz/dx = log(y), dz/dy = x / y -----------------------------------------

# The kernels have the masks: a derivative is 0 where x is 0 and the logarithm's argument is 0 or
# negative, as in PyTorch, and nan where only the latter is.
cdef Variable inverse(Variable x, Variable y):          # 1 / y
    return binary(&XLOGY_INVERSE, x, y)

cdef Variable vjp_xlogy_inverse(Function f, Variable gy, int i):
    if i == 0:
        return None
    return flows(f, gy, negate(squared(inverse(f.x0, f.x1))), i)

cdef Variable vjp_xlogy_ratio(Function f, Variable gy, int i):
    cdef Variable slope = inverse(f.x0, f.x1)
    return flows(f, gy, slope if i == 0 else negate(multiply(output_of(f), slope)), i)

cdef Variable vjp_xlogy_slope(Function f, Variable gy, int i):
    return None if i == 0 else flows(f, gy, inverse(f.x0, f.x1), i)

cdef Variable vjp_xlogy(Function f, Variable gy, int i):
    return flows(f, gy, binary(&XLOGY_SLOPE if i == 0 else &XLOGY_RATIO, f.x0, f.x1), i)

cdef Op XLOGY_INVERSE = kernel_op(b"xlogy_inverse", "XLOGY_INVERSE", vjp_xlogy_inverse)
cdef Op XLOGY_RATIO = kernel_op(b"xlogy_ratio", "XLOGY_RATIO", vjp_xlogy_ratio)
cdef Op XLOGY_SLOPE = kernel_op(b"xlogy_slope", "XLOGY_SLOPE", vjp_xlogy_slope)
cdef Op XLOGY = kernel_op(b"xlogy", "XLOGY", vjp_xlogy)


def xlogy(x, y):
    """x log(y), and 0 where x is 0; elementwise.

    Parameters
    ----------
    x, y : Variable, float or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    dx = log(y), and 0 where x and y are 0; dy = x / y, and 0 where x and y are 0. Error at most 1
    ULP, the same bits on every CPU (logarithmic.h).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.xlogy([0.0, 2.0], [0.0, 1.0])
    variable([0., 0.])
    """
    return binary(&XLOGY, variable_of(x, "xlogy"), variable_of(y, "xlogy"))


# ---- xlog1py: z = x log(1 + y), dz/dx = log(1 + y), dz/dy = x / (1 + y) -------------------------

cdef Variable vjp_xlog1py_slope(Function f, Variable gy, int i):
    return None if i == 0 else flows(f, gy, inverse(f.x0, shift(f.x1, 1.0)), i)

cdef Variable vjp_xlog1py(Function f, Variable gy, int i):
    if i == 0:
        return flows(f, gy, binary(&XLOG1PY_SLOPE, f.x0, f.x1), i)
    return flows(f, gy, binary(&XLOGY_RATIO, f.x0, shift(f.x1, 1.0)), i)

cdef Op XLOG1PY_SLOPE = kernel_op(b"xlog1py_slope", "XLOG1PY_SLOPE", vjp_xlog1py_slope)
cdef Op XLOG1PY = kernel_op(b"xlog1py", "XLOG1PY", vjp_xlog1py)


def xlog1py(x, y):
    """x log(1 + y), and 0 where x is 0; elementwise.

    Parameters
    ----------
    x, y : Variable, float or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    dx = log(1 + y), and 0 where x is 0 and y is -1; dy = x / (1 + y), and 0 there. Error at most 1
    ULP, the same bits on every CPU (logarithmic.h).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.xlog1py([0.0, 2.0], [-1.0, 0.0])
    variable([0., 0.])
    """
    return binary(&XLOG1PY, variable_of(x, "xlog1py"), variable_of(y, "xlog1py"))


# ---- entr: y = -x log(x), dy/dx = -(1 + log(x)) -------------------------------------------------

# 1 + log(x), with its digits near x = 1/e
cdef Variable vjp_log_e_times(Function f, Variable gy, int i):
    return over_positive(gy, f.x0)

cdef Variable vjp_entr(Function f, Variable gy, int i):
    return negate(multiply(gy, unary(&LOG_E_TIMES, f.x0)))

cdef Op LOG_E_TIMES = kernel_op(b"log_e_times", "LOG_E_TIMES", vjp_log_e_times)
cdef Op ENTR = kernel_op(b"entr", "ENTR", vjp_entr)


def entr(x):
    """-x log(x), 0 at 0 and -inf below; elementwise.

    Notes
    -----
    dy/dx = -(1 + log(x)), nan for x < 0.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.entr([0.0, 0.5])
    variable([0.        , 0.34657359])
    """
    return unary(&ENTR, variable_of(x, "entr"))


# ---- rel_entr: z = x log(x / y), dz/dx = 1 + log(x / y), dz/dy = -x / y -------------------------

# The kernels have the masks: a slope is 0 where x and y are, and nan where one is negative.
cdef Variable inside(Variable x, Variable y):           # 1 / y
    return binary(&ENTROPY_INVERSE, x, y)

cdef Variable vjp_entropy_inverse(Function f, Variable gy, int i):
    return None if i == 0 else flows(f, gy, negate(squared(inside(f.x0, f.x1))), i)

cdef Variable vjp_entropy_ratio(Function f, Variable gy, int i):
    cdef Variable slope = inside(f.x0, f.x1)
    return flows(f, gy, slope if i == 0 else negate(multiply(output_of(f), slope)), i)

cdef Variable vjp_log_ratio(Function f, Variable gy, int i):
    return flows(f, gy, inside(f.x1, f.x0) if i == 0 else negate(inside(f.x0, f.x1)), i)

cdef Variable vjp_rel_entr(Function f, Variable gy, int i):
    if i == 0:
        return flows(f, gy, binary(&REL_ENTR_SLOPE, f.x0, f.x1), i)
    return flows(f, gy, negate(binary(&ENTROPY_RATIO, f.x0, f.x1)), i)

cdef Op ENTROPY_INVERSE = kernel_op(b"entropy_inverse", "ENTROPY_INVERSE", vjp_entropy_inverse)
cdef Op ENTROPY_RATIO = kernel_op(b"entropy_ratio", "ENTROPY_RATIO", vjp_entropy_ratio)
cdef Op REL_ENTR_SLOPE = kernel_op(b"rel_entr_slope", "REL_ENTR_SLOPE", vjp_log_ratio)
cdef Op REL_ENTR = kernel_op(b"rel_entr", "REL_ENTR", vjp_rel_entr)


def rel_entr(x, y):
    """x log(x / y), 0 where x is 0, inf where x or y is negative; elementwise.

    Parameters
    ----------
    x, y : Variable, float or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    dx = 1 + log(x / y), dy = -x / y; both 0 where x and y are 0, and nan where one is negative.
    Computed with all digits near x = y too.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.rel_entr([0.0, 2.0], [1.0, 2.0])
    variable([0., 0.])
    """
    return binary(&REL_ENTR, variable_of(x, "rel_entr"), variable_of(y, "rel_entr"))


# ---- kl_div: z = x log(x / y) - x + y, dz/dx = log(x / y), dz/dy = (y - x) / y ------------------

cdef Variable vjp_kl_div_slope_y(Function f, Variable gy, int i):
    cdef Variable slope = inside(f.x0, f.x1)
    if i == 0:
        return flows(f, gy, negate(slope), i)
    return flows(f, gy, multiply(binary(&ENTROPY_RATIO, f.x0, f.x1), slope), i)

cdef Variable vjp_kl_div(Function f, Variable gy, int i):
    return flows(f, gy, binary(&KL_DIV_SLOPE if i == 0 else &KL_DIV_SLOPE_Y, f.x0, f.x1), i)

cdef Op KL_DIV_SLOPE = kernel_op(b"kl_div_slope", "KL_DIV_SLOPE", vjp_log_ratio)
cdef Op KL_DIV_SLOPE_Y = kernel_op(b"kl_div_slope", "KL_DIV_SLOPE_Y", vjp_kl_div_slope_y)
cdef Op KL_DIV = kernel_op(b"kl_div", "KL_DIV", vjp_kl_div)


def kl_div(x, y):
    """x log(x / y) - x + y, inf where x or y is negative; elementwise.

    Parameters
    ----------
    x, y : Variable, float or array_like
        Of shapes that broadcast.

    Returns
    -------
    Variable
        Of the shape that the inputs broadcast to.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    dx = log(x / y), dy = 1 - x / y; 0 and 1 where x and y are 0, and nan where one is negative.
    Near x = y it is Loader's deviance (2000), which does not cancel.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.kl_div([0.0, 2.0], [1.0, 2.0])
    variable([1., 0.])
    """
    return binary(&KL_DIV, variable_of(x, "kl_div"), variable_of(y, "kl_div"))
