"""A binary heap of Functions, the greatest generation on top.

It orders the backward pass: a Function is taken only when every Function that used its outputs,
and so has a greater generation, has been taken. Two parallel arrays, items and keys, hold the heap
in the usual way: the children of place k are places 2k+1 and 2k+2, and keys[k] >= their keys. The
heap starts as zeros, owns a reference to each item, and is given back by heap_free.
"""

from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdlib cimport free, realloc


cdef int grow(Heap* heap) except -1:
    cdef Py_ssize_t capacity = 2 * heap.capacity + 16
    cdef void* items = realloc(heap.items, capacity * sizeof(PyObject*))
    cdef void* keys
    if items is NULL:
        raise MemoryError()
    heap.items = <PyObject**>items
    keys = realloc(heap.keys, capacity * sizeof(int))
    if keys is NULL:
        raise MemoryError()
    heap.keys = <int*>keys
    heap.capacity = capacity
    return 0


cdef int heap_push(Heap* heap, PyObject* function, int generation) except -1:
    cdef Py_ssize_t k, parent
    if heap.count == heap.capacity:
        grow(heap)
    k = heap.count
    heap.count += 1
    while k > 0:
        parent = (k - 1) >> 1
        if heap.keys[parent] >= generation:
            break
        heap.items[k] = heap.items[parent]
        heap.keys[k] = heap.keys[parent]
        k = parent
    Py_INCREF(<object>function)
    heap.items[k] = function
    heap.keys[k] = generation
    return 0


cdef PyObject* heap_pop(Heap* heap) noexcept:
    """The Function of the greatest generation; the caller has checked that count > 0."""
    cdef PyObject* top = heap.items[0]
    cdef PyObject* last
    cdef Py_ssize_t k = 0, child
    cdef int key
    heap.count -= 1
    last = heap.items[heap.count]
    key = heap.keys[heap.count]
    while True:
        child = 2 * k + 1
        if child >= heap.count:
            break
        if child + 1 < heap.count and heap.keys[child + 1] > heap.keys[child]:
            child += 1
        if heap.keys[child] <= key:
            break
        heap.items[k] = heap.items[child]
        heap.keys[k] = heap.keys[child]
        k = child
    heap.items[k] = last
    heap.keys[k] = key
    return top


cdef void heap_free(Heap* heap) noexcept:
    cdef Py_ssize_t k
    for k in range(heap.count):
        Py_DECREF(<object>heap.items[k])
    free(heap.items)
    free(heap.keys)
    heap.items = NULL
    heap.keys = NULL
    heap.count = heap.capacity = 0
