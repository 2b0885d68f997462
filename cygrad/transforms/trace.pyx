"""Trace: one call of a function, with fresh Variables in place of the arguments to differentiate.

A fresh Variable, an end, is where a gradient stops. It is a leaf, or, where the argument is a
Variable that requires a gradient itself, connected to it by an identity, so that what is computed
can be differentiated further. Its generation is greater than that of any variable there was: by
this the backward pass (core/backward.pyx) tells what depends on it. Each transform inside the
function of another starts STEP generations higher.

Arrays and numbers in give arrays and numbers out, Variables in give Variables. Those stay connected
to all that requires a gradient, be it an argument or something f closes over. Inside the function
of another transform all give Variables, since a closure may hold what the other one differentiates
by. Recording is on inside the function, whatever it is outside; in a `no_grad` block the results
are constants.
"""

import functools
import types
import warnings

import numpy as np

from cygrad.core.arrays cimport array_of, constant, is_number, number
from cpython.object cimport PyObject

from cygrad.core.backward cimport Recompute
from cygrad.core.function cimport Function, Op, connect, input_of
from cygrad.core.layout cimport same_shape, shape_of
from cygrad.core.mode cimport Mode, mode
from cygrad.core.storage cimport FOREIGN
from cygrad.core.tape cimport Tape
from cygrad.core.variable cimport Variable, describe, detached, filled_like, scalar
from cygrad.functions.broadcasting cimport copied
from cygrad.functions.operation cimport operation, push_linear, reading

from cygrad.transforms.structure import is_structure, leaves, map_leaves, match, rebuild, template

cdef enum:
    STEP = 1 << 22              # generations between the levels; a longer graph costs only time
    LEVELS = 256                # above which they share their generations
    DEPTH = 500                 # of what is nested in an argument


# ---- argument: y = x, where a function takes x over -------------------------------------------

cdef Variable vjp_argument(Function f, Variable gy, int i):
    return gy

cdef Op ARGUMENT = reading(operation(b"Argument", vjp_argument), 0, 0)

cdef object again_argument(Function f, tuple xs):
    return xs[0]

ARGUMENT.again = again_argument
ARGUMENT.push = push_linear


cdef Variable end_for(Trace t, object x, bint keep):
    """A fresh Variable for an argument; if it is to be kept, not on memory of the user's."""
    cdef Variable end, source
    if isinstance(x, Variable):
        source = <Variable>x
        end = detached(source)
        end.name_ = source.name_
        connect(&ARGUMENT, end, source, None)
        t.numbers.append(False)
    elif is_number(x) and not isinstance(x, np.ndarray):
        end = scalar(number(x))
        t.numbers.append(True)
    else:
        end = constant(x, t.where)
        if keep and end.storage is not None and end.storage.size_class == FOREIGN:
            end = copied(end)
        t.numbers.append(False)
    if mode().tape is not NULL:
        (<Tape>mode().tape).entered(end, x)
    end.requires = True
    end.uses = 1                # so that f cannot reshape it in place: its gradient would not fit
    if end.generation_ < t.floor:
        end.generation_ = t.floor
    t.ends.append(end)
    return end


# ---- The call ---------------------------------------------------------------------------------

cdef class Trace:
    """One call of a function that is being differentiated."""


cdef Trace begin(str where, object f, object argnums, tuple args, dict kwargs, bint has_aux,
                 bint keep):
    cdef Trace t = <Trace>Trace.__new__(Trace)
    cdef Mode* switches = mode()
    cdef bint paused = switches.paused, requires = False
    cdef int level = switches.level + 1
    t.where = where
    t.f = f
    t.kwargs = kwargs
    t.has_aux = has_aux
    t.ends = []
    t.numbers = []
    t.floor = STEP * (level if level < LEVELS else LEVELS)
    t.variables = holds_variables(args, &requires, where, 0)
    if kwargs:
        t.variables |= holds_variables(kwargs, &requires, where, 0)
    t.recording = not paused
    if not paused:
        t.variables |= level > 1
        t.differentiable = requires or level > 1
    t.args = with_ends(t, argnums, args, keep)
    if not t.ends:
        raise ValueError(f"{where}: there are no arrays in what {name_of(f)} is to be "
                         "differentiated by")
    return t


cdef bint holds_variables(object x, bint* requires, str where, int depth) except -1:
    """Whether a Variable is in x; sets `requires` if one requires a gradient."""
    cdef bint found = False
    if isinstance(x, Variable):
        requires[0] |= (<Variable>x).requires
        return True
    if not isinstance(x, (list, tuple, dict)):
        return False
    if depth == DEPTH:
        raise ValueError(f"{where}: an argument is nested more than {DEPTH} deep, or holds itself")
    for item in ((<dict>x).values() if isinstance(x, dict) else x):
        found |= holds_variables(item, requires, where, depth + 1)
    return found


