"""checkpoint: a function whose intermediate results are computed again in the backward pass.

That the second run draws the same random numbers and finds the same state in layers is
core/repetition.pyx's work. What the first run leaves in layers, such as the h of a recurrent one,
counts as results: it is computed again as they are, and no graph of the first run stays.
"""

import functools
import types

from cpython.object cimport PyObject

from cygrad.core.anomaly cimport fingerprint
from cygrad.core.arrays cimport constant
from cygrad.core.backward cimport Recompute
from cygrad.core.changes cimport MAX_LAG, age_of
from cygrad.core.function cimport Outputs, set_output
from cygrad.core.lifetime cimport track, track_behind
from cygrad.core.mode cimport Mode, mode
from cygrad.core.repetition cimport Repetition
from cygrad.core.storage cimport writes
from cygrad.core.tape cimport refuse_on_tape
from cygrad.core.variable cimport Variable, detached

from cygrad.transforms.structure import leaves, rebuild, template


cdef class Segment:
    """A call to repeat: as it was made, and which of the results gradients come back for."""
    cdef object f
    cdef tuple args
    cdef dict kwargs
    cdef list kept              # the places of the results that require gradients
    cdef list slots             # where layers keep further ones
    cdef Py_ssize_t count       # of all results
    cdef bint testing
    cdef int level
    cdef int generation         # greater than that of all that f used
    cdef Repetition repetition
    cdef list prints            # of the results, as fingerprint() has them

    def __call__(self):
        cdef Mode* switches = mode()
        cdef Mode before = switches[0]
        if self.repetition is None:
            raise TypeError("Segment: only checkpoint makes these")
        switches.paused = False
        switches.testing = self.testing
        switches.level = self.level
        switches.repeated = True
        try:
            result, left = self.repetition.again(self.f, self.args, self.kwargs, self.slots)
        finally:
            switches[0] = before
        found = leaves(result)
        if len(found) != self.count:
            raise RuntimeError(f"checkpoint: {self.f!r} returned {self.count} results, and when it "
                               f"was called again in the backward pass {len(found)}; it must do "
                               "the same again")
        results = [found[i] if isinstance(found[i], Variable) else constant(found[i], "checkpoint")
                   for i in self.kept]
        for x in left:
            if not isinstance(x, Variable):
                raise RuntimeError(f"checkpoint: {self.f!r} left a state in a layer, and none when "
                                   "it was called again in the backward pass; it must do the same "
                                   "again")
            results.append(x)
        for result in results:
            # Else the pass would come back here, again and again.
            if (<Variable>result).generation_ > self.generation:
                raise RuntimeError(
                    f"checkpoint: {self.f!r}, called again in the backward pass, used a result "
                    "that was computed after the first call, or that first call's own result; "
                    "what it reads from a cache, a list or a variable outside must be what it "
                    "read in the first call")
        for result, print_ in zip(results, self.prints):
            size, bits = fingerprint(<Variable>result)
            if size == print_[0] and bits != print_[1]:
                raise RuntimeError(
                    f"checkpoint: {self.f!r} returned other numbers when it was called again in "
                    "the backward pass; it must do the same again. It is given what layers keep, "
                    "and the numbers of Generators that it is handed or closes over, as in the "
                    "first call; it must not depend on anything else that changes, and nothing "
                    "that it reads may change before the backward pass")
        return results


cdef class Checkpoint:
    """A function whose intermediate results are not kept: what `checkpoint` returns."""
    cdef readonly object function
    cdef dict __dict__

    def __init__(self, function):
        if not callable(function):
            raise TypeError(f"checkpoint: a function is needed, not {function!r}; write "
                            "checkpoint(f)(x)")
        self.function = function
        functools.update_wrapper(self, function, updated=())

    def __get__(self, owner, kind):
        return self if owner is None else types.MethodType(self, owner)

    def __reduce__(self):
        return type(self), (self.function,)

    def __repr__(self):
        return f"checkpoint({self.function!r})"

    def __call__(self, *args, **kwargs):
        cdef Mode* switches = mode()
        cdef Segment segment = <Segment>Segment.__new__(Segment)
        cdef Repetition repetition = <Repetition>Repetition.__new__(Repetition)
        cdef list results, places
        segment.f = self.function
        segment.args = args
        segment.kwargs = kwargs
        segment.repetition = repetition
        result = first(repetition, self.function, args, kwargs)
        if switches.paused:
            return result
        found = leaves(result)
        kept = [i for i, y in enumerate(found)
                if isinstance(y, Variable) and (<Variable>y).requires
                and (<Variable>y).creator_ is not None]
        slots = repetition.slots_left()
        results = [found[i] for i in kept]
        # What is returned and left in a layer too is one result, and one Variable afterwards.
        places = []
        returned = {id(y): k for k, y in enumerate(results)}
        segment.slots = []
        for of, key in slots:
            y = of[key]
            if id(y) not in returned:
                returned[id(y)] = len(results)
                results.append(y)
                segment.slots.append((of, key))
            places.append(returned[id(y)])
        if not results:
            return result
        refuse_on_tape("a checkpoint, which is computed again in the backward pass; compile the "
                       "function without it")
        segment.kept = kept
        segment.count = len(found)
        segment.testing = switches.testing
        segment.level = switches.level
        segment.prints = [fingerprint(<Variable>y) for y in results]
        new = outputs_of(segment, results)
        for i, y in zip(kept, new):
            found[i] = y
        for (of, key), k in zip(slots, places):
            of[key] = new[k]
        return rebuild(template(result), found)


