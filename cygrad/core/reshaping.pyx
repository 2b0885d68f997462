"""A Variable that changes its shape in place: a leaf with its gradient, a result with its graph."""

from cpython.object cimport PyObject

from cygrad.core.function cimport output_at, set_output
from cygrad.core.layout cimport Layout, release, shape_of, share
from cygrad.core.lifetime cimport track_behind
from cygrad.core.mode cimport Mode, mode
from cygrad.core.operators cimport OPERATORS
from cygrad.core.variable cimport Variable, describe, own_contiguous, view_of


cdef int reshape_in_place(Variable v, Layout* layout) except -1:
    """Give v the shape of `layout`, which has the same size and is contiguous."""
    cdef Variable inner, outer
    cdef Mode* switches = mode()
    cdef int paused = switches.paused
    shape = shape_of(layout)
    if v.uses > 0:
        raise RuntimeError(
            f"Variable.reshape: {describe(v)} is the input of a living graph, whose gradients "
            f"would not fit the shape {shape}; use F.reshape, or reshape before computing with it")
    grad = None if v.grad_ is None else OPERATORS.reshape(v.grad_, shape)
    if v.creator_ is None:
        outer = own_contiguous(v)
    else:
        # v's place in the graph passes to `inner`; v becomes the output of a reshape of it.
        inner = view_of(v, v.ptr, v.layout)
        inner.requires = v.requires
        inner.generation_ = v.generation_
        inner.lag = v.lag
        switches.paused = False
        try:
            outer = OPERATORS.reshape(inner, shape)
        finally:
            switches.paused = paused
        inner.index = v.index
        if output_at(v.creator_, v.index) == <PyObject*>v:
            set_output(v.creator_, v.index, <PyObject*>inner)
        inner.creator_ = v.creator_
        v.creator_ = outer.creator_
        v.index = 0
        v.generation_ = outer.generation_
        v.lag = outer.lag
        if v.creator_ is not None:
            # A subclass instance dies in steps that we do not see, so it is not pointed to.
            v.creator_.out = <PyObject*>v if type(v) is Variable else NULL
            outer.creator_ = None
        if v.tracked:
            track_behind(v)
    v.storage = outer.storage
    v.ptr = outer.ptr
    release(v.layout)
    v.layout = share(layout)
    if grad is not None:
        v.grad_ = grad
        if v.grad_.creator_ is not None:
            track_behind(v.grad_)
    return 0
