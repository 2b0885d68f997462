# Numbers changed between the forward and the backward pass.

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
