# Outside: the memory that a program reads anew each time.

from cygrad.core.layout cimport Layout

cdef class Outside:
    cdef list variables
    cdef int count
    cdef list without_grad          # Variables that had none, and must have none
    cdef Layout** layouts           # with which they were recorded; counted
    cdef Py_ssize_t* starts         # where the first number in memory is, from the first of all on
    cdef char* of_grad              # whether it is the variable's gradient that is read
    cdef char* required             # whether the variable required a gradient

    cdef bint fits(self)
    cdef str misfit(self)
    cdef int resolve(self, double** bases) except -1
    cdef int resolve_again(self, double** bases) except -1
    cdef list hold(self)
    cdef list names(self)

# Of triples: a Variable, its start, and whether it is its gradient.
cdef Outside outside_of(list read, list without_grad)
