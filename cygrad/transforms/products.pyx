"""vjp, jvp, hvp: a function's derivative times a vector, without the derivative itself."""

from cpython.object cimport PyObject

from cygrad.core.backward cimport gradients
from cygrad.core.mode cimport mode
from cygrad.core.variable cimport Variable, filled_like
from cygrad.functions.broadcasting cimport copied
from cygrad.transforms.forward cimport Forward, forward_of
from cygrad.transforms.trace cimport (
    Trace, all_outputs, begin, checked_argnums, close, depend, give, give_aux, give_outputs,
    one_number, run, seeds_of,
)


cdef class Pullback:
    """Cotangents of a function's outputs to those of its inputs: what `vjp` returns."""
    cdef Trace trace
    cdef list outputs

    def __call__(self, cotangents):
        cdef Trace t = self.trace
        cdef bint variables = False, differentiable = False
        cdef list seeds
        if t is None:
            raise TypeError("Pullback: only vjp makes these")
        seeds = seeds_of(t, t.output_places, cotangents, self.outputs, "a cotangent",
                         &variables, &differentiable)
        if variables and not differentiable and not mode().paused:
            differentiable = depend(t, self.outputs)
        return give(t, gradients(self.outputs, seeds, t.ends, differentiable), variables)

    def __repr__(self):
        return f"vjp({None if self.trace is None else self.trace.f!r})"


def vjp(f, *primals, argnums=None, has_aux=False):
    """A function's value, and the function that multiplies a vector by its derivative.

    Parameters
    ----------
    f : callable
        Takes Variables, and returns Variables: one, or several in nested dicts, lists and tuples.
    *primals : ndarray, float, Variable, or nested structure of them
        The arguments of f.
    argnums : int or tuple of int, optional
        Those to differentiate by; all if None.
    has_aux : bool, default False
        f returns ``(output, aux)``.

    Returns
    -------
    value : ndarray, float, Variable or structure
        What f returned.
    vjp_function : callable
        Takes a cotangent, in the structure and shapes of the value, and returns those of the
        primals: a tuple, or the one that argnums names if it is an int. It may be called any
        number of times.
    aux
        With has_aux only.

    Raises
    ------
    ValueError
        By vjp_function, if the cotangent does not have the structure and shapes of the value.
    TypeError
        If there is no such argument.

    Notes
    -----
    v^T J, with J the matrix of df_i/dx_j: one backward pass. As ``jax.vjp`` and
    ``torch.func.vjp``. The graph lives as long as vjp_function does. See `grad` for what is
    given back, and when.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> import numpy as np
    >>> value, vjp_function = cg.vjp(F.mul, np.array([1.0, 2.0]), 3.0)
    >>> value
    array([3., 6.])
    >>> vjp_function(np.array([1.0, 10.0]))
    (array([ 3., 30.]), 21.0)
    """
    cdef Trace t = begin("vjp", f, checked_argnums("vjp", argnums), primals, None, has_aux,
                         True)
    cdef Pullback pullback = <Pullback>Pullback.__new__(Pullback)
    try:
        pullback.outputs = all_outputs(t, run(t))
    finally:
        close(t)
    pullback.trace = t
    value = give_outputs(t, pullback.outputs)
    if has_aux:
        return value, pullback, give_aux(t)
    return value, pullback


cdef list dummies_for(Trace t, list outputs):
    cdef Variable dummy
    cdef list dummies = []
    for y in outputs:
        dummy = filled_like(<Variable>y, 1.0)
        dummy.requires = True
        dummy.generation_ = 2 * t.floor     # nothing that is there depends on it
        dummies.append(dummy)
    return dummies


cdef list pushed(Trace t, list outputs, list tangents, bint differentiable):
    """The tangents of the outputs; None for zeros."""
    cdef Forward forward = forward_of(outputs, t.ends, t.floor)
    if forward.possible:
        return own(forward.push(tangents, differentiable), tangents)
    return pushed_by_cotangents(t, outputs, tangents, differentiable)


cdef list own(list pushed, list tangents):
    """What was pushed, in memory that nothing else has: of views and of what came twice copies."""
    cdef Variable v
    cdef list owned = []
    cdef set seen = {<size_t><PyObject*>(<Variable>v).storage for v in tangents}
    for v in pushed:
        if v is not None:
            if not v.layout.contiguous or <size_t><PyObject*>v.storage in seen:
                v = copied(v)
            seen.add(<size_t><PyObject*>v.storage)
        owned.append(v)
    return owned


cdef list pushed_by_cotangents(Trace t, list outputs, list tangents, bint differentiable):
    """The same by two backward passes: what flows back is linear in what flows in."""
    cdef list dummies = dummies_for(t, outputs), pushed
    cdef list cotangents = gradients(outputs, dummies, t.ends, True)
    cdef Py_ssize_t i
    reached = [i for i in range(len(cotangents)) if cotangents[i] is not None]
    pushed = gradients([cotangents[i] for i in reached], [tangents[i] for i in reached], dummies,
                       differentiable)
    for dummy in dummies:
        (<Variable>dummy).requires = False
    return pushed


