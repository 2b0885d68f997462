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
    cdef int size_class
    cdef bint readonly
    cdef double cell            # the number of a CELL; the link of a free one

cdef Storage new_storage(Py_ssize_t n)
cdef Storage foreign_storage(double* data, object owner, bint readonly)
