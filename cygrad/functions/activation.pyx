"""relu, leaky_relu, sigmoid, silu, gelu, softplus, erf, erfc."""

from cygrad.core.arrays cimport is_number, number
from cygrad.core.function cimport Function, Op, READS_X0, READS_Y
from cygrad.core.variable cimport Variable, scalar
from cygrad.functions.arithmetic cimport multiply, negate, scale, shift, subtract, subtract_from
from cygrad.functions.comparison cimport above, at_most
from cygrad.functions.elementwise cimport binary, kernel_op, output_of, unary, unary_with
from cygrad.functions.gaussian cimport exp_minus_half_square, exp_minus_square
from cygrad.functions.operation cimport as_variable, reading
from cygrad.functions.powers cimport squared
from cygrad.functions.selection cimport choose, clipped
from cygrad.functions.trigonometric cimport hyperbolic_tangent


# ---- relu: y = max(x, 0), dy/dx = 1 where x > 0, else 0 -----------------------------------------

cdef Variable vjp_relu(Function f, Variable gy, int i):
    # A nan is not <= 0: it passes the gradient on, and shows.
    return choose(at_most(f.x0, 0.0), scalar(0.0), gy)

cdef Op RELU = reading(kernel_op(b"ReLU", "RELU", vjp_relu),
                       READS_X0 | READS_Y, 0)


def relu(x):
    """max(x, 0), elementwise: the rectified linear unit.

    Notes
    -----
    dy/dx is 1 where x > 0, and 0 elsewhere, at 0 too.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.relu(cg.Variable([-1.0, 0.0, 2.0]))
    variable([0., 0., 2.])
    """
    return unary(&RELU, as_variable(x, "relu"))


# ---- leaky_relu: y = x where x > 0, else c x ----------------------------------------------------

cdef Variable vjp_leaky_relu(Function f, Variable gy, int i):
    return choose(above(f.x0, 0.0), gy, scale(gy, f.c[0]))

cdef Op LEAKY_RELU = kernel_op(b"Leaky_ReLU", "LEAKY_RELU", vjp_leaky_relu)


def leaky_relu(x, slope=0.01):
    """x where x > 0, slope * x elsewhere.

    Parameters
    ----------
    x : Variable or array_like
    slope : float, default 0.01

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    TypeError
        If the slope is not a number.

    Notes
    -----
    dy/dx is 1 where x > 0, and the slope elsewhere, at 0 too, as in PyTorch.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.leaky_relu(cg.Variable([-1.0, 2.0]), 0.1)
    variable([-0.1,  2. ])
    """
    if not is_number(slope):
        raise TypeError(f"leaky_relu: the slope must be a number, not {type(slope).__name__}")
    return unary_with(&LEAKY_RELU, as_variable(x, "leaky_relu"), number(slope), 0.0)


# ---- sigmoid: y = 1 / (1 + e^-x), dy/dx = s = y (1 - y), ds/dx = -s tanh(x/2) -------------------

# s is e^-|x| / (1 + e^-|x|)^2 where 1 - y would lose its digits, and 1 - 2 y is -tanh(x/2), which
# loses none.
cdef Variable vjp_sigmoid_slope(Function f, Variable gy, int i):
    if i == 1:
        return None
    return negate(multiply(gy, multiply(output_of(f), hyperbolic_tangent(scale(f.x0, 0.5)))))

cdef Variable vjp_sigmoid(Function f, Variable gy, int i):
    return multiply(gy, logistic_slope(f.x0, output_of(f)))

cdef Op SIGMOID_SLOPE = kernel_op(b"SigmoidSlope", "SIGMOID_SLOPE", vjp_sigmoid_slope)
cdef Op SIGMOID = kernel_op(b"Sigmoid", "SIGMOID", vjp_sigmoid)


cdef Variable logistic_slope(Variable x, Variable y):
    return binary(&SIGMOID_SLOPE, x, y)


cdef Variable logistic(Variable x):
    return unary(&SIGMOID, x)


