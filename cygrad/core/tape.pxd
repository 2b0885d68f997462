# Tape: the operations of a thread in the order in which they are made, as Functions: also those
# that nothing flows back through, such as the masks in a derivative's rule.

from cygrad.core.function cimport Function
from cygrad.core.variable cimport Variable

cdef class Tape:
    cdef list functions
    cdef list outputs               # of each Function a tuple; held: no memory is used again
    cdef list looks                 # see look_at
    cdef Tape outer                 # that the thread recorded on before, or None
    cdef bint open                  # between enter and exit; the thread holds it then

# f and its outputs, at the end of the thread's tape.
cdef int record(Function f, tuple ys) except -1

# Python has taken numbers out of v, for what comes next: `what` says how.
cdef int look_at(Variable v, str what) except -1
