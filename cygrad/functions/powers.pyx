"""pow, square, sqrt."""

from libc.math cimport floor

from cygrad.core.arrays cimport is_array_like, is_number, number
from cygrad.core.function cimport Function, Op, input_of, vjp_rule
from cygrad.core.mode cimport mode
from cygrad.core.operators cimport OPERATORS
from cygrad.core.tape cimport Tape, standing_for
from cygrad.core.variable cimport Variable
from cygrad.functions.arithmetic cimport divide, multiply, negate, scale
from cygrad.functions.broadcasting cimport sum_to_layout
from cygrad.functions.elementwise cimport (
    Forms, apply_forms, binary_with, call_forms, kernel_op, output_of, unary, unary_with,
)
from cygrad.functions.operation cimport as_variable, composed


# ---- square: y = x^2, dy/dx = 2 x -------------------------------------------------------------

cdef Variable vjp_square(Function f, Variable gy, int i):
    return multiply(gy, scale(f.x0, 2.0))

cdef Op SQUARE = kernel_op(b"Square", "SQUARE", vjp_square)


cdef Variable squared(Variable x):
    return unary(&SQUARE, x)


def square(x):
    """x * x, elementwise.

    Notes
    -----
    d(x^2) = 2x dx.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.square(cg.Variable([1.0, -2.0]))
    variable([1., 4.])
    """
    return unary(&SQUARE, as_variable(x, "square"))


# ---- sqrt: y = sqrt(x), dy/dx = 1 / (2 y) -----------------------------------------------------

cdef Variable vjp_sqrt(Function f, Variable gy, int i):
    return divide(gy, scale(output_of(f), 2.0))

cdef Op SQRT = kernel_op(b"Sqrt", "SQRT", vjp_sqrt)


cdef Variable square_root(Variable x):
    return unary(&SQRT, x)


def sqrt(x):
    """The square root, elementwise; nan below 0.

    Notes
    -----
    d sqrt(x) = dx / (2 sqrt(x)); the derivative at 0 is inf.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.sqrt(cg.Variable([4.0, 2.25]))
    variable([2. , 1.5])
    """
    return unary(&SQRT, as_variable(x, "sqrt"))


# ---- pow: y = a^b, dy/da = b a^(b-1), dy/db = y log(a) ----------------------------------------
#
# Each derivative, of any order by a and by b, is a kernel's (power_slopes.h), which takes the limit
# where a is 0: no mask is needed, and none of its derivatives is lost.

cdef Variable vjp_pow(Function f, Variable gy, int i):
    return times_derivative(gy, f, i, 0.0, 0.0)

cdef Variable vjp_pow_derivative(Function f, Variable gy, int i):
    return times_derivative(gy, f, i, f.c[0], f.c[1])

cdef Variable vjp_pow_c(Function f, Variable gy, int i):
    cdef double c = f.c[0]
    if c == 1.0:
        return gy
    if c == -1.0:
        return negate(multiply(gy, divide(output_of(f), f.x0)))
    if c == 0.5:
        return vjp_sqrt(f, gy, i)
    return times_derivative_c(gy, f.x0, c, 1.0)

cdef Variable vjp_pow_c_derivative(Function f, Variable gy, int i):
    return times_derivative_c(gy, f.x0, f.c[0], f.c[1] + 1.0)

cdef Variable vjp_c_pow(Function f, Variable gy, int i):
    cdef double order = f.c[1] + 1.0        # c[1] of c^x itself is 0
    cdef const Op* slope = (&C_POW_Y if order == 1.0 else &C_POW_YY if order == 2.0
                            else &C_POW_DERIVATIVE)
    return multiply(gy, unary_with(slope, f.x0, f.c[0], order))

cdef Op POW = kernel_op(b"Pow", "POW", vjp_pow)
cdef Op POW_C = kernel_op(b"Pow", "POW_C", vjp_pow_c)
cdef Op POW_1 = kernel_op(b"Pow", "COPY", vjp_pow_c)
cdef Op POW_0 = composed(kernel_op(b"Pow", "POW_C", vjp_pow_c))
cdef Op POW_HALF = kernel_op(b"Pow", "SQRT", vjp_pow_c)
cdef Op POW_2 = kernel_op(b"Pow", "SQUARE", vjp_pow_c)
cdef Op POW_3 = kernel_op(b"Pow", "CUBE", vjp_pow_c)
cdef Op POW_MINUS_1 = kernel_op(b"Pow", "RECIPROCAL", vjp_pow_c)
cdef Op C_POW = kernel_op(b"Pow", "RPOW_C", vjp_c_pow)

# The derivatives, of orders c[0] and c[1] by a and by b; of order c[1] of x^c[0] and of c[0]^x.
cdef Op pow_derivative_op(str kernel, vjp_rule vjp) except *:
    return kernel_op(b"PowDerivative", kernel, vjp)

