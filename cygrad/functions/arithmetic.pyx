"""add, sub, mul, div, neg, sign, abs; with the operators of Variable.

Each operation: its derivative, its entry, its function. A number beside a Variable is a constant of
the operation (the `_C` entries: x op c; the `C_` ones: c op x), not a Variable.
"""

from cygrad.core.function cimport Function, Op
from cygrad.core.operators cimport OPERATORS
from cygrad.core.variable cimport Variable
from cygrad.functions.broadcasting cimport sum_to_layout
from cygrad.functions.elementwise cimport (
    Forms, apply_forms, binary, call_forms, kernel_op, output_of, unary, unary_with, vjp_zero,
)
from cygrad.functions.operation cimport as_variable, reading

# ---- add: y = a + b, dy/da = dy/db = 1 --------------------------------------------------------

cdef Variable vjp_pass(Function f, Variable gy, int i):
    return sum_to_layout(gy, (f.x0 if i == 0 else f.x1).layout)

cdef Op ADD = kernel_op(b"Add", "ADD", vjp_pass)
cdef Op ADD_C = kernel_op(b"Add", "ADD_C", vjp_pass)
cdef Forms ADD_FORMS = Forms(b"add", &ADD, &ADD_C, &ADD_C)


cdef Variable plus(Variable a, Variable b):
    return binary(&ADD, a, b)


cdef Variable shift(Variable x, double c):
    return unary_with(&ADD_C, x, c, 0.0)


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


cdef Variable subtract_from(double c, Variable x):
    return unary_with(&C_SUB, x, c, 0.0)


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


# ---- sign: dy/dx = 0 --------------------------------------------------------------------------

cdef Op SIGN = reading(kernel_op(b"Sign", "SIGN", vjp_zero), 0, 0)


cdef Variable sign_of(Variable x):
    return unary(&SIGN, x)


def sign(x):
    """1, -1 or 0 as x is above, below or at 0; nan of nan, elementwise.

    Notes
    -----
    The derivative is 0 everywhere, on the steps too, as in PyTorch.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.sign(cg.Variable([1.5, -1.5, -2.5, 0.0]))
    variable([ 1., -1., -1.,  0.])
    """
    return sign_of(as_variable(x, "sign"))


# ---- abs: y = |x|, dy/dx = sign(x) ------------------------------------------------------------

cdef Variable vjp_abs(Function f, Variable gy, int i):
    return multiply(gy, sign_of(f.x0))

cdef Op ABS = kernel_op(b"Abs", "ABS", vjp_abs)


cdef Variable absolute(Variable x):
    return unary(&ABS, x)


def abs(x):
    """|x|, elementwise.

    Notes
    -----
    d|x| = sign(x) dx, with 0 at 0.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.abs(cg.Variable([3.0, -2.0]))
    variable([3., 2.])
    """
    return absolute(as_variable(x, "abs"))


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
    return absolute(<Variable>x)

cdef Variable chain(Variable gy, Variable slope, Variable x):
    return sum_to_layout(multiply(gy, slope), x.layout)

OPERATORS.add = add_operator
OPERATORS.sub = sub_operator
OPERATORS.mul = mul_operator
OPERATORS.div = div_operator
OPERATORS.neg = neg_operator
OPERATORS.abs = abs_operator
OPERATORS.sum_gradients = plus
OPERATORS.chain = chain
