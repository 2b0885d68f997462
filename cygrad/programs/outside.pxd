# Outside: the memory that a program reads anew each time.

from cygrad.core.layout cimport Layout
from cygrad.core.variable cimport Variable

cdef class Outside:
    cdef list variables
    cdef list sources               # of each None, or where it stands: (a layer's dict, a name)
    cdef int count
    cdef list without_grad          # pairs of a Variable that must have none, and its source
    cdef Layout** layouts           # with which they were recorded; counted
    cdef Py_ssize_t* starts         # where the first number in memory is, from the first of all on
    cdef char* of_grad              # whether it is the variable's gradient that is read
    cdef char* required             # whether the variable required a gradient

    cdef Variable variable(self, int k)
    cdef bint fits(self)
    cdef str misfit(self)
    cdef int resolve(self, double** bases) except -1
    cdef int resolve_again(self, double** bases) except -1
    cdef list hold(self)
    cdef list names(self)

# A Variable as it is now: where it has a source, what stands there; None: no Variable does.
cdef Variable found_at(Variable v, tuple source)

# Of tuples: a Variable, its start, whether it is its gradient, and its source.
cdef Outside outside_of(list read, list without_grad)
