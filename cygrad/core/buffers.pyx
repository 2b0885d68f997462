"""The buffer protocol: a Variable's memory for NumPy, memoryviews and other libraries."""

cimport cython
from cpython.buffer cimport (
    PyBUF_ANY_CONTIGUOUS, PyBUF_C_CONTIGUOUS, PyBUF_F_CONTIGUOUS, PyBUF_FORMAT, PyBUF_ND,
    PyBUF_STRIDES, PyBUF_WRITABLE,
)

from cygrad.core.arrays cimport is_readonly
from cygrad.core.layout cimport Layout
from cygrad.core.variable cimport Variable, describe, detached

cdef enum:
    ANY_ORDER = (PyBUF_C_CONTIGUOUS | PyBUF_F_CONTIGUOUS | PyBUF_ANY_CONTIGUOUS) & ~PyBUF_STRIDES

cdef double no_memory = 0.0     # where the buffer of an array without elements points


@cython.final
cdef class Memory:
    """The memory of a Variable as it was when a buffer of it was asked for."""

    def __cinit__(self, Variable v not None):
        self.held = detached(v)

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        cdef Variable v = self.held
        cdef Layout* layout = v.layout
        cdef bint readonly = is_readonly(v)
        if flags & PyBUF_WRITABLE and readonly:
            raise BufferError(f"the memory of {describe(v)} is read-only")
        if not layout.contiguous and (
                (flags & PyBUF_STRIDES) != PyBUF_STRIDES or flags & ANY_ORDER):
            raise BufferError(f"the memory of {describe(v)} is not contiguous")
        if ((flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS and layout.ndim > 1
                and layout.size > 0):
            raise BufferError(f"the memory of {describe(v)} is not in Fortran order")
        buffer.obj = self
        buffer.buf = v.ptr
        if v.ptr is NULL:
            buffer.buf = &no_memory
        buffer.len = layout.size * <Py_ssize_t>sizeof(double)
        buffer.itemsize = sizeof(double)
        buffer.readonly = readonly
        buffer.format = NULL
        if flags & PyBUF_FORMAT:
            buffer.format = b"d"
        buffer.ndim = layout.ndim if flags & PyBUF_ND else 1
        buffer.shape = layout.shape if flags & PyBUF_ND else NULL
        buffer.strides = layout.strides if (flags & PyBUF_STRIDES) == PyBUF_STRIDES else NULL
        buffer.suboffsets = NULL
        buffer.internal = NULL
