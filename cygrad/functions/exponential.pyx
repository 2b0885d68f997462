"""exp, expm1, log, log1p, those to the bases 2 and 10, and logarithms of sums of exponentials."""

from cygrad.core.function cimport Function, Op, input_of
from cygrad.core.variable cimport Variable
from cygrad.functions.arithmetic cimport multiply, negate, scale, shift
from cygrad.functions.broadcasting cimport sum_to_layout
from cygrad.functions.elementwise cimport Forms, binary, call_forms, kernel_op, output_of, unary
from cygrad.functions.operation cimport as_variable

cdef double LN2 = 0.6931471805599453
cdef double LN10 = 2.302585092994046


# ---- exp: y = e^x, dy/dx = y --------------------------------------------------------------------

cdef Variable vjp_exp(Function f, Variable gy, int i):
    return multiply(gy, output_of(f))

cdef Op EXP = kernel_op(b"Exp", "EXP", vjp_exp)


cdef Variable exponential(Variable x):
    return unary(&EXP, x)


def exp(x):
    """The exponential, elementwise.

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

# The slope s is its own derivative; y + 1, but where that loses the digits of e^x.
cdef Variable vjp_expm1_slope(Function f, Variable gy, int i):
    return multiply(gy, output_of(f)) if i == 0 else None

cdef Variable vjp_expm1(Function f, Variable gy, int i):
    return multiply(gy, binary(&EXPM1_SLOPE, f.x0, output_of(f)))

cdef Op EXPM1_SLOPE = kernel_op(b"Expm1Slope", "EXPM1_SLOPE", vjp_expm1_slope)
cdef Op EXPM1 = kernel_op(b"Expm1", "EXPM1", vjp_expm1)


def expm1(x):
    """exp(x) - 1 without cancellation near 0, elementwise.

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

# a / |b|, and nan for negative b: a logarithm's gradient has the logarithm's domain.
cdef Variable vjp_over_positive(Function f, Variable gy, int i):
    cdef Variable gx
    if i == 0:
        gx = binary(&OVER_POSITIVE, gy, f.x1)
    else:
        gx = negate(multiply(gy, binary(&OVER_POSITIVE, output_of(f), f.x1)))
    return sum_to_layout(gx, input_of(f, i).layout)

cdef Op OVER_POSITIVE = kernel_op(b"Div", "OVER_POSITIVE", vjp_over_positive)


cdef Variable over_positive(Variable a, Variable b):
    return binary(&OVER_POSITIVE, a, b)


cdef Variable vjp_log(Function f, Variable gy, int i):
    return binary(&OVER_POSITIVE, gy, f.x0)

cdef Op LOG = kernel_op(b"Log", "LOG", vjp_log)


cdef Variable logarithm(Variable x):
    return unary(&LOG, x)


def log(x):
    """The natural logarithm, elementwise; -inf at 0, nan below.

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
    return binary(&OVER_POSITIVE, gy, shift(f.x0, 1.0))

cdef Op LOG1P = kernel_op(b"Log1p", "LOG1P", vjp_log1p)


def log1p(x):
    """log(1 + x) without cancellation near 0, elementwise.

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


# ---- exp2: y = 2^x, dy/dx = y log(2) ------------------------------------------------------------

cdef Variable vjp_exp2(Function f, Variable gy, int i):
    return multiply(gy, scale(output_of(f), LN2))

cdef Op EXP2 = kernel_op(b"Exp2", "EXP2", vjp_exp2)


def exp2(x):
    """2 to the power x, elementwise.

    Notes
    -----
    d 2^x = 2^x log(2) dx. Error at most 1 ULP, exact for integers; the same bits on
    every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.exp2(cg.Variable([3.0, -1.0]))
    variable([8. , 0.5])
    """
    return unary(&EXP2, as_variable(x, "exp2"))


# ---- log2: y = log(x) / log(2), dy/dx = 1 / (x log(2)) ------------------------------------------

