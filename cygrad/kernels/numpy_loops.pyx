"""NumPy's own float64 inner loops, called from C.

A ufunc object holds its typed loops in a public C array (`PyUFuncObject.functions`), chosen for the
CPU when NumPy is imported. Called directly they cost tens of nanoseconds where the ufunc costs a
microsecond, and they bring NumPy's summation and its BLAS with them.
"""

cimport numpy as cnp

import numpy as np

cdef extern from "numpy/ufuncobject.h":
    ctypedef struct PyUFuncObject:
        int nargs
        int ntypes
        inner_loop* functions
        void** data
        char* types

cnp.import_array()


cdef Loop float64_loop(object ufunc) except *:
    """The loop of a ufunc that takes and gives float64 only."""
    cdef PyUFuncObject* u = <PyUFuncObject*>ufunc
    cdef Loop loop
    cdef int k, j
    for k in range(u.ntypes):
        for j in range(u.nargs):
            if u.types[k * u.nargs + j] != cnp.NPY_DOUBLE:
                break
        else:
            loop.function = u.functions[k]
            loop.data = u.data[k]
            return loop
    raise ImportError(f"cygrad: this NumPy ({np.__version__}) has no float64 loop for {ufunc!r}")


ADD = float64_loop(np.add)
MULTIPLY = float64_loop(np.multiply)
MAXIMUM = float64_loop(np.maximum)
MINIMUM = float64_loop(np.minimum)
MATMUL = float64_loop(np.matmul)
