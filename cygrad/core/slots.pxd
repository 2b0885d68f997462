# What CPython offers to types that manage their own memory, and cpython.object does not declare.

from cpython.object cimport PyObject, PyTypeObject

cdef extern from "Python.h":
    ctypedef PyObject* (*allocator "allocfunc")(PyTypeObject*, Py_ssize_t) except NULL
    ctypedef void (*deallocator "freefunc")(void*) noexcept
    ctypedef int (*clearer "inquiry")(object) noexcept

    ctypedef struct TypeSlots "PyTypeObject":
        allocator tp_alloc
        deallocator tp_free
        clearer tp_clear
        Py_ssize_t tp_basicsize

    Py_ssize_t Py_REFCNT(PyObject* o)
    PyObject* PyObject_Init(PyObject* op, PyTypeObject* kind)
    object init_object "PyObject_Init"(PyObject* op, PyTypeObject* kind)    # owns the reference
    PyObject* PyType_GenericAlloc(PyTypeObject* kind, Py_ssize_t n) except NULL
    void* PyObject_Malloc(size_t n)
    void PyObject_Free(void* p)
    void PyObject_GC_Track(PyObject* op)
    void PyObject_GC_UnTrack(PyObject* op)
    void PyObject_GC_Del(PyObject* op)
    bint PyObject_GC_IsTracked(PyObject* op)