cdef Variable vjp_log2(Function f, Variable gy, int i):
    return binary(&OVER_POSITIVE, gy, scale(f.x0, LN2))

cdef Op LOG2 = kernel_op(b"Log2", "LOG2", vjp_log2)


def log2(x):
    """The logarithm to base 2, elementwise; nan below 0.

    Notes
    -----
    d log2(x) = dx / (x log(2)). Error at most 1 ULP, exact for powers of 2; the same
    bits on every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.log2(cg.Variable([8.0, 0.5]))
    variable([ 3., -1.])
    """
    return unary(&LOG2, as_variable(x, "log2"))


# ---- log10: y = log(x) / log(10), dy/dx = 1 / (x log(10)) ---------------------------------------

cdef Variable vjp_log10(Function f, Variable gy, int i):
    return binary(&OVER_POSITIVE, gy, scale(f.x0, LN10))

cdef Op LOG10 = kernel_op(b"Log10", "LOG10", vjp_log10)


def log10(x):
    """The logarithm to base 10, elementwise; nan below 0.

    Notes
    -----
    d log10(x) = dx / (x log(10)). Error at most 1 ULP, exact for powers of 10; the same
    bits on every CPU (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.log10(cg.Variable([1000.0, 0.1]))
    variable([ 3., -1.])
    """
    return unary(&LOG10, as_variable(x, "log10"))


# ---- logaddexp: y = log(e^a + e^b), dy/da = p(a, b) = sigmoid(a - b), dy/db = p(b, a) -----------

# The share p of e^a in the sum e^a + e^b: dp/da = -dp/db = p(a, b) p(b, a). Of powers of 2: log(2)
# times that.
cdef Variable vjp_share(Function f, Variable gy, int i):
    cdef Variable slope = multiply(output_of(f), binary(f.op, f.x1, f.x0))
    if f.op == &SHARE2:
        slope = scale(slope, LN2)
    slope = multiply(gy, slope)
    return sum_to_layout(slope if i == 0 else negate(slope), input_of(f, i).layout)

cdef Op SHARE = kernel_op(b"Share", "LOGADDEXP_SHARE", vjp_share)
cdef Op SHARE2 = kernel_op(b"Share", "LOGADDEXP2_SHARE", vjp_share)


cdef Variable vjp_logaddexp(Function f, Variable gy, int i):
    cdef const Op* share = &SHARE if f.op == &LOGADDEXP else &SHARE2
    cdef Variable p = binary(share, input_of(f, i), input_of(f, 1 - i))
    return sum_to_layout(multiply(gy, p), input_of(f, i).layout)

cdef Op LOGADDEXP = kernel_op(b"LogAddExp", "LOGADDEXP", vjp_logaddexp)
cdef Op LOGADDEXP2 = kernel_op(b"LogAddExp2", "LOGADDEXP2", vjp_logaddexp)
cdef Forms LOGADDEXP_FORMS = Forms(b"logaddexp", &LOGADDEXP, NULL, NULL)
cdef Forms LOGADDEXP2_FORMS = Forms(b"logaddexp2", &LOGADDEXP2, NULL, NULL)


def logaddexp(a, b):
    """log(exp(a) + exp(b)) without overflow, elementwise.

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
    dy = sigmoid(a - b) da + sigmoid(b - a) db; equal infinities share evenly.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.logaddexp(cg.Variable([0.0, 1000.0]), 0.0)
    variable([6.93147181e-01, 1.00000000e+03])
    """
    return call_forms(&LOGADDEXP_FORMS, a, b)


def logaddexp2(a, b):
    """log2(2^a + 2^b) without overflow, elementwise.

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
    dy = 2^(a - y) da + 2^(b - y) db; equal infinities share evenly. Error at most 1 ULP,
    or 2^-59 where negative a and b give a result near 0; the same bits on every CPU
    (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.logaddexp2(cg.Variable([3.0, 2000.0]), 3.0)
    variable([   4., 2000.])
    """
    return call_forms(&LOGADDEXP2_FORMS, a, b)
