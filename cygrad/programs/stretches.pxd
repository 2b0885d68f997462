# Stretches: elementwise instructions that run together, tile by tile.

from cygrad.programs.draft cimport Draft, Operand

cdef int find_stretches(Draft draft) except -1

# Of an operand of a stretch, whose arrays have `size` numbers: whether it is a number that stands
# for them all, and whether it is a whole value, number by number.
cdef bint stands_still(const Operand* operand) noexcept
cdef bint is_whole(Draft draft, const Operand* operand, Py_ssize_t size) noexcept
