# A binary heap of Functions, the greatest generation on top.

from cpython.object cimport PyObject

cdef struct Heap:
    PyObject** items        # counted references to Functions
    int* keys               # their generations
    Py_ssize_t count
    Py_ssize_t capacity

cdef int heap_push(Heap* heap, PyObject* function, int generation) except -1
cdef PyObject* heap_pop(Heap* heap) noexcept      # the reference passes to the caller
cdef void heap_free(Heap* heap) noexcept