def sigmoid(x):
    """1 / (1 + exp(-x)), elementwise: the logistic function.

    Notes
    -----
    dy/dx = y (1 - y). Error of y at most 1 ULP for every x, the same bits on every CPU
    (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.sigmoid(cg.Variable([-1000.0, 0.0, 1.0]))
    variable([0.        , 0.5       , 0.73105858])
    """
    return unary(&SIGMOID, as_variable(x, "sigmoid"))


# ---- silu: y = x s, s = sigmoid(x), dy/dx = s + x s', its slope s' (2 - x tanh(x/2)) ------------

# Beyond 800, where s' is 0, inf * 0 would be nan.
cdef Variable vjp_silu_slope(Function f, Variable gy, int i):
    cdef Variable x = clipped(f.x0, -800.0, 800.0)
    cdef Variable bend = subtract_from(2.0, multiply(x, hyperbolic_tangent(scale(x, 0.5))))
    return multiply(gy, multiply(logistic_slope(x, logistic(x)), bend))

cdef Variable vjp_silu(Function f, Variable gy, int i):
    return multiply(gy, unary(&SILU_SLOPE, f.x0))

cdef Op SILU_SLOPE = kernel_op(b"SiLUSlope", "SILU_SLOPE", vjp_silu_slope)
cdef Op SILU = kernel_op(b"SiLU", "SILU", vjp_silu)


def silu(x):
    """x * sigmoid(x), elementwise: the sigmoid linear unit, or swish.

    Notes
    -----
    With s = sigmoid(x), dy/dx = s + x s (1 - s) (Elfwing, Uchibe, Doya, 2017).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.silu(cg.Variable([-1.0, 0.0, 1.0]))
    variable([-0.26894142,  0.        ,  0.73105858])
    """
    return unary(&SILU, as_variable(x, "silu"))


# ---- softplus: y = log(1 + e^x) = max(x, 0) + log1p(e^-|x|), dy/dx = sigmoid(x) -----------------

cdef Variable vjp_softplus(Function f, Variable gy, int i):
    return multiply(gy, logistic(f.x0))

cdef Op SOFTPLUS = kernel_op(b"Softplus", "SOFTPLUS", vjp_softplus)


cdef Variable soft_plus(Variable x):
    return unary(&SOFTPLUS, x)


def softplus(x):
    """log(1 + exp(x)), elementwise: a smooth relu.

    Notes
    -----
    Computed as max(x, 0) + log1p(exp(-abs(x))), which neither overflows nor cancels;
    dy/dx = sigmoid(x).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.softplus(cg.Variable([-1000.0, 0.0, 1000.0]))
    variable([0.00000000e+00, 6.93147181e-01, 1.00000000e+03])
    """
    return unary(&SOFTPLUS, as_variable(x, "softplus"))


# ---- erf, erfc: dy/dx = 2/sqrt(pi) e^(-x^2), and its negative -----------------------------------

cdef double TWO_OVER_ROOT_PI = 1.1283791670955126
cdef double ONE_OVER_ROOT_2PI = 0.3989422804014327

cdef Variable vjp_erf(Function f, Variable gy, int i):
    return multiply(gy, scale(exp_minus_square(f.x0), TWO_OVER_ROOT_PI))

cdef Variable vjp_erfc(Function f, Variable gy, int i):
    return negate(vjp_erf(f, gy, i))

cdef Op ERF = kernel_op(b"Erf", "ERF", vjp_erf)
cdef Op ERFC = kernel_op(b"Erfc", "ERFC", vjp_erfc)


def erf(x):
    """The error function, elementwise: 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x.

    Notes
    -----
    dy/dx = 2/sqrt(pi) exp(-x^2). Error at most 1 ULP, the same bits on every CPU
    (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.erf(cg.Variable([0.0, 1.0]))
    variable([0.        , 0.84270079])
    """
    return unary(&ERF, as_variable(x, "erf"))


