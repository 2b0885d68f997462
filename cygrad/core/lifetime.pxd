# Letting go of parts of the graph, and showing parts of it to the cycle collector. (Birth and
# memory, which lifetime.pyx also has, work through the slots of the types: nobody calls them.)

from cpython.object cimport PyObject
from cygrad.core.function cimport Function
from cygrad.core.variable cimport Variable

cdef void forget_creator(Variable v) noexcept           # v becomes a leaf
cdef void release_function(PyObject* f) noexcept        # give back a reference, without recursion

cdef void track(Variable v) noexcept
cdef void track_function(Function f) noexcept
cdef void track_behind(Variable v) noexcept             # v and all that it reaches
