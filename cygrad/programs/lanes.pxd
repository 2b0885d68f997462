# Lanes: a program of many runs side by side.

from cygrad.programs.draft cimport Draft

# A draft that does what `old` does for so many runs at once. mapped: by input, whether each run has
# its own. Numbers that stand at one place of all runs, the lanes, follow one another; what does not
# depend on the mapped inputs is computed once. Its last input has a number for each lane: a run in
# which Python would go another way leaves 1 there. Raises Unfit where it cannot be.
cdef Draft draft_of_lanes(Draft old, list mapped, int lanes)

# Of each result, whether the runs have their own.
cdef list mapped_results(Draft old, list mapped)

# How many numbers an instruction makes, on average, and whether Python is called in between.
cdef double numbers_made(Draft draft) noexcept
