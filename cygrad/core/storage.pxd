# Storage: a float64 buffer that is recycled, or one that belongs to somebody else.

from cpython.object cimport PyObject

cdef enum SizeClass:
    NOTHING = 0         # no memory: what Storage.__new__ leaves
    FOREIGN = 1         # memory of `owner`, whatever that is
    CELL = 2            # one number, inside the object
    POOLED = 3          # this and above: a block of a Slab, by size

cdef class Slab:
    cdef double[::1] cells      # the typed view of the whole, made once
    cdef void* memory
    cdef double* base
    cdef Py_ssize_t used        # cells handed out so far

cdef class Storage:
    cdef double* data
    cdef PyObject* owner        # keeps data alive: a Slab, or a foreign object; counted
    cdef short size_class
    cdef unsigned char readonly
    cdef unsigned char reshaped     # by the latest write: a Variable had another shape before
    cdef unsigned int written   # the number of the latest write, as far as we are told of them
    cdef double cell            # the number of a CELL; the link of a free one

cdef Storage new_storage(Py_ssize_t n)
cdef Storage foreign_storage(double* data, object owner, bint readonly)

# Writes to numbers that a graph may have read, counted modulo 2^32: see changes.pyx.
cdef unsigned int writes

cdef void mark_written(Storage storage) noexcept

# Whether it, or one that it is an alias of, has been written to in the last `age` writes.
cdef bint written_since(Storage storage, unsigned int age) noexcept

# Another Storage on the same memory, which is new to whoever gets it: of what is written by way of
# either, the other knows.
cdef Storage alias_of(Storage storage, double* data)

# All recycled memory, of Storages and of graph nodes, counts against one limit. keep() claims room
# for dead memory, or says that it must be freed; give_back() is for memory taken into use again.
cdef Py_ssize_t cached_bytes
cdef Py_ssize_t cache_limit

cdef inline bint keep(Py_ssize_t nbytes) noexcept:
    global cached_bytes
    if cached_bytes + nbytes > cache_limit:
        return False
    cached_bytes += nbytes
    return True

cdef inline void give_back(Py_ssize_t nbytes) noexcept:
    global cached_bytes
    cached_bytes -= nbytes

# Have empty_cache() call a function that frees what a module keeps.
cdef void on_empty_cache(void (*free_kept)() noexcept) noexcept