def jvp(f, primals, tangents, argnums=None, has_aux=False):
    """A function's value, and its derivative times a vector from the right.

    Parameters
    ----------
    f : callable
        Takes Variables, and returns Variables: one, or several in nested dicts, lists and tuples.
    primals : tuple
        The arguments of f: ndarrays, floats, Variables, or nested structures of them.
    tangents : tuple
        In the structure and shapes of the primals that `argnums` names; the one alone if that is
        an int.
    argnums : int or tuple of int, optional
        The primals to differentiate by; all if None.
    has_aux : bool, default False
        f returns ``(output, aux)``.

    Returns
    -------
    value, tangent : ndarray, float, Variable or structure
        What f returned, and its tangent in the same structure.
    aux
        With has_aux only.

    Raises
    ------
    ValueError
        If the tangents do not have the structure and shapes of the primals.
    TypeError
        If primals is not a tuple or list.

    Notes
    -----
    J v, with J the matrix of df_i/dx_j: the change of f as x moves along v. As ``jax.jvp`` and
    ``torch.func.jvp``. Computed by one forward pass over the graph of f, with a tangent beside
    each value. Where an operation only tells what flows back, u^T J, that is linear in u, and its
    derivative by u along v is J v: so `backward` of a Function of your own must compute with
    Variables.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> import numpy as np
    >>> cg.jvp(F.mul, (np.array([1.0, 2.0]), 3.0), (np.array([1.0, 0.0]), 10.0))
    (array([3., 6.]), array([13., 20.]))
    """
    cdef Trace t
    cdef tuple args
    cdef list outputs, seeds, tangents_out
    cdef bint variables = False, differentiable = False
    if not isinstance(primals, (tuple, list)):
        raise TypeError("jvp: primals must be the tuple of f's arguments, not a "
                        f"{type(primals).__name__}; write jvp(f, (x,), (v,))")
    args = tuple(primals)
    t = begin("jvp", f, checked_argnums("jvp", argnums), args, None, has_aux, False)
    try:
        seeds = seeds_of(t, t.places, tangents, t.ends, "a tangent", &variables, &differentiable)
        t.variables = variables
        t.differentiable = differentiable
        outputs = all_outputs(t, run(t))
        tangents_out = pushed(t, outputs, seeds, t.differentiable)
    finally:
        close(t)
    tangents_out = [filled_like(<Variable>y, 0.0) if v is None else v
                    for y, v in zip(outputs, tangents_out)]
    given = give_outputs(t, outputs), give_outputs(t, tangents_out)
    return (*given, give_aux(t)) if has_aux else given


def hvp(f, x, v, argnums=None, has_aux=False):
    """The Hessian of a function of arrays to a number, times a vector.

    Parameters
    ----------
    f : callable
        Takes Variables, and returns a Variable of one element.
    x : ndarray, float, Variable, or nested structure of them
        The argument of f; with `argnums`, the tuple of its arguments.
    v : as x
        In the structure and shapes of what is differentiated by.
    argnums : int or tuple of int, optional
        The arguments to differentiate by; if None, f is called with x alone.
    has_aux : bool, default False
        f returns ``(output, aux)``.

    Returns
    -------
    ndarray, float, Variable or structure
        In the structure of v; with has_aux, ``(product, aux)``.

    Raises
    ------
    ValueError
        If v does not have the structure and shapes of x, or f returns more than one element.
    TypeError
        If, with `argnums`, x is not a tuple or list.

    Notes
    -----
    H v, with H the matrix of d^2 f/dx_i dx_j, is the gradient of v^T grad f: two backward passes,
    whatever the number of inputs, and no Hessian. In JAX ``jvp(grad(f), (x,), (v,))[1]``; in
    PyTorch the second result of ``torch.autograd.functional.hvp``.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> import numpy as np
    >>> cg.hvp(lambda x: F.sum(x ** 3), np.array([1.0, 2.0]), np.array([1.0, 10.0]))
    array([  6., 120.])
    """
    cdef Trace t
    cdef tuple args
    cdef Variable y
    cdef list seeds, slopes, products
    cdef bint variables = False, differentiable = False
    cdef Py_ssize_t i
    if argnums is not None and not isinstance(x, (tuple, list)):
        raise TypeError("hvp: with argnums, x must be the tuple of f's arguments, not a "
                        f"{type(x).__name__}")
    args = (x,) if argnums is None else tuple(x)
    argnums = 0 if argnums is None else checked_argnums("hvp", argnums)
    t = begin("hvp", f, argnums, args, None, has_aux, False)
    try:
        seeds = seeds_of(t, t.places, v, t.ends, "a vector", &variables, &differentiable)
        t.variables = variables
        t.differentiable = differentiable
        y = one_number(t, run(t))
        slopes = gradients([y], [filled_like(y, 1.0)], t.ends, True)
        reached = [i for i in range(len(slopes)) if slopes[i] is not None]
        products = gradients([slopes[i] for i in reached], [seeds[i] for i in reached], t.ends,
                             t.differentiable)
    finally:
        close(t)
    given = give(t, products, variables)
    return (given, give_aux(t)) if has_aux else given