def erfc(x):
    """1 - erf(x) without cancellation, elementwise.

    Notes
    -----
    dy/dx = -2/sqrt(pi) exp(-x^2). Error at most 1 ULP, the same bits on every CPU
    (transcendental.h).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.erfc(cg.Variable(10.0))
    variable(2.088487583762545e-45)
    """
    return unary(&ERFC, as_variable(x, "erfc"))


# ---- gelu: y = x P(x), P the normal distribution's, or (tanh form) close to it ------------------

# s = (1 + tanh u) / 2 = sigmoid(v), v = 2 u = a x + b x^3, dy/dx = s + x v' s', its slope
# s' (2 v' + x (v'' - v'^2 tanh(v/2))). Beyond 50 s' is 0, and inf * 0 would be nan.
cdef double GELU_A = 1.5957691216057308         # 2 sqrt(2/pi)
cdef double GELU_B = 0.07135481627260025        # 0.044715 a

cdef Variable vjp_gelu_slope(Function f, Variable gy, int i):
    cdef Variable x = clipped(f.x0, -50.0, 50.0), xx = squared(x)
    cdef Variable v = multiply(x, shift(scale(xx, GELU_B), GELU_A))
    cdef Variable slope = shift(scale(xx, 3.0 * GELU_B), GELU_A)
    cdef Variable bend = subtract(scale(x, 6.0 * GELU_B),
                                  multiply(squared(slope), hyperbolic_tangent(scale(v, 0.5))))
    return multiply(gy, multiply(logistic_slope(v, logistic(v)),
                                 scale(slope, 2.0) + multiply(x, bend)))

cdef Variable vjp_gelu(Function f, Variable gy, int i):
    return multiply(gy, unary(&GELU_SLOPE, f.x0))

# dy/dx = P(x) + x p(x), its slope p(x) (2 - x^2)
cdef Variable vjp_gelu_exact_slope(Function f, Variable gy, int i):
    cdef Variable x = clipped(f.x0, -100.0, 100.0)
    cdef Variable pdf = scale(exp_minus_half_square(x), ONE_OVER_ROOT_2PI)
    return multiply(gy, multiply(pdf, subtract_from(2.0, squared(x))))

cdef Variable vjp_gelu_exact(Function f, Variable gy, int i):
    return multiply(gy, unary(&GELU_EXACT_SLOPE, f.x0))

cdef Op GELU_SLOPE = kernel_op(b"GELUSlope", "GELU_SLOPE", vjp_gelu_slope)
cdef Op GELU_EXACT_SLOPE = kernel_op(b"GELUSlope", "GELU_EXACT_SLOPE", vjp_gelu_exact_slope)
cdef Op GELU = kernel_op(b"GELU", "GELU", vjp_gelu)
cdef Op GELU_EXACT = kernel_op(b"GELU", "GELU_EXACT", vjp_gelu_exact)


def gelu(x, approximate="tanh"):
    """The Gaussian error linear unit: x P(x), with P the standard normal distribution function.

    Parameters
    ----------
    x : Variable or array_like
    approximate : {"tanh", "none"}, default "tanh"
        "tanh": 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), which is within 5e-4 of it.
        "none": exactly, with erfc.

    Returns
    -------
    Variable
        Of x's shape.

    Raises
    ------
    ValueError
        If `approximate` is neither.

    Notes
    -----
    Hendrycks and Gimpel (2016). Exactly, dy/dx = P(x) + x p(x) with p the density; in the tanh
    form, with s = (1 + tanh(u)) / 2, dy/dx = s + 2 x s (1 - s) du/dx.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> x = cg.Variable([-1.0, 0.0, 1.0])
    >>> F.gelu(x)
    variable([-0.15880801,  0.        ,  0.84119199])
    >>> F.gelu(x, "none")
    variable([-0.15865525,  0.        ,  0.84134475])
    """
    if approximate == "tanh":
        return unary(&GELU, as_variable(x, "gelu"))
    if approximate == "none":
        return unary(&GELU_EXACT, as_variable(x, "gelu"))
    raise ValueError(f"gelu: approximate must be 'tanh' or 'none', not {approximate!r}")
