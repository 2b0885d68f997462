# The gradients that leaves had before a pass, to be given back if it fails.

from cygrad.core.passing cimport Entry, Journal
from cygrad.core.variable cimport Variable

cdef enum:
    LANDED = 4                  # a bit of Variable.requires: it is in the journal of a pass

# A journal of a pass that is not over. Those of all threads are linked.
cdef struct Open:
    Journal* journal
    void* thread
    Open* next

cdef void enter(Open* here, Journal* journal) noexcept
cdef void leave(Open* here) noexcept

# Called before x.grad changes for the first time in a pass. While the journal holds the old
# gradient, nobody takes it for private, so that it is not added to in place.
cdef int remember(Journal* journal, Variable x) except -1

# Forget leaves that nobody else holds any more, as those of a segment that was computed again.
cdef void forget_dead(Journal* journal) noexcept
cdef void forget_last(Journal* journal) noexcept    # those at its end

# ---- Leaves of which a pass of another thread has to give the gradient back, if it fails ---------
#
# To such a gradient nothing is added: it would be lost with that of the other thread. What flows
# there is put aside to the end of the pass, when it is added to what the other one would give back
# too. All is done between two allocations, so that no other thread sees a half of it.

# Whether such a pass has landed on x.
cdef bint is_elsewhere(Journal* journal, Variable x) noexcept
# What the pass has put aside for x, or None; and another in its place.
cdef Variable aside(Journal* journal, Variable x)
cdef int put_aside(Journal* journal, Variable x, Variable gx) except -1
# Pairs of x and what has been put aside, which the journal forgets; None if there is nothing.
cdef list taken_aside(Journal* journal)
# The entry of the other pass, or NULL.
cdef Entry* entry_elsewhere(Journal* journal, Variable x) noexcept

# The end of the pass; with `give_back` the gradients are those of before.
cdef void close(Journal* journal, bint give_back) noexcept
