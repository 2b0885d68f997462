# Where a Variable would become plain numbers and its gradient be lost: an error.

from cygrad.core.variable cimport Variable

cdef int refuse_when_tracing(Variable v, str what) except -1
cdef int refuse_to_lose(Variable v, str what, str instead) except -1    # by a copy that is a leaf
cdef int refuse_buffer(Variable v) except -1
cdef int refuse_array(Variable v) except -1
