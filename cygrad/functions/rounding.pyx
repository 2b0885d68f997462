"""floor, ceil, trunc, rint, copysign, fmod, remainder, floor_divide.

Step functions and what is made of them: between the steps the derivatives are whole numbers. On a
step, where there is none, they are given the value of the formula.
"""

from cygrad.core.function cimport Function, Op
from cygrad.core.operators cimport OPERATORS
from cygrad.core.variable cimport Variable, detached, filled_like
from cygrad.functions.arithmetic cimport divide, multiply, negate, sign_of, subtract
from cygrad.functions.broadcasting cimport sum_to_layout
from cygrad.functions.elementwise cimport (
    Forms, apply_forms, call_forms, kernel_op, output_of, unary, vjp_zero,
)
from cygrad.functions.operation cimport as_variable, reading


# ---- Steps: dy/dx = 0 -------------------------------------------------------------------------

cdef Op FLOOR = reading(kernel_op(b"Floor", "FLOOR", vjp_zero), 0, 0)
cdef Op CEIL = reading(kernel_op(b"Ceil", "CEIL", vjp_zero), 0, 0)
cdef Op TRUNC = reading(kernel_op(b"Trunc", "TRUNC", vjp_zero), 0, 0)
cdef Op RINT = reading(kernel_op(b"Rint", "RINT", vjp_zero), 0, 0)


def floor(x):
    """The greatest whole number that is at most x, elementwise.

    Notes
    -----
    The derivative is 0 everywhere, on the steps too, as in PyTorch.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.floor(cg.Variable([1.5, -1.5, -2.5, 0.0]))
    variable([ 1., -2., -3.,  0.])
    """
    return unary(&FLOOR, as_variable(x, "floor"))


def ceil(x):
    """The least whole number that is at least x, elementwise.

    Notes
    -----
    The derivative is 0 everywhere, on the steps too, as in PyTorch.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.ceil(cg.Variable([1.5, -1.5, -2.5, 0.0]))
    variable([ 2., -1., -2.,  0.])
    """
    return unary(&CEIL, as_variable(x, "ceil"))


def trunc(x):
    """x without its fraction: the whole number next to it towards 0, elementwise.

    Notes
    -----
    The derivative is 0 everywhere, on the steps too, as in PyTorch.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.trunc(cg.Variable([1.5, -1.5, -2.5, 0.0]))
    variable([ 1., -1., -2.,  0.])
    """
    return unary(&TRUNC, as_variable(x, "trunc"))


def rint(x):
    """The nearest whole number, the even one of two, elementwise.

    Notes
    -----
    The derivative is 0 everywhere, on the steps too, as in PyTorch.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.rint(cg.Variable([1.5, -1.5, -2.5, 0.0]))
    variable([ 2., -2., -2.,  0.])
    """
    return unary(&RINT, as_variable(x, "rint"))


# ---- copysign: y = |a| with the sign of b, dy/da = sign(a) sign(b), 0 at a = 0 ------------------

cdef Variable vjp_copysign(Function f, Variable gy, int i):
    if i == 1:
        return filled_like(f.x1, 0.0)
    weight = multiply(sign_of(detached(f.x0)), sign_of(detached(output_of(f))))
    return sum_to_layout(multiply(gy, weight), f.x0.layout)

cdef Op COPYSIGN = kernel_op(b"CopySign", "COPYSIGN", vjp_copysign)
cdef Forms COPYSIGN_FORMS = Forms(b"copysign", &COPYSIGN, NULL, NULL)


def copysign(a, b):
    """The magnitude of a with the sign of b, elementwise.

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
    The derivative with respect to a is 1 where the signs agree, -1 where they differ, 0 at a = 0,
    as in PyTorch; that with respect to b is 0.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.copysign(cg.Variable([1.0, 2.0]), [-1.0, 1.0])
    variable([-1.,  2.])
    """
    return call_forms(&COPYSIGN_FORMS, a, b)


# ---- fmod, remainder: y = a - n b with n a step function of a/b, dy/da = 1, dy/db = -n ----------

cdef Variable vjp_remainder(Function f, Variable gy, int i):
    cdef Variable steps
    if i == 0:
        return sum_to_layout(gy, f.x0.layout)
    # Not rounded from a/b, which may lie on the other side of a step.
    steps = subtract(detached(f.x0), detached(output_of(f)))
    steps = unary(&RINT, divide(steps, detached(f.x1)))
    return sum_to_layout(negate(multiply(gy, steps)), f.x1.layout)

cdef Op FMOD = kernel_op(b"Fmod", "FMOD", vjp_remainder)
cdef Op REMAINDER = kernel_op(b"Remainder", "REMAINDER", vjp_remainder)
cdef Op FLOOR_DIVIDE = reading(
    kernel_op(b"Floor_Divide", "FLOOR_DIVIDE", vjp_zero), 0, 0)
cdef Forms FMOD_FORMS = Forms(b"fmod", &FMOD, NULL, NULL)
cdef Forms REMAINDER_FORMS = Forms(b"remainder", &REMAINDER, NULL, NULL)
cdef Forms FLOOR_DIVIDE_FORMS = Forms(b"floor_divide", &FLOOR_DIVIDE, NULL, NULL)


def fmod(a, b):
    """What is left of a when the quotient a/b is cut towards 0, elementwise; its sign is a's.

    nan where b is 0. NumPy's and C's fmod.

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
    y = a - trunc(a/b) b; so dy/da = 1 and dy/db = -trunc(a/b).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.fmod(cg.Variable([7.5, -7.5]), 2.0)
    variable([ 1.5, -1.5])
    """
    return call_forms(&FMOD_FORMS, a, b)


def remainder(a, b):
    """What is left of a when the quotient a/b is rounded down, elementwise: Python's a % b.

    The sign is b's; nan where b is 0. NumPy's remainder, Python's modulo.

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
    y = a - floor(a/b) b; so dy/da = 1 and dy/db = -floor(a/b).

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.remainder(cg.Variable([7.5, -7.5]), 2.0)
    variable([1.5, 0.5])
    """
    return call_forms(&REMAINDER_FORMS, a, b)


def floor_divide(a, b):
    """a/b rounded down, elementwise: Python's a // b.

    Where b is 0, inf with the sign of a, or nan if a is 0 too.

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
    The derivatives are 0, as those of `floor`.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> F.floor_divide(cg.Variable([7.5, -7.5]), 2.0)
    variable([ 3., -4.])
    """
    return call_forms(&FLOOR_DIVIDE_FORMS, a, b)


cdef object remainder_operator(object a, object b):
    return apply_forms(&REMAINDER_FORMS, a, b)

cdef object floor_divide_operator(object a, object b):
    return apply_forms(&FLOOR_DIVIDE_FORMS, a, b)

OPERATORS.remainder = remainder_operator
OPERATORS.floor_divide = floor_divide_operator
