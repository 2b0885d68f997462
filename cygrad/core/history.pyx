"""A Variable's history changed by hand: what is behind it forgotten, or another creator taken."""

from cygrad.core.backward cimport creators_again
from cygrad.core.function cimport Function, lag_behind, name_of, output_at
from cygrad.core.layout cimport same_shape
from cygrad.core.lifetime cimport forget_creator, track_behind
from cygrad.core.variable cimport Variable, describe


cdef int unchain_behind(Variable v) except -1:
    cdef list behind = []
    cdef Function f, g
    if v.creator_ is not None:
        behind.append(v.creator_)
    while behind:
        f = behind.pop()
        if f.op is NULL:
            behind += creators_again(f)
        for x in f.inputs:
            g = (<Variable>x).creator_
            if g is None:
                continue
            behind.append(g)
            forget_creator(<Variable>x)
            for y in (g.outputs if g.several else ()):
                if y is not None:
                    forget_creator(<Variable>y)
    return 0


cdef int take_creator(Variable v, Function f) except -1:
    if f.n_inputs == 0:
        raise RuntimeError(f"Variable.set_creator: {f!r} has not been called, so it has no "
                           "inputs that gradients could flow to")
    if output_at(f, 0) is not NULL and not same_shape(
            (<Variable>output_at(f, 0)).layout, v.layout):
        raise ValueError(f"Variable.set_creator: {describe(v)} does not have the shape of "
                         f"{name_of(f)}'s output, {describe(<Variable>output_at(f, 0))}")
    if depends_on(f, v):
        raise ValueError(f"Variable.set_creator: {type(f).__name__} depends on "
                         f"{describe(v)}; the graph would have a cycle")
    if v.creator_ is not f:
        forget_creator(v)
        v.creator_ = f
        v.index = 0
        v.requires = True
    v.generation_ = f.generation_ + 1
    v.lag = lag_behind(f)
    track_behind(v)
    return 0


cdef bint depends_on(Function f, Variable v) except -1:
    """Whether v is f's input, or an input of anything behind f."""
    cdef list behind = [f]
    cdef set seen = set()
    cdef Function g
    while behind:
        g = behind.pop()
        for x in g.inputs:
            if x is v:
                return True
            if (<Variable>x).creator_ is not None and id((<Variable>x).creator_) not in seen:
                seen.add(id((<Variable>x).creator_))
                behind.append((<Variable>x).creator_)
    return False
