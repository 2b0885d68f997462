# Recorder: what a thread computes, written down as a program.

from cygrad.core.variable cimport Variable
from cygrad.programs.calls cimport Touched
from cygrad.programs.operations cimport Operations
from cygrad.programs.outside cimport Outside

cdef class Recorder(Operations):
    cdef dict states_before         # by identity: of a layer's state before, where it stood, and it
    cdef readonly bint states_kept  # layers keep states
    cdef readonly bint keeps_graph  # a state that a call leaves has a graph
    cdef readonly dict born         # by identity: Variables that the call has made by itself
    cdef object stand_in            # makes what stands for a mask (transforms/inputs.py)
    cdef readonly set looked_at     # leaves of the arguments whose numbers Python has looked at
    cdef dict results               # by identity: of what was given to Python
    cdef dict grads                 # by identity, of the Variables whose .grad was touched: Touched
    cdef readonly bint acts         # it has effects, or gradients land
    cdef readonly dict stores       # of all_stores what has not been written yet
    cdef readonly unsigned int written      # how many writes were those of effects

    cdef int input_array(self, Variable v) except -1
    cdef int input_number(self, object x) except -1
    cdef int pause(self, list gys) except -1
    cdef list give_draws(self)
    cdef int keep_states(self, list states, object plain, object with_graph) except -1
    cdef Touched touched(self, Variable x)
    cdef int land(self) except -1
    cdef int forget(self) except -1
    cdef bint was_there(self, Variable v) except -1
    cdef int may_ask(self, str what) except -1
    cdef bint locate(self, object x) except -1
    cdef bint gave(self)
    cdef Outside settle(self)
    cdef int look_for_others(self, list doubtful, dict owners) except -1
    cdef tuple source_of(self, Variable v)
    cdef list settle_grads(self)
