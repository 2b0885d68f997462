"""grad, value_and_grad, elementwise_grad: the gradient of a function, as a function."""

from cygrad.core.backward cimport gradients
from cygrad.core.variable cimport Variable, filled_like
from cygrad.transforms.trace cimport (
    Trace, Transform, begin, close, give, give_aux, give_value, one_number, one_output, run,
)


cdef class Gradient(Transform):
    """The gradient of a function: what `grad` and `elementwise_grad` return."""

    def __call__(self, *args, **kwargs):
        return differentiate(self, args, kwargs, False)


cdef class ValueAndGradient(Transform):
    """A function and its gradient: what `value_and_grad` returns."""

    def __call__(self, *args, **kwargs):
        return differentiate(self, args, kwargs, True)


cdef object differentiate(Transform d, tuple args, dict kwargs, bint with_value):
    cdef Trace t = begin(d.transform, d.function, d.argnums, args, kwargs, d.has_aux,
                         False)
    cdef Variable y
    cdef list found
    try:
        result = run(t)
        if d.transform == "elementwise_grad":
            y = one_output(t, result, "a Variable")
        else:
            y = one_number(t, result)
        result = None
        found = gradients([y], [filled_like(y, 1.0)], t.ends, t.differentiable)
    finally:
        close(t)
    g = give(t, found, t.variables)
    if d.has_aux:
        aux = give_aux(t)
        return ((give_value(t, y), aux), g) if with_value else (g, aux)
    return (give_value(t, y), g) if with_value else g


def grad(f, argnums=0, has_aux=False):
    """The gradient of a function of arrays to a number, as a function.

    Parameters
    ----------
    f : callable
        Takes Variables in place of the arguments named by `argnums`, the others as they are, and
        returns a Variable of one element.
    argnums : int or tuple of int, default 0
        The places of the arguments to differentiate by; others, and those passed by keyword, are
        constants. A tuple gives a tuple of gradients.
    has_aux : bool, default False
        f returns ``(output, aux)``, and the new function ``(gradient, aux)``.

    Returns
    -------
    callable
        Takes the arguments of f, and returns the gradient, in the structure of the argument: of an
        ndarray an ndarray of its shape, of a number a float, of a Variable a Variable; of nested
        dicts, lists, tuples and named tuples of these the same.

    Raises
    ------
    ValueError
        By the new function, if f returns more than one element.
    TypeError
        If f returns no number, or if there is no such argument.

    Notes
    -----
    (df/dx_1, ..., df/dx_n), as ``jax.grad`` and ``torch.func.grad``. Where f does not depend on an
    argument, zeros; also where it returns a plain number. For a NumPy array or scalar, which can
    hardly be meant, there is a warning.

    Transforms nest to any order. Gradients of Variables that require one can be differentiated
    further, by another transform or ``backward``; so can all results inside the function of another
    transform, where they are Variables whatever the arguments. No ``.grad`` is touched. What f
    closes over is a constant to this transform, and not to what differentiates the result:
    gradients at a Variable, whether that requires one itself or not, stay connected to parameters
    that f uses. Graphs are recorded inside f in a ``no_grad`` block too, and the results are
    constants there.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> import numpy as np
    >>> cg.grad(lambda x: F.sum(x ** 3))(np.array([1.0, 2.0]))
    array([ 3., 12.])
    >>> cg.grad(cg.grad(lambda x: x ** 3))(2.0)
    12.0
    >>> def loss(params, t):
    ...     return (params["w"] * 3.0 + params["b"] - t) ** 2
    >>> cg.grad(loss)({"w": 1.0, "b": 0.5}, 2.0)
    {'w': 9.0, 'b': 3.0}
    """
    return Gradient("grad", f, argnums, has_aux)


def value_and_grad(f, argnums=0, has_aux=False):
    """A function of arrays to a number together with its gradient, as a function.

    Parameters
    ----------
    f : callable
        Takes Variables in place of the arguments named by `argnums`, the others as they are, and
        returns a Variable of one element.
    argnums : int or tuple of int, default 0
        The places of the arguments to differentiate by; others, and those passed by keyword, are
        constants. A tuple gives a tuple of gradients.
    has_aux : bool, default False
        f returns ``(output, aux)``, and the new function ``((value, aux), gradient)``.

    Returns
    -------
    callable
        Takes the arguments of f, and returns ``(value, gradient)``, or with has_aux
        ``((value, aux), gradient)``. The value is a float, or a Variable where the gradient is.

    Raises
    ------
    ValueError
        By the new function, if f returns more than one element.
    TypeError
        If f returns no number, or if there is no such argument.

    Notes
    -----
    As ``jax.value_and_grad``; ``scipy.optimize.minimize(cg.value_and_grad(f), x0, jac=True)``
    works as it stands.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> import numpy as np
    >>> cg.value_and_grad(lambda x: F.sum(x * x))(np.array([1.0, 2.0]))
    (5.0, array([2., 4.]))
    """
    return ValueAndGradient("value_and_grad", f, argnums, has_aux)


def elementwise_grad(f, argnums=0, has_aux=False):
    """The derivative of an elementwise function, at every element at once, as a function.

    Parameters
    ----------
    f : callable
        Takes Variables in place of the arguments named by `argnums`, the others as they are, and
        returns a Variable of any shape.
    argnums : int or tuple of int, default 0
        The places of the arguments to differentiate by; others, and those passed by keyword, are
        constants. A tuple gives a tuple of gradients.
    has_aux : bool, default False
        f returns ``(output, aux)``, and the new function ``(gradient, aux)``.

    Returns
    -------
    callable
        As `grad` does.

    Raises
    ------
    TypeError
        By the new function, if f returns no Variable or number, or if there is no such argument.

    Notes
    -----
    The gradient of the sum of f's elements; where each depends on the same element of x alone, it
    holds the derivatives df(x_i)/dx_i. As HIPS autograd's ``elementwise_grad``.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> import numpy as np
    >>> cg.elementwise_grad(lambda x: x ** 3)(np.array([1.0, 2.0, 3.0]))
    array([ 3., 12., 27.])
    """
    return Gradient("elementwise_grad", f, argnums, has_aux)
