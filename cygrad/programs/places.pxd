# Places: where in the arena each value of a draft stands, and how long.

from cygrad.programs.draft cimport Draft
from cygrad.programs.tiles cimport Place

# A number that a GATHER reads last is computed where it is gathered.
cdef struct Seat:
    int block                   # the value that the GATHER makes; -1: none
    int at

cdef class Places:
    cdef Draft draft
    cdef Place* places          # by value; base -1: not yet
    cdef int* last              # the instruction that reads it last
    cdef int* home              # the stretch whose tiles it is read in alone, or 0
    cdef Seat* seats            # by value
    cdef Py_ssize_t used        # numbers of the arena
    cdef dict free_blocks       # by size
    cdef Py_ssize_t* free_slots
    cdef Py_ssize_t n_free_slots

    cdef int look_ahead(self) except -1
    cdef int find_last(self) except -1
    cdef int find_homes(self) except -1
    cdef int find_seats(self, int k) except -1
    cdef Py_ssize_t claim(self, Py_ssize_t size) except -1
    cdef Py_ssize_t room_of(self, int value) noexcept
    cdef int place(self, int value) except -1
    cdef int let_go(self, int value) except -1
    cdef int free_block(self, Py_ssize_t at, Py_ssize_t size) except -1
