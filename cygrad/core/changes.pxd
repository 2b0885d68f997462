# Numbers changed between the forward and the backward pass.

from cygrad.core.function cimport Function
from cygrad.core.passing cimport Pass
from cygrad.core.variable cimport Variable

cdef enum:
    MAX_LAG = 65535             # that many writes, or more

# How many writes there were between the oldest Function behind x and now. `lag` is the part of them
# that came before x's creator was made.
cdef inline unsigned int age_of(Variable x, unsigned int now) noexcept:
    return 0 if x.creator_ is None else (now - x.creator_.made) + x.lag

# Raise if what the pass will read of y's graph has been written to since it was computed.
cdef int refuse_changes(Variable y, Pass* p) except -1

# The same of what is still to be done in the pass, after the rule of f, which may have written.
cdef int refuse_changes_ahead(Function f, Pass* p) except -1

# The same of results that were computed again, as they were when the number of writes was `made`.
# What they were computed from has not been part of the graph.
cdef int refuse_changes_since(unsigned int made, list again, Pass* p) except -1
