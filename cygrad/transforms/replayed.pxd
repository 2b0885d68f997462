# Results of a compiled function that gradients flow back through.

from cygrad.core.backward cimport Recompute
from cygrad.core.function cimport Function
from cygrad.core.tape cimport Tape
from cygrad.core.variable cimport Variable
from cygrad.transforms.capture cimport Call

# What the graph of the call is to eager's results.
cdef class Run(Call):
    cdef object function        # how to call it again
    cdef tuple args
    cdef dict kwargs
    cdef int generation         # of the Function whose outputs the results are
    cdef bint went_on           # the part after the pause has run
    cdef object call_again(self)
    cdef bint gave(self, list results) except -1

    # Of the gradients of the results, in order, those of the capture's ends; None: it cannot.
    cdef list pulled(self, list gys)

# A tape that gives the random numbers of a call once more.
cdef class Redrawing(Tape):
    cdef list numbers           # of Variables; what comes next is the last

cdef class Replayed(Recompute):
    cdef Run run

# Where the graph of results that were computed on a Recorder begins: variables that were there
# before, or are arguments, by whose identities `arguments` is a dict.
cdef list beginnings(list results, dict arguments)

# gradients() of backward.pxd, for any variables.
cdef list gradients_of(list results, list seeds, list ends)

# Numbers for gradients to begin with.
cdef Variable seed_like(Variable y)

cdef Run run_of(object function, tuple args, dict kwargs)
