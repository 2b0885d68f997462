"""Memory: of the arrays that a recorder meets, which value of the draft stands in each by now.

A hash table without a Python object in it, as each operation of a capture looks its operands up
here. It holds the storages, so that an address means one array; those that nobody else holds are
let go when the table is full.
"""

cimport cython
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

from cygrad.core.layout cimport Layout
from cygrad.core.slots cimport Py_REFCNT
from cygrad.core.storage cimport Storage
from cygrad.core.variable cimport Variable

cdef enum:
    FIRST_ROOM = 32         # a power of two, as all are


@cython.final
cdef class Memory:
    def __dealloc__(self):
        let_go(self.blocks, self.count)
        free(self.table)

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
            block = self.after(v.storage, block.place)
        return NULL

    cdef Block* first_of(self, Storage storage) noexcept:
        if self.places == 0:
            return NULL
        return self.after(storage, first_place(<PyObject*>storage, self.places) - 1)

    cdef Block* after(self, Storage storage, int place) noexcept:
        """The storage's first Block that stands behind this place, or NULL."""
        cdef int number
        while True:
            place = (place + 1) & (self.places - 1)
            number = self.table[place]
            if number < 0:
                return NULL
            if self.blocks[number].storage is <PyObject*>storage:
                return &self.blocks[number]

    cdef bint has_several(self, Storage storage) noexcept:
        cdef Block* first = self.first_of(storage)
        return first is not NULL and self.after(storage, first.place) is not NULL

    # ---- Noting -------------------------------------------------------------------------------

    cdef Block* put(self, Variable v, int value) except NULL:
        """A Block of v's numbers, beside those that there are."""
        cdef Block* block
        if self.count == self.room:
            self.make_room()
        block = &self.blocks[self.count]
        Py_INCREF(v.storage)
        block.storage = <PyObject*>v.storage
        self.enter(self.count)
        self.count += 1
        return placed_at(block, v, value)

    cdef Block* put_alone(self, Variable v, int value) except NULL:
        """v's memory has been written to: the only Block of its storage."""
        cdef Block* block = self.first_of(v.storage)
        if block is NULL:
            return self.put(v, value)
        if self.after(v.storage, block.place) is not NULL:
            self.drop(v.storage)
            return self.put(v, value)
        return placed_at(block, v, value)

    cdef int drop(self, Storage storage) except -1:
        cdef Block* block = self.first_of(storage)
        while block is not NULL:
            block.storage = NULL
            Py_DECREF(storage)              # which the caller holds
            block = self.after(storage, block.place)
        return 0

    cdef int drop_sources(self) except -1:
        """Forget what was there before."""
        cdef Block* block
        cdef int k
        for k in range(self.count):
            block = &self.blocks[k]
            if block.storage is not NULL and block.source > 0:
                Py_DECREF(<object>block.storage)    # which the recorder keeps, with what it was
                block.storage = NULL
        return 0

    cdef int drop_all(self) except -1:
        cdef Block* old = self.blocks
        cdef int n = self.count
        free(self.table)
        self.blocks, self.table = NULL, NULL
        self.count = self.room = self.places = 0
        let_go(old, n)
        return 0

    cdef int enter(self, int number) noexcept:
        cdef int place = first_place(self.blocks[number].storage, self.places)
        while self.table[place] >= 0:
            place = (place + 1) & (self.places - 1)
        self.table[place] = number
        self.blocks[number].place = place
        return 0

    cdef int make_room(self) except -1:
        """Let go of what nobody else holds; as much room again as the others take."""
        cdef Block* old = self.blocks
        cdef Block* new
        cdef int* table
        cdef int n = self.count, room = FIRST_ROOM, k, kept = 0
        for k in range(n):
            kept += old[k].storage is not NULL and Py_REFCNT(old[k].storage) > 1
        while room < 2 * kept:
            room *= 2
        new = <Block*>malloc(room * sizeof(Block))
        table = <int*>malloc(2 * room * sizeof(int))
        if new is NULL or table is NULL:
            free(new)
            free(table)
            raise MemoryError()
        memset(table, 0xFF, 2 * room * sizeof(int))
        free(self.table)
        self.table, self.places = table, 2 * room
        self.blocks, self.room, self.count = new, room, 0
        for k in range(n):
            if old[k].storage is not NULL and Py_REFCNT(old[k].storage) > 1:
                new[self.count] = old[k]
                old[k].storage = NULL
                self.enter(self.count)
                self.count += 1
        let_go(old, n)              # which may run a destructor of somebody's
        return 0


@cython.final
cdef class Addresses:
    def __dealloc__(self):
        free(self.table)

    cdef int add(self, PyObject* x) except -1:
        cdef PyObject** old = self.table
        cdef int k, n = self.places, place
        if 2 * (self.count + 1) > n:
            self.table = <PyObject**>calloc(2 * max(n, FIRST_ROOM), sizeof(PyObject*))
            if self.table is NULL:
                self.table = old
                raise MemoryError()
            self.places = 2 * max(n, FIRST_ROOM)
            for k in range(n):
                if old[k] is not NULL:
                    self.table[self.place_of(old[k])] = old[k]
            free(old)
        place = self.place_of(x)
        self.count += self.table[place] is NULL
        self.table[place] = x
        return 0

    cdef bint has(self, PyObject* x) noexcept:
        return self.count > 0 and self.table[self.place_of(x)] is not NULL

    cdef int place_of(self, PyObject* x) noexcept:
        """Where it is, or is to be."""
        cdef int place = first_place(x, self.places)
        while self.table[place] is not NULL and self.table[place] is not x:
            place = (place + 1) & (self.places - 1)
        return place


cdef Block* placed_at(Block* block, Variable v, int value) noexcept:
    cdef Py_ssize_t low = lowest(v.layout)
    block.base = v.ptr + low
    block.size = highest(v.layout) + 1 - low
    block.offset = 0
    block.value = value
    block.source = 0
    return block


cdef void let_go(Block* blocks, int n) noexcept:
    cdef int k
    for k in range(n):
        if blocks[k].storage is not NULL:
            Py_DECREF(<object>blocks[k].storage)
    free(blocks)


cdef inline int first_place(PyObject* x, int places) noexcept:
    return (<size_t>x * <size_t>0x9E3779B97F4A7C15ULL >> 32) & (<size_t>places - 1)


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
