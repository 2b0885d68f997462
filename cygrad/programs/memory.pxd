# Memory: of the arrays that a recorder meets, which value of the draft stands in each by now.

from cpython.object cimport PyObject

from cygrad.core.layout cimport Layout
from cygrad.core.storage cimport Storage
from cygrad.core.variable cimport Variable

# Memory that numbers stand in.
cdef struct Block:
    PyObject* storage               # counted: nobody else gets its memory; NULL: it is gone
    double* base                    # where the value's number `offset` stands
    Py_ssize_t size                 # numbers from `base` on
    int offset
    int value
    int source                      # of what was there before, its number from 1 on; else 0
    int place                       # in the table

# A Block stays where it is until the next `put`.
cdef class Memory:
    cdef Block* blocks
    cdef int count, room
    cdef int* table                 # of blocks, by a hash of the storage's address; -1: none
    cdef int places                 # a power of two

    cdef Block* block_of(self, Variable v) noexcept         # which v lies in; NULL: none is known
    cdef Block* first_of(self, Storage storage) noexcept    # or NULL
    cdef bint has_several(self, Storage storage) noexcept
    cdef Block* put(self, Variable v, int value) except NULL
    cdef Block* put_alone(self, Variable v, int value) except NULL
    cdef int drop(self, Storage storage) except -1
    cdef int drop_sources(self) except -1
    cdef int drop_all(self) except -1
    cdef Block* after(self, Storage storage, int place) noexcept
    cdef int enter(self, int number) noexcept
    cdef int make_room(self) except -1

# A set of objects by their addresses, which are not held.
cdef class Addresses:
    cdef PyObject** table
    cdef int places, count

    cdef int add(self, PyObject* x) except -1
    cdef bint has(self, PyObject* x) noexcept
    cdef int place_of(self, PyObject* x) noexcept

# Where the element that stands first in memory does, and the last: in numbers from the first one.
cdef Py_ssize_t lowest(const Layout* layout) noexcept
cdef Py_ssize_t highest(const Layout* layout) noexcept
