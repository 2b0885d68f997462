# Fusing: two instructions of numbers in one.

from cygrad.programs.draft cimport Draft

cdef int fuse(Draft draft) except -1

# The instruction that does both, where `first` makes the operand `at` of `second`; -1: none does.
cdef int fusion(int first, int second, int at) noexcept
