"""Memory: of the arrays that a recorder meets, which value of the draft stands in each by now.

A hash table without a Python object in it, as each operation of a capture looks its operands up
here. It holds the storages, so that an address means one array; those that nobody else holds are
let go when the table is full.
"""

from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdlib cimport calloc, free

from cygrad.core.layout cimport Layout
from cygrad.core.slots cimport Py_REFCNT
from cygrad.core.storage cimport Storage
from cygrad.core.variable cimport Variable

cdef enum:
    FIRST_ROOM = 64         # a power of two, as all are


cdef class Memory:
    def __dealloc__(self):
        let_go(self.table, self.room)

    # ---- Looking ------------------------------------------------------------------------------

    cdef Block* block_of(self, Variable v) noexcept:
        cdef Block* block = self.first_of(v.storage)
        cdef Py_ssize_t at, low, high
        if block is NULL:
            return NULL
        low, high = lowest(v.layout), highest(v.layout)
        while block is not NULL:
            at = v.ptr - block.base
            if 0 <= at + low and at + high < block.size:
                return block
            block = self.after(v.storage, block)
        return NULL

    cdef Block* first_of(self, Storage storage) noexcept:
        if self.room == 0:
            return NULL
        return self.after(storage, &self.table[first_place(<PyObject*>storage, self.room)] - 1)

    cdef Block* after(self, Storage storage, Block* block) noexcept:
        """The next one of the storage, or NULL."""
        cdef size_t place = (block + 1 - self.table) & (self.room - 1)
        while self.table[place].storage is not NULL or self.table[place].gone:
            if self.table[place].storage is <PyObject*>storage:
                return &self.table[place]
            place = (place + 1) & (self.room - 1)
        return NULL

    cdef bint has_several(self, Storage storage) noexcept:
        cdef Block* first = self.first_of(storage)
        return first is not NULL and self.after(storage, first) is not NULL

    # ---- Noting -------------------------------------------------------------------------------

    cdef Block* put(self, Variable v, int value) except NULL:
        """A Block of v's numbers, beside those that there are."""
        cdef Block* block
        cdef size_t place
        if 2 * (self.taken + 1) > self.room:
            self.make_room()
        place = first_place(<PyObject*>v.storage, self.room)
        while self.table[place].storage is not NULL or self.table[place].gone:
            place = (place + 1) & (self.room - 1)
        self.taken += 1
        block = &self.table[place]
        Py_INCREF(v.storage)
        block.storage = <PyObject*>v.storage
        return placed_at(block, v, value)

    cdef Block* put_alone(self, Variable v, int value) except NULL:
        """v's memory has been written to: the only Block of its storage."""
        cdef Block* block = self.first_of(v.storage)
        if block is NULL:
            return self.put(v, value)
        if self.after(v.storage, block) is not NULL:
            self.drop(v.storage)
            return self.put(v, value)
        return placed_at(block, v, value)

    cdef int drop(self, Storage storage) except -1:
        cdef Block* block = self.first_of(storage)
        while block is not NULL:
            block.storage = NULL
            block.gone = True
            Py_DECREF(storage)              # which the caller holds
            block = self.after(storage, block)
        return 0

    cdef int drop_sources(self) except -1:
        """Forget what was there before."""
        cdef size_t k
        for k in range(self.room):
            if self.table[k].storage is not NULL and self.table[k].source > 0:
                # The recorder keeps it, with what it was.
                Py_DECREF(<object>self.table[k].storage)
                self.table[k].storage = NULL
                self.table[k].gone = True
        return 0

    cdef int drop_all(self) except -1:
        cdef Block* old = self.table
        cdef size_t n = self.room
        self.table = NULL
        self.room = self.taken = 0
        let_go(old, n)
        return 0

    cdef int make_room(self) except -1:
        """Let go of what nobody else holds; a table of which most is free."""
        cdef Block* old = self.table
        cdef Block* new
        cdef size_t n = self.room, room = max(n, <size_t>FIRST_ROOM), k, place, kept = 0
        for k in range(n):
            kept += old[k].storage is not NULL and Py_REFCNT(old[k].storage) > 1
        while 4 * (kept + 1) > room:
            room *= 2
        new = <Block*>calloc(room, sizeof(Block))
        if new is NULL:
            raise MemoryError()
        for k in range(n):
            if old[k].storage is NULL or Py_REFCNT(old[k].storage) == 1:
                continue
            place = first_place(old[k].storage, room)
            while new[place].storage is not NULL:
                place = (place + 1) & (room - 1)
            new[place] = old[k]
            old[k].storage = NULL
        self.table, self.room, self.taken = new, room, kept
        let_go(old, n)              # which may run a destructor of somebody's
        return 0


cdef Block* placed_at(Block* block, Variable v, int value) noexcept:
    cdef Py_ssize_t low = lowest(v.layout)
    block.base = v.ptr + low
    block.offset = 0
    block.size = highest(v.layout) + 1 - low
    block.value = value
    block.source = 0
    block.gone = False
    return block


cdef void let_go(Block* table, size_t room) noexcept:
    cdef size_t k
    for k in range(room):
        if table[k].storage is not NULL:
            Py_DECREF(<object>table[k].storage)
    free(table)


cdef inline size_t first_place(PyObject* storage, size_t room) noexcept:
    return (<size_t>storage * <size_t>0x9E3779B97F4A7C15ULL >> 32) & (room - 1)


cdef Py_ssize_t lowest(const Layout* layout) noexcept:
    cdef Py_ssize_t at = 0
    cdef int d
    for d in range(layout.ndim):
        if layout.strides[d] < 0:
            at += (layout.shape[d] - 1) * (layout.strides[d] // <Py_ssize_t>sizeof(double))
    return at if layout.size > 0 else 0


cdef Py_ssize_t highest(const Layout* layout) noexcept:
    cdef Py_ssize_t at = 0
    cdef int d
    for d in range(layout.ndim):
        if layout.strides[d] > 0:
            at += (layout.shape[d] - 1) * (layout.strides[d] // <Py_ssize_t>sizeof(double))
    return at if layout.size > 0 else -1
