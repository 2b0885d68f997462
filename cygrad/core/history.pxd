from cygrad.core.function cimport Function
from cygrad.core.variable cimport Variable

cdef int unchain_behind(Variable v) except -1           # forget the creators behind v, not v's own
cdef int take_creator(Variable v, Function f) except -1
