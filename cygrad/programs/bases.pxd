# Bases: the large values that stand in memory of their own, not in the arena.

from cygrad.programs.draft cimport Draft
from cygrad.programs.tiles cimport Place

cdef enum:
    LARGE = 512                 # numbers from which it pays
    BASES = 1024                # of a program: its arena, what is outside, and these

# Have them stand at bases from `first` on. arrays: by input, whether it is an array that nothing
# writes to; given: the results that are given as arrays; last: who reads a value last.
cdef int lend(Draft draft, Place* places, const int* last, int first, list arrays,
              list given) except -1

# Whether instruction k is a PUT that needs no memory of its own; last: as above.
cdef bint puts_in_place(Draft draft, const int* last, int k) noexcept