cdef tuple with_ends(Trace t, object argnums, tuple args, bint keep):
    """The arguments, with ends in place of those that argnums names."""
    cdef Py_ssize_t n = len(args), i
    cdef list new
    if argnums is None:
        chosen = args
        places = range(n)
    elif isinstance(argnums, tuple):
        places = [place_of(t, i, n) for i in argnums]
        if len(set(places)) < len(places):
            raise ValueError(f"{t.where}: argnums={argnums} names an argument twice")
        chosen = tuple([args[i] for i in places])
    else:
        i = place_of(t, argnums, n)
        chosen = args[i]
        if not is_structure(chosen):
            if n == 1:
                return (end_for(t, chosen, keep),)
            new = list(args)
            new[i] = end_for(t, chosen, keep)
            return tuple(new)
        chosen = map_leaves(lambda x: end_for(t, x, keep), chosen)
        t.places = template(chosen)
        new = list(args)
        new[i] = chosen
        return tuple(new)
    chosen = map_leaves(lambda x: end_for(t, x, keep), chosen)
    t.places = template(chosen)
    new = list(args)
    for i, x in zip(places, chosen):
        new[i] = x
    return tuple(new)


cdef Py_ssize_t place_of(Trace t, object argnum, Py_ssize_t n) except -1:
    cdef Py_ssize_t i = argnum
    if i < 0:
        i += n
    if i < 0 or i >= n:
        raise TypeError(f"{t.where}: argnums names argument {argnum}, but {name_of(t.f)} was "
                        f"called with {n} positional arguments; what is differentiated by is "
                        "passed by position")
    return i


cdef object run(Trace t):
    cdef Mode* switches = mode()
    cdef int paused = switches.paused
    switches.paused = False
    switches.level += 1
    try:
        result = t.f(*t.args, **t.kwargs) if t.kwargs else t.f(*t.args)
    finally:
        switches.paused = paused
        switches.level -= 1
    if t.has_aux:
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(f"{t.where}: with has_aux=True, {name_of(t.f)} must return a tuple "
                            f"(output, aux), not {kind_of(result)}")
        result, t.aux = result
    return result


cdef void close(Trace t) noexcept:
    """Let no gradient flow to the ends that are leaves, but in passes of the trace's own."""
    cdef Variable end
    for item in t.ends:
        end = <Variable>item
        if end.creator_ is None:
            end.requires = False


# ---- What the function returned ---------------------------------------------------------------

cdef str name_of(object f):
    return getattr(f, "__qualname__", None) or repr(f)


cdef str kind_of(object result):
    return describe(<Variable>result) if isinstance(result, Variable) else (
        f"a {type(result).__name__}")


cdef Variable one_number(Trace t, object result):
    """What f returned, which must be one number."""
    cdef Variable y = one_output(t, result, "one number")
    if y.layout.size != 1:
        raise ValueError(f"{t.where}: {name_of(t.f)} must return one number, not "
                         f"{describe(y)}; use F.sum, jacobian, elementwise_grad or vjp")
    return y


cdef Variable one_output(Trace t, object result, str what):
    if isinstance(result, Variable):
        if t.variables and not t.differentiable:
            t.differentiable = depend(t, [result])
        return <Variable>result
    if result is None or is_structure(result):
        raise TypeError(f"{t.where}: {name_of(t.f)} must return {what}, not {kind_of(result)}"
                        + ("; has_aux=True takes (output, aux)"
                           if isinstance(result, tuple) and len(result) == 2 else ""))
    return independent(t, result)


cdef Variable independent(Trace t, object result):
    """A result that is no Variable, and so a constant."""
    cdef Variable y = constant(result, f"{t.where}: the result of {name_of(t.f)}")
    if isinstance(result, (np.ndarray, np.generic)):
        warnings.warn(f"{t.where}: {name_of(t.f)} returned {type(result).__module__}."
                      f"{type(result).__name__}, not a Variable: its derivative is taken as 0",
                      stacklevel=1)     # where the transform was called: frames here are C
    return y


cdef list all_outputs(Trace t, object result):
    """The leaves of what f returned, as Variables."""
    if isinstance(result, Variable) or not is_structure(result):
        return [one_output(t, result, "Variables")]
    outputs = [x if isinstance(x, Variable) else independent(t, x) for x in leaves(result)]
    t.output_places = template(result)
    if t.variables and not t.differentiable:
        t.differentiable = depend(t, outputs)
    return outputs


# ---- What it depends on beside the arguments --------------------------------------------------
#
# Where no argument requires a gradient, something that f closes over may. The search for it costs
# less than a graph of the gradients, which would be in vain without it.

cdef bint depend(Trace t, list outputs) except -1:
    if t.recording and not t.searched:
        t.searched = True
        t.partly = leads_on(outputs, t.ends)
    return t.partly


cdef bint leads_on(list outputs, list ends) except -1:
    """Whether a leaf that requires a gradient, other than the ends, is behind the outputs."""
    cdef list waiting = list(outputs)
    cdef set seen = set(), known = {<size_t><PyObject*>end for end in ends}
    cdef Variable x
    cdef Function f
    cdef int i
    while waiting:
        x = waiting.pop()
        if not x.requires:
            continue
        f = x.creator_
        if f is None:
            if <size_t><PyObject*>x not in known:
                return True
        elif isinstance(f, Recompute):      # whose inputs are not all that it depends on
            return True
        elif <size_t><PyObject*>f not in seen:
            seen.add(<size_t><PyObject*>f)
            for i in range(f.n_inputs):
                waiting.append(input_of(f, i))
    return False