cdef Op POW_A = pow_derivative_op("POW_X", vjp_pow_derivative)
cdef Op POW_B = pow_derivative_op("POW_Y", vjp_pow_derivative)
cdef Op POW_AA = pow_derivative_op("POW_XX", vjp_pow_derivative)
cdef Op POW_AB = pow_derivative_op("POW_XY", vjp_pow_derivative)
cdef Op POW_BB = pow_derivative_op("POW_YY", vjp_pow_derivative)
cdef Op POW_DERIVATIVE = pow_derivative_op("POW_DERIVATIVE", vjp_pow_derivative)
cdef Op POW_C_X = pow_derivative_op("POW_C_X", vjp_pow_c_derivative)
cdef Op POW_C_XX = pow_derivative_op("POW_C_XX", vjp_pow_c_derivative)
cdef Op POW_C_DERIVATIVE = pow_derivative_op("POW_C_DERIVATIVE", vjp_pow_c_derivative)
cdef Op C_POW_Y = pow_derivative_op("RPOW_C_Y", vjp_c_pow)
cdef Op C_POW_YY = pow_derivative_op("RPOW_C_YY", vjp_c_pow)
cdef Op C_POW_DERIVATIVE = pow_derivative_op("RPOW_C_DERIVATIVE", vjp_c_pow)
cdef Forms POW_FORMS = Forms(b"pow", &POW, NULL, &C_POW)


cdef Variable times_derivative(Variable gy, Function f, int i, double m, double n):
    """gy times d/da or d/db of the m-th derivative by a of the n-th by b."""
    cdef const Op* slope = &POW_DERIVATIVE
    if i == 0:
        m += 1.0
    else:
        n += 1.0
    if m + n == 1.0:
        slope = &POW_A if i == 0 else &POW_B
    elif m + n == 2.0:
        slope = &POW_AA if m == 2.0 else &POW_AB if m == 1.0 else &POW_BB
    return sum_to_layout(multiply(gy, binary_with(slope, f.x0, f.x1, m, n)), input_of(f, i).layout)


cdef Variable times_derivative_c(Variable gy, Variable x, double c, double m):
    """gy times the m-th derivative of x^c, by products where c is a small whole number."""
    cdef double falling = 1.0, k = 0.0
    cdef Variable slope
    while k < m:
        falling *= c - k
        k += 1.0
    if falling == 0.0 or c == m:
        return scale(gy, falling)
    if c <= 16.0 and c - m in (1.0, 2.0, 3.0) and c == floor(c):
        slope = scale(x if c - m == 1.0 else power(x, c - m), falling)
    else:
        slope = unary_with(&POW_C_X if m == 1.0 else &POW_C_XX if m == 2.0 else &POW_C_DERIVATIVE,
                           x, c, m)
    return multiply(gy, slope)


cdef Variable power(Variable x, double c):
    """x^c, by products and quotients for the exponents that are written most."""
    if c == 2.0:
        return unary_with(&POW_2, x, c, 0.0)
    if c == 3.0:
        return unary_with(&POW_3, x, c, 0.0)
    if c == -1.0:
        return unary_with(&POW_MINUS_1, x, c, 0.0)
    if c == 1.0:
        return unary_with(&POW_1, x, c, 0.0)
    if c == 0.0:
        return unary_with(&POW_0, x, c, 0.0)
    if c == 0.5:
        return unary_with(&POW_HALF, x, c, 0.0)
    return unary_with(&POW_C, x, c, 0.0)


cdef bint is_general(object b) except -1:
    """Whether b is the number that a tape knows as an argument, and no kernel depends on it."""
    cdef Variable given
    if mode().tape is NULL:
        return False
    given = standing_for(b)
    if given is None or given.ptr[0] == floor(given.ptr[0]) or given.ptr[0] == 0.5:
        return False
    (<Tape>mode().tape).not_whole(given, 0.5)
    return True


cdef object pow_operator(object a, object b):
    if isinstance(a, Variable) and not isinstance(b, Variable) and is_number(b):
        if is_general(b):
            return apply_forms(&POW_FORMS, a, b)
        return power(<Variable>a, number(b))
    return apply_forms(&POW_FORMS, a, b)


def pow(a, b):
    """a ** b, elementwise.

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
    The exponents -1, 0.5, 2 and 3, given as numbers, are a quotient, a square root and products.
    Error of the others at most 1 ULP, exact where the result is representable, the same bits on
    every CPU (transcendental.h); special cases are C99's.

    d(a^b) = b a^(b-1) da + a^b log(a) db, with an error of at most 2 ULP. Where b = 0, the
    derivative with respect to a is 0; where a = 0 and b >= 0, that with respect to b is 0, as in
    PyTorch. The other derivatives at a = 0, of any order, are the limits from a > 0.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.pow(cg.Variable([1.0, 2.0, 3.0]), 3)
    variable([ 1.,  8., 27.])
    """
    if is_number(b) and is_array_like(a) and not is_general(b):
        return power(as_variable(a, "pow"), number(b))
    return call_forms(&POW_FORMS, a, b)


OPERATORS.pow = pow_operator
