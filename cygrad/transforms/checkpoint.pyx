"""checkpoint: a function whose intermediate results are computed again in the backward pass."""

import functools
import types

from cpython.object cimport PyObject
from cygrad.core.arrays cimport constant
from cygrad.core.backward cimport Recompute
from cygrad.core.function cimport Outputs, set_output
from cygrad.core.lifetime cimport track, track_behind
from cygrad.core.mode cimport Mode, mode
from cygrad.core.variable cimport Variable, detached
from cygrad.functions.masks cimport Draws, swap_draws

from cygrad.transforms.structure import leaves, rebuild, template


cdef class Segment:
    """A call to repeat: as it was made, and which of the results gradients come back for."""
    cdef object f
    cdef tuple args
    cdef dict kwargs
    cdef list kept              # the places of the results that require gradients
    cdef Py_ssize_t count       # of all results
    cdef bint testing
    cdef int level
    cdef Draws draws

    cdef object call(self):
        cdef Draws before = swap_draws(self.draws)
        self.draws.generator = None
        if self.draws.seed is None:
            self.draws.around = before
        try:
            return self.f(*self.args, **self.kwargs)
        finally:
            self.draws.around = None
            swap_draws(before)

    def __call__(self):
        cdef Mode* switches = mode()
        cdef Mode before = switches[0]
        if self.draws is None:
            raise TypeError("Segment: only checkpoint makes these")
        switches.paused = False
        switches.testing = self.testing
        switches.level = self.level
        try:
            found = leaves(self.call())
        finally:
            switches[0] = before
        if len(found) != self.count:
            raise RuntimeError(f"checkpoint: {self.f!r} returned {self.count} results, and when it "
                               f"was called again in the backward pass {len(found)}; it must do "
                               "the same again")
        return [found[i] if isinstance(found[i], Variable) else constant(found[i], "checkpoint")
                for i in self.kept]


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
        segment.f = self.function
        segment.args = args
        segment.kwargs = kwargs
        segment.draws = <Draws>Draws.__new__(Draws)
        result = segment.call()
        if switches.paused:
            return result
        found = leaves(result)
        kept = [i for i, y in enumerate(found)
                if isinstance(y, Variable) and (<Variable>y).requires
                and (<Variable>y).creator_ is not None]
        if not kept:
            return result
        segment.kept = kept
        segment.count = len(found)
        segment.testing = switches.testing
        segment.level = switches.level
        for i, y in zip(kept, outputs_of(segment, [found[i] for i in kept])):
            found[i] = y
        return rebuild(template(result), found)


cdef list outputs_of(Segment segment, list results):
    """The results, as outputs of a Function that computes them again; their own graph goes."""
    cdef Recompute f = <Recompute>Recompute.__new__(Recompute)
    cdef Variable y
    cdef list outputs = []
    cdef int i
    f.again = segment
    f.many = tuple([x for x in leaves([segment.args, segment.kwargs])
                    if isinstance(x, Variable) and (<Variable>x).requires])
    f.n_inputs = <short>len(f.many)
    for x in f.many:
        (<Variable>x).uses += 1
    # Not the inputs alone count: what f closes over is used too, and the results come after it.
    for result in results:
        if (<Variable>result).generation_ > f.generation_ + 1:
            f.generation_ = (<Variable>result).generation_ - 1
    if len(results) > 1:
        f.several = True
        f.saved = Outputs(len(results))
        (<Outputs>f.saved).shapes = [result.shape for result in results]
    for i in range(len(results)):
        y = detached(<Variable>results[i])
        y.creator_ = f
        y.index = <unsigned short>i
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
        In the backward pass, if f returns something else than before.
    TypeError
        If f cannot be called.

    Notes
    -----
    As ``jax.checkpoint`` and ``torch.utils.checkpoint``: time for memory. Of a chain of n steps cut
    into sqrt(n) functions, about 2 sqrt(n) steps are in memory at any time, for one more forward
    pass. Gradients reach what f closes over too, and every order works; but a graph of gradients
    (``create_graph=True``) keeps what it was computed from.

    `dropout` draws the same again, and test_mode is what it was; what else f draws at random must
    come from a seed.

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
