# What a program calls of Python.

from cygrad.core.function cimport Function
from cygrad.core.variable cimport Variable
from cygrad.programs.lives cimport Lives

cdef list leaves_of(object x)

# A Variable whose gradient a call reads or replaces.
cdef class Touched:
    cdef Variable x                 # None: nobody else sees it, or it has a source (outside.pxd)
    cdef tuple source
    cdef bint read                  # what was there before the call
    cdef bint was_none              # then
    # what stands there, as far as the program goes: a value of the draft; -1: None, -2: not looked
    # at, -3: given another since
    cdef int value
    cdef Py_ssize_t offset
    cdef bint gone                  # an effect has changed it, who knows how

cdef class Forward:
    cdef Function f
    cdef tuple ys               # its outputs, as `again` asks for their shapes
    cdef readonly str name
    cdef bint alone             # nothing else holds f

cdef class Gradient:
    cdef Function f
    cdef object y               # its output, or None
    cdef list places            # of inputs
    cdef list given             # places of the outputs that something flows to
    cdef bint adds              # to the last operand
    cdef readonly str name

cdef class Landing:
    cdef list xs                # pairs of a Touched, and whether there is a gradient for it
    cdef readonly str name

cdef class Effect:
    cdef object function
    cdef tuple args                 # some of them weak references:
    cdef set loose                  # their places
    cdef readonly str name

    cdef tuple arguments(self)
    cdef int loosen(self, Lives lives) except -1    # what is updated may go

cdef class Store:
    cdef list targets           # Variables and arrays
    cdef readonly str name

cdef class SetStates:
    cdef list states            # of (dict, name, whether it requires a gradient, how it is made)
    cdef readonly str name

cdef class Draw:
    cdef object fill
    cdef readonly object rng        # a Generator, a seed or None
    cdef readonly str name

cdef class Test:
    cdef object test
    cdef readonly str name
