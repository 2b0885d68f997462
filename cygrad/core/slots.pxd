# What CPython offers to types that manage their own memory, and cpython.object does not declare.

from cpython.object cimport PyObject, PyTypeObject

cdef extern from *:
    """
    /* A dead object, whose memory was kept with its type, lives again with one reference. */
    static inline void cg_revive(PyObject *o)
    {
    #if defined(Py_REF_DEBUG) || defined(Py_TRACE_REFS)
        _Py_NewReference(o);
    #else
        Py_SET_REFCNT(o, 1);
    #endif
    }
    static inline PyObject *cg_revived(PyObject *o)
    {
        cg_revive(o);
        return o;
    }
    /* Have memory that is needed soon brought nearer: a graph of a million nodes is built, walked
     * and freed at the speed of memory. */
    #if defined(__GNUC__) || defined(__clang__)
    #define cg_prefetch(p) __builtin_prefetch(p)
    #else
    #define cg_prefetch(p) ((void)(p))
    #endif
    """
    void prefetch "cg_prefetch"(const void* p) noexcept nogil
    void revive "cg_revive"(PyObject* o) noexcept
    object revived "cg_revived"(PyObject* o)        # owns the one reference

cdef extern from "Python.h":
    ctypedef PyObject* (*allocator "allocfunc")(PyTypeObject*, Py_ssize_t) except NULL
    ctypedef void (*deallocator "freefunc")(void*) noexcept
    ctypedef int (*clearer "inquiry")(object) noexcept
    ctypedef void (*destructor)(PyObject*) noexcept
    ctypedef object (*constructor "newfunc")(PyTypeObject*, PyObject*, PyObject*)

    ctypedef struct TypeSlots "PyTypeObject":
        allocator tp_alloc
        deallocator tp_free
        clearer tp_clear
        destructor tp_dealloc
        constructor tp_new
        Py_ssize_t tp_basicsize

    Py_ssize_t Py_REFCNT(PyObject* o)
    void Py_SET_REFCNT(PyObject* o, Py_ssize_t n)
    PyObject* PyTuple_GET_ITEM(object t, Py_ssize_t i)      # borrowed
    object init_object "PyObject_Init"(PyObject* op, PyTypeObject* kind)    # owns the reference
    PyObject* PyType_GenericAlloc(PyTypeObject* kind, Py_ssize_t n) except NULL
    void* PyObject_Malloc(size_t n)
    void PyObject_Free(void* p)
    void PyObject_GC_Track(PyObject* op)
    void PyObject_GC_UnTrack(PyObject* op)
    void PyObject_GC_Del(PyObject* op)
    bint PyObject_GC_IsTracked(PyObject* op)
