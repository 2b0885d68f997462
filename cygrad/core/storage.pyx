"""Storage: the float64 buffers behind Variables, recycled.

Making and freeing an array is most of the cost of a small operation, so a Storage is never torn
down: when its last reference goes, the object and its block of memory go together onto the free
list of their size, and the next request of that size takes both back by one pop. A single number
lives inside the Storage object itself. Blocks are carved from slabs (64-byte aligned memory with a
typed memoryview over it); a large block has a slab to itself.

Free blocks are kept up to a limit in bytes (`set_cache_limit`) and given back to the system by
`empty_cache`. The whole file runs under the GIL; kernels never come here.

It works through `tp_free`, the slot that CPython has for allocators of one's own: Cython's
deallocator ends by calling it, with the object's C fields still as they were.
"""

cimport cython
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdint cimport uintptr_t
from libc.stdlib cimport free, malloc

from cygrad.core.slots cimport (
    PyObject_Free, PyObject_Malloc, TypeSlots, init_object, prefetch, revived,
)

cdef enum:
    CLASSES = 256               # of sizes: exact to 8 numbers, then four to a doubling
    ALIGNMENT = 64
    SLAB_CELLS = 4096           # of a slab that several blocks share
    LARGE = 512                 # a block above this many numbers has its own slab


cdef struct FreeList:
    PyObject* head              # Storages, linked through `cell`
    PyObject* slab              # where the next block of this size is carved; counted


cdef FreeList pool[CLASSES]
cdef (void (*)() noexcept) free_kept_elsewhere[2]
cdef int elsewhere = 0

writes = 0
cached_bytes = 0
cache_limit = 512 << 20


@cython.final
cdef class Slab:
    """Aligned memory for blocks of one size."""

    def __cinit__(self, Py_ssize_t n):
        self.memory = malloc(n * sizeof(double) + ALIGNMENT)
        if self.memory is NULL:
            raise MemoryError(f"cannot allocate an array of {n} float64 numbers")
        self.base = <double*>((<uintptr_t>self.memory + ALIGNMENT - 1)
                              & ~<uintptr_t>(ALIGNMENT - 1))
        self.cells = <double[:n]>self.base

    def __dealloc__(self):
        free(self.memory)


@cython.final
cdef class Storage:
    """A float64 buffer. Arrays that share memory with a Variable keep its Storage as their base."""

    def __init__(self):
        raise TypeError("a Storage is made by Variables only")


cdef inline int class_of(Py_ssize_t n) noexcept:
    """The size class of n >= 2 numbers."""
    cdef int log2 = 3
    if n <= 8:
        return POOLED + <int>n - 2
    while (n - 1) >> (log2 + 1):
        log2 += 1
    # 2^log2 < n <= 2^(log2+1), cut into quarters
    return POOLED + 7 + 4 * (log2 - 3) + <int>((n - 1) >> (log2 - 2)) - 4