cdef Variable pruned(Trace t, Variable g):
    """A derivative, without its graph where that leads to the arguments alone."""
    if t.partly and g.creator_ is not None and not leads_on([g], []):
        return detached(g)
    return g


cdef Variable connected(Trace t, Variable y):
    """What f computed, with its graph if it can be differentiated further."""
    if t.differentiable and not t.partly:
        return y
    return y if t.recording and leads_on([y], []) else detached(y)


# ---- What is given back -----------------------------------------------------------------------

cdef object give(Trace t, list found, bint variables):
    cdef Py_ssize_t i
    if t.places is None:
        return give_gradient(t, 0, <Variable>found[0], variables)
    return rebuild(t.places, [give_gradient(t, i, <Variable>found[i], variables)
                              for i in range(len(found))])


cdef object give_gradient(Trace t, Py_ssize_t i, Variable g, bint variables):
    if g is None:
        g = filled_like(<Variable>t.ends[i], 0.0)
    if variables:
        return pruned(t, g)
    return plain_of(g, t.numbers[i])


cdef object plain_of(Variable v, bint as_number):
    """v as a float or an array; a recorder is told."""
    x = v.ptr[0] if as_number else array_of(v)
    if mode().tape is not NULL:
        (<Tape>mode().tape).given(v, x)
    return x


cdef object give_value(Trace t, Variable y):
    """A value of one number."""
    if t.variables:
        return connected(t, y)
    return plain_of(y, True)


cdef object give_outputs(Trace t, list outputs):
    given = [give_output(t, y) for y in outputs]
    return given[0] if t.output_places is None else rebuild(t.output_places, given)


cdef object give_output(Trace t, Variable y):
    if t.variables:
        return connected(t, y)
    # A copy: y may be a view of an argument, or of what f holds.
    return plain_of(y, True) if y.layout.ndim == 0 else plain_of(copied(y), False)


cdef object give_aux(Trace t):
    if t.differentiable and not t.partly:
        return t.aux
    if not t.variables:
        return map_leaves(plain_aux, t.aux)
    return map_leaves(lambda x: connected(t, <Variable>x) if isinstance(x, Variable) else x, t.aux)


def plain_aux(x):
    if not isinstance(x, Variable):
        return x
    return plain_of(<Variable>x, (<Variable>x).layout.ndim == 0)


# ---- What is taken beside the arguments -------------------------------------------------------

cdef list seeds_of(Trace t, object places, object tree, list targets, str what,
                   bint* variables, bint* differentiable):
    cdef Mode* switches = mode()
    cdef Variable seed, target
    cdef list seeds = []
    found = [tree] if places is None else match(places, tree, f"{t.where}: {what}")
    variables[0] = t.variables
    differentiable[0] = t.differentiable
    for x, item in zip(found, targets):
        target = <Variable>item
        if isinstance(x, Variable):
            seed = <Variable>x
            variables[0] = True
            differentiable[0] |= seed.requires
        else:
            seed = constant(x, f"{t.where}: {what}")
        if not same_shape(seed.layout, target.layout):
            raise ValueError(f"{t.where}: {what} of shape {shape_of(seed.layout)} goes with "
                             f"{describe(target)}; the shapes must be equal")
        seeds.append(seed)
    if switches.paused:
        differentiable[0] = False
    elif switches.level > 0:
        variables[0] = differentiable[0] = True
    return seeds


# ---- The functions that transforms make -------------------------------------------------------

cdef object checked_argnums(str where, object argnums):
    """argnums, if it is an int, a tuple of ints, or None."""
    if argnums is None:
        return None
    if isinstance(argnums, (tuple, list)):
        argnums = tuple(argnums)
        if not argnums:
            raise ValueError(f"{where}: argnums is empty: nothing to differentiate by")
    for i in argnums if isinstance(argnums, tuple) else (argnums,):
        if isinstance(i, bool) or not hasattr(i, "__index__"):
            raise TypeError(f"{where}: argnums must be an int or a tuple of ints, not {argnums!r}")
    return argnums


cdef class Transform:
    """A function, differentiated: what `grad`, `jacobian` and so on return."""

    def __init__(self, transform, function, argnums, has_aux):
        if not callable(function):
            raise TypeError(f"{transform}: a function is needed, not {function!r}; write "
                            f"{transform}(f)(x)")
        if not isinstance(has_aux, bool):
            raise TypeError(f"{transform}: has_aux must be True or False, not {has_aux!r}")
        self.transform = transform
        self.function = function
        self.argnums = checked_argnums(transform, argnums)
        self.has_aux = has_aux
        functools.update_wrapper(self, function, updated=())

    def __get__(self, owner, kind):
        return self if owner is None else types.MethodType(self, owner)

    def __reduce__(self):
        return type(self), (self.transform, self.function, self.argnums, bool(self.has_aux))

    def __repr__(self):
        return f"{self.transform}({name_of(self.function)})"
