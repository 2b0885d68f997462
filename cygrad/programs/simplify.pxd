# Simplify: a draft made shorter, to the bit.

from cygrad.programs.draft cimport Draft

cdef int simplify(Draft draft) except -1