cdef object first(Repetition repetition, object f, tuple args, dict kwargs):
    """The first call. A compiled function in it might be captured in one call, and replayed in the
    other: those results are equal, but not their graphs."""
    cdef Mode* switches = mode()
    cdef int repeated = switches.repeated
    if not switches.paused:
        switches.repeated = True
    try:
        return repetition.first(f, args, kwargs)
    finally:
        switches.repeated = repeated


cdef list outputs_of(Segment segment, list results):
    """The results, as outputs of a Function that computes them again; their own graph goes."""
    cdef Recompute f = <Recompute>Recompute.__new__(Recompute)
    cdef dict inputs = {}
    cdef unsigned int age = 0
    f.again = segment
    for x in leaves([segment.args, segment.kwargs]) + segment.repetition.states_before():
        if isinstance(x, Variable) and (<Variable>x).requires:
            inputs[id(x)] = x
    # Not the inputs alone count: what f closes over is used too, and the results come after it. And
    # f is greater than their creators, to which it passes gradients on.
    for result in results:
        if (<Variable>result).generation_ > f.generation_:
            f.generation_ = (<Variable>result).generation_
        age = max(age, age_of(<Variable>result, writes))
    segment.generation = f.generation_
    return connected(f, tuple(inputs.values()), results, age)


cdef list connected(Recompute f, tuple inputs, list results, unsigned int age):
    cdef Variable y
    cdef list outputs = []
    cdef int i
    f.many = inputs
    f.n_inputs = <int>len(inputs)
    f.made = writes
    for x in inputs:
        (<Variable>x).uses += 1
    if len(results) > 1:
        f.several = True
        f.saved = Outputs(len(results))
        (<Outputs>f.saved).shapes = [result.shape for result in results]
    for i in range(len(results)):
        y = detached(<Variable>results[i])
        y.creator_ = f
        y.index = <unsigned int>i
        y.lag = <unsigned short>min(age, <unsigned int>MAX_LAG)
        y.generation_ = f.generation_ + 1
        y.requires = True
        set_output(f, i, <PyObject*>y)
        outputs.append(y)
    for x in f.many:
        track_behind(<Variable>x)
    for result in outputs:
        track(<Variable>result)
    return outputs


def checkpoint(f):
    """A function that keeps none of its intermediate results, and computes them again for backward.

    Parameters
    ----------
    f : callable
        Takes anything, and returns Variables, alone or in nested dicts, lists and tuples. It is
        called again with the same arguments in each backward pass, and must do the same then.

    Returns
    -------
    callable
        Takes and returns what f does.

    Raises
    ------
    RuntimeError
        In the backward pass, if f returns something else than before, other numbers among that;
        or if it uses its own result, say from a cache, or another that is newer than the call.
    TypeError
        If f cannot be called.

    Notes
    -----
    As ``jax.checkpoint`` and ``torch.utils.checkpoint``: time for memory. Of a chain of n steps cut
    into sqrt(n) functions, about 2 sqrt(n) steps are in memory at any time, for one more forward
    pass. Gradients reach what f closes over too, and every order works; but a graph of gradients
    (``create_graph=True``) keeps what it was computed from. All derivatives are, to the bit, what
    they are without it; but where the gradients of several results add up, it may be in another
    order.

    The second run is like the first. What the layers in it keep (h of a recurrent layer, running
    statistics, their other attributes) is what it was then, `dropout` and ``cg.randn`` draw the
    same, and so do Generators that f is handed, closes over or names; test_mode is what it was.
    Afterwards all of that is as after one run. What else f depends on must not change: if its
    results are other ones than before, that is an error.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> w = cg.Variable(0.9)
    >>> def ten_steps(h):
    ...     for _ in range(10):
    ...         h = F.tanh(w * h)
    ...     return h
    >>> h = cg.Variable(1.0)
    >>> for _ in range(10):
    ...     h = cg.checkpoint(ten_steps)(h)
    >>> h.backward()
    >>> print(f"{h:.3e} {w.grad:.3e}")
    1.342e-05 1.433e-03
    """
    return Checkpoint(f)