cdef inline Py_ssize_t capacity_of(int size_class) noexcept:
    """The numbers that a block of a class holds."""
    cdef int k = size_class - POOLED
    if k < 7:
        return k + 2
    k -= 7
    return (<Py_ssize_t>(5 + k % 4)) << (k // 4 + 1)


cdef inline Py_ssize_t footprint(int size_class) noexcept:
    return sizeof(double) * capacity_of(size_class) + 64 if size_class >= POOLED else 64


cdef inline PyObject** link_of(PyObject* storage) noexcept:
    return <PyObject**>&(<Storage>storage).cell


cdef Storage new_storage(Py_ssize_t n):
    """A Storage for n numbers, their values undefined."""
    cdef int k = CELL if n <= 1 else class_of(n)
    cdef PyObject* head = pool[k].head
    if head is NULL:
        return fresh_storage(k)
    pool[k].head = link_of(head)[0]
    prefetch(pool[k].head)
    give_back(footprint(k))
    return <Storage>revived(head)


cdef Storage fresh_storage(int k):
    """A Storage of class k where none is free."""
    cdef Py_ssize_t capacity
    cdef Slab slab
    cdef PyObject* memory
    cdef Storage storage
    cdef double* data = NULL
    slab = None
    if k != CELL:
        capacity = capacity_of(k)
        if capacity > LARGE:
            slab = Slab(capacity)
        else:
            slab = <Slab>pool[k].slab if pool[k].slab is not NULL else None
            if slab is None or slab.used + capacity > SLAB_CELLS:
                slab = Slab(SLAB_CELLS)
                retire_slab(k)
                Py_INCREF(slab)
                pool[k].slab = <PyObject*>slab
        data = slab.base + slab.used
        slab.used += capacity
    memory = <PyObject*>PyObject_Malloc((<TypeSlots*>Storage).tp_basicsize)
    if memory is NULL:
        raise MemoryError()
    storage = <Storage>init_object(memory, <PyTypeObject*>Storage)
    storage.size_class = k
    storage.readonly = False
    storage.reshaped = False
    storage.written = 0
    storage.owner = NULL
    storage.data = &storage.cell
    if slab is not None:
        Py_INCREF(slab)
        storage.owner = <PyObject*>slab
        storage.data = data
    return storage


cdef void retire_slab(int k) noexcept:
    """Stop carving class k from its current slab."""
    cdef PyObject* slab = pool[k].slab
    pool[k].slab = NULL
    if slab is not NULL:
        Py_DECREF(<object>slab)


cdef Storage foreign_storage(double* data, object owner, bint readonly):
    """A Storage around memory that `owner` keeps alive."""
    cdef PyObject* memory = <PyObject*>PyObject_Malloc((<TypeSlots*>Storage).tp_basicsize)
    cdef Storage storage
    if memory is NULL:
        raise MemoryError()
    storage = <Storage>init_object(memory, <PyTypeObject*>Storage)
    storage.size_class = FOREIGN
    storage.readonly = readonly
    storage.reshaped = False
    storage.written = 0
    storage.data = data
    Py_INCREF(owner)
    storage.owner = <PyObject*>owner
    return storage


cdef Storage alias_of(Storage storage, double* data):
    global writes
    cdef Storage alias = foreign_storage(data, storage, storage.readonly)
    writes += 1
    alias.written = writes
    return alias


cdef inline Storage original_of(Storage storage):
    """What a Storage is an alias of; None if it is none."""
    if storage.size_class == FOREIGN and type(<object>storage.owner) is Storage:
        return <Storage>storage.owner
    return None


cdef void mark_written(Storage storage) noexcept:
    global writes
    writes += 1
    while storage is not None:
        storage.written = writes
        storage.reshaped = False
        storage = original_of(storage)


cdef bint written_since(Storage storage, unsigned int age) noexcept:
    while storage is not None:
        if writes - storage.written < age:
            return True
        storage = original_of(storage)
    return False


cdef void recycle(void* dead) noexcept:
    """Storage's tp_free: onto the free list, or away."""
    cdef PyObject* storage = <PyObject*>dead
    cdef int k = (<Storage>storage).size_class
    if k < CELL or not keep(footprint(k)):
        discard(storage)
        return
    link_of(storage)[0] = pool[k].head
    pool[k].head = storage


cdef void discard(PyObject* storage) noexcept:
    cdef PyObject* owner = (<Storage>storage).owner
    PyObject_Free(storage)
    if owner is not NULL:
        Py_DECREF(<object>owner)


def empty_cache():
    """Give the memory of freed arrays and graphs back to the system.

    Returns
    -------
    int
        The number of bytes that were kept for reuse.

    Examples
    --------
    >>> import cygrad as cg
    >>> x = cg.ones(1000) * 2
    >>> del x
    >>> cg.empty_cache() >= 8000
    True
    >>> cg.empty_cache()
    0
    """
    cdef PyObject* storage
    cdef int k
    global cached_bytes
    released = cached_bytes
    for k in range(CLASSES):
        while pool[k].head is not NULL:
            storage = pool[k].head
            pool[k].head = link_of(storage)[0]
            discard(storage)
        retire_slab(k)
    for k in range(elsewhere):
        free_kept_elsewhere[k]()
    cached_bytes = 0
    return released


cdef void on_empty_cache(void (*free_kept)() noexcept) noexcept:
    global elsewhere
    free_kept_elsewhere[elsewhere] = free_kept
    elsewhere += 1


def set_cache_limit(Py_ssize_t nbytes):
    """Bound the memory of freed arrays and graphs that is kept for reuse; 512 MiB at the start.

    Parameters
    ----------
    nbytes : int
        The bound in bytes; 0 keeps nothing.

    Returns
    -------
    int
        The bound that was in force.

    Raises
    ------
    ValueError
        If nbytes is negative.
    TypeError
        If nbytes is not an int.

    Examples
    --------
    >>> import cygrad as cg
    >>> before = cg.set_cache_limit(64 << 20)
    >>> cg.set_cache_limit(before) == 64 << 20
    True
    """
    global cache_limit
    if nbytes < 0:
        raise ValueError(f"set_cache_limit: nbytes must not be negative, got {nbytes}")
    before = cache_limit
    cache_limit = nbytes
    if cached_bytes > nbytes:
        empty_cache()
    return before


(<TypeSlots*>Storage).tp_free = recycle
