"""add, sub, mul, div, neg, pow, square, sqrt, abs; with the operators of Variable.

Each operation: its derivative, its entry, its function. A number beside a Variable is a constant of
the operation (the `_C` entries: x op c; the `C_` ones: c op x), not a Variable.
"""

from libc.math cimport floor

from cygrad.core.arrays cimport is_array_like, is_number, number
from cygrad.core.function cimport Function, Op, input_of, vjp_rule
from cygrad.core.operators cimport OPERATORS
from cygrad.core.variable cimport Variable
from cygrad.functions.elementwise cimport (
    Forms, apply_forms, as_variable, binary, binary_with, call_forms, composed, kernel_op,
    output_of, unary, unary_with,
)
from cygrad.functions.reduction cimport sum_to_layout
from cygrad.functions.rounding cimport sign_of

# ---- add: y = a + b, dy/da = dy/db = 1 --------------------------------------------------------

cdef Variable vjp_pass(Function f, Variable gy, int i):
    return sum_to_layout(gy, (f.x0 if i == 0 else f.x1).layout)

cdef Op ADD = kernel_op(b"Add", "ADD", vjp_pass)
cdef Op ADD_C = kernel_op(b"Add", "ADD_C", vjp_pass)
cdef Forms ADD_FORMS = Forms(b"add", &ADD, &ADD_C, &ADD_C)


def add(a, b):
    """a + b, elementwise.

    Parameters
    ----------
    a, b : Variable, float or array_like
        Of shapes that broadcast; at least one is usually a Variable.

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
    d(a + b) = da + db; the gradient of a broadcast input is summed to its shape.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.add(cg.Variable([1.0, 2.0]), 10.0)
    variable([11., 12.])
    """
    return call_forms(&ADD_FORMS, a, b)


# ---- sub: y = a - b, dy/da = 1, dy/db = -1 ----------------------------------------------------

cdef Variable vjp_sub(Function f, Variable gy, int i):
    return sum_to_layout(gy, f.x0.layout) if i == 0 else sum_to_layout(negate(gy), f.x1.layout)

cdef Variable vjp_c_sub(Function f, Variable gy, int i):
    return negate(gy)

cdef Op SUB = kernel_op(b"Sub", "SUB", vjp_sub)
cdef Op SUB_C = kernel_op(b"Sub", "SUB_C", vjp_pass)
cdef Op C_SUB = kernel_op(b"Sub", "RSUB_C", vjp_c_sub)
cdef Forms SUB_FORMS = Forms(b"sub", &SUB, &SUB_C, &C_SUB)


cdef Variable subtract(Variable a, Variable b):
    return binary(&SUB, a, b)


def sub(a, b):
    """a - b, elementwise.

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
    d(a - b) = da - db.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.sub(1.0, cg.Variable([1.0, 2.0]))
    variable([ 0., -1.])
    """
    return call_forms(&SUB_FORMS, a, b)


# ---- mul: y = a b, dy/da = b, dy/db = a -------------------------------------------------------

cdef Variable vjp_mul(Function f, Variable gy, int i):
    return sum_to_layout(multiply(gy, f.x1 if i == 0 else f.x0), (f.x0 if i == 0 else f.x1).layout)

cdef Variable vjp_mul_c(Function f, Variable gy, int i):
    return scale(gy, f.c[0])

cdef Op MUL = kernel_op(b"Mul", "MUL", vjp_mul)
cdef Op MUL_C = kernel_op(b"Mul", "MUL_C", vjp_mul_c)
cdef Forms MUL_FORMS = Forms(b"mul", &MUL, &MUL_C, &MUL_C)


cdef Variable multiply(Variable a, Variable b):
    return binary(&MUL, a, b)


cdef Variable scale(Variable x, double c):
    return unary_with(&MUL_C, x, c, 0.0)


cdef Variable shift(Variable x, double c):
    return unary_with(&ADD_C, x, c, 0.0)


cdef Variable subtract_from(double c, Variable x):
    return unary_with(&C_SUB, x, c, 0.0)


def mul(a, b):
    """a * b, elementwise.

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
    d(ab) = b da + a db.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.mul(cg.Variable([1.0, 2.0]), [[2.0], [3.0]])
    variable([[2., 4.],
              [3., 6.]])
    """
    return call_forms(&MUL_FORMS, a, b)


# ---- div: y = a / b, dy/da = 1/b, dy/db = -(a/b)/b --------------------------------------------

