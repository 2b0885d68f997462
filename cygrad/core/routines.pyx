"""The table of routines by name."""

cdef dict ADDRESSES = {}
cdef dict NAMES = {}


cdef int name_routine(str name, Routine run) except -1:
    ADDRESSES[name] = <size_t><void*>run
    NAMES[<size_t><void*>run] = name
    return 0


cdef str name_of_routine(Routine run):
    return NAMES[<size_t><void*>run]


cdef Routine routine_named(object name) except NULL:
    return <Routine><void*><size_t>ADDRESSES[name]
