# The routines by name, for programs that go from one process to another.

from cygrad.core.routine cimport Routine

cdef int name_routine(str name, Routine run) except -1         # beside the routine's emit rule
cdef str name_of_routine(Routine run)                   # LookupError: it has none
cdef Routine routine_named(object name) except NULL     # LookupError: there is none