cdef Variable vjp_div(Function f, Variable gy, int i):
    if i == 0:
        return sum_to_layout(divide(gy, f.x1), f.x0.layout)
    return sum_to_layout(negate(multiply(gy, divide(output_of(f), f.x1))), f.x1.layout)

cdef Variable vjp_div_c(Function f, Variable gy, int i):
    return divide_by(gy, f.c[0])

cdef Variable vjp_c_div(Function f, Variable gy, int i):
    return negate(multiply(gy, divide(output_of(f), f.x0)))

cdef Op DIV = kernel_op(b"Div", "DIV", vjp_div)
cdef Op DIV_C = kernel_op(b"Div", "DIV_C", vjp_div_c)
cdef Op C_DIV = kernel_op(b"Div", "RDIV_C", vjp_c_div)
cdef Forms DIV_FORMS = Forms(b"div", &DIV, &DIV_C, &C_DIV)


cdef Variable divide(Variable a, Variable b):
    return binary(&DIV, a, b)


cdef Variable divide_by(Variable x, double c):
    return unary_with(&DIV_C, x, c, 0.0)


def div(a, b):
    """a / b, elementwise; division by zero gives inf or nan, as IEEE arithmetic does.

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
    d(a/b) = da/b - (a/b)/b db.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.div(1.0, cg.Variable([2.0, 0.0]))
    variable([0.5, inf])
    """
    return call_forms(&DIV_FORMS, a, b)


# ---- neg: y = -x, dy/dx = -1 ------------------------------------------------------------------

cdef Variable vjp_neg(Function f, Variable gy, int i):
    return negate(gy)

cdef Op NEG = kernel_op(b"Neg", "NEG", vjp_neg)


cdef Variable negate(Variable x):
    return unary(&NEG, x)


def neg(x):
    """-x, elementwise.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    d(-x) = -dx.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.neg(cg.Variable([1.0, -2.0]))
    variable([-1.,  2.])
    """
    return negate(as_variable(x, "neg"))


# ---- square: y = x^2, dy/dx = 2 x -------------------------------------------------------------

cdef Variable vjp_square(Function f, Variable gy, int i):
    return multiply(gy, scale(f.x0, 2.0))

cdef Op SQUARE = kernel_op(b"Square", "SQUARE", vjp_square)


cdef Variable squared(Variable x):
    return unary(&SQUARE, x)


def square(x):
    """x * x, elementwise.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

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

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

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


# ---- abs: y = |x|, dy/dx = sign(x) ------------------------------------------------------------

cdef Variable vjp_abs(Function f, Variable gy, int i):
    return multiply(gy, sign_of(f.x0))

cdef Op ABS = kernel_op(b"Abs", "ABS", vjp_abs)


def abs(x):
    """|x|, elementwise.

    Parameters
    ----------
    x : Variable or array_like

    Returns
    -------
    Variable
        Of x's shape.

    Notes
    -----
    d|x| = sign(x) dx, with 0 at 0.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.abs(cg.Variable([3.0, -2.0]))
    variable([3., 2.])
    """
    return unary(&ABS, as_variable(x, "abs"))


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


cdef object pow_operator(object a, object b):
    if isinstance(a, Variable) and not isinstance(b, Variable) and is_number(b):
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
    if is_number(b) and is_array_like(a):
        return power(as_variable(a, "pow"), number(b))
    return call_forms(&POW_FORMS, a, b)


# ---- The operators ----------------------------------------------------------------------------

cdef object add_operator(object a, object b):
    return apply_forms(&ADD_FORMS, a, b)

cdef object sub_operator(object a, object b):
    return apply_forms(&SUB_FORMS, a, b)

cdef object mul_operator(object a, object b):
    return apply_forms(&MUL_FORMS, a, b)

cdef object div_operator(object a, object b):
    return apply_forms(&DIV_FORMS, a, b)

cdef object neg_operator(object x):
    return negate(<Variable>x)

cdef object abs_operator(object x):
    return unary(&ABS, <Variable>x)

cdef Variable sum_gradients(Variable a, Variable b):
    return binary(&ADD, a, b)

cdef Variable chain(Variable gy, Variable slope, Variable x):
    return sum_to_layout(multiply(gy, slope), x.layout)

OPERATORS.add = add_operator
OPERATORS.sub = sub_operator
OPERATORS.mul = mul_operator
OPERATORS.div = div_operator
OPERATORS.pow = pow_operator
OPERATORS.neg = neg_operator
OPERATORS.abs = abs_operator
OPERATORS.sum_gradients = sum_gradients
OPERATORS.chain = chain
