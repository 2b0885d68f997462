# The gradients that leaves had before a pass, to be given back if it fails.

from cygrad.core.passing cimport Journal
from cygrad.core.variable cimport Variable

cdef enum:
    LANDED = 4                  # a bit of Variable.requires: it is in the journal of a pass

# Called before x.grad changes for the first time in a pass. While the journal holds the old
# gradient, nobody takes it for private, so that it is not added to in place.
cdef int remember(Journal* journal, Variable x) except -1

# Forget leaves that nobody else holds any more, as those of a segment that was computed again.
cdef void forget_dead(Journal* journal) noexcept
cdef void forget_last(Journal* journal) noexcept    # those at its end

# The end of the pass; with `give_back` the gradients are those of before.
cdef void close(Journal* journal, bint give_back) noexcept
