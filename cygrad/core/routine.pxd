# Routines: what computes whole arrays, beside the elementwise kernels; all of one signature.

from libc.stdlib cimport malloc

from cygrad.core.layout cimport Layout

# at: the memory of the operands, then of the results; n: lengths, strides and other whole numbers,
# c: constants, each as the routine's emit rule has laid them out.
ctypedef void (*Routine)(double** at, const Py_ssize_t* n, const double* c) noexcept nogil

# How a routine takes its operands; what is not so is copied first.
cdef enum Taking:
    DENSE = 0                   # contiguous
    AS_IT_IS = 1                # of any strides
    FOR_BLAS = 2                # matrices as BLAS takes them (kernels/linalg.pxd)

# What an operation is made of, told by the emit rule beside its derivative's (function.pxd).
cdef struct Emission:
    Routine run
    const char* name            # in listings
    Py_ssize_t* n               # of malloc; whoever asked for it frees it
    Py_ssize_t count            # of n
    double c[2]
    const Layout** operands     # their layouts, where the routine finds them
    int n_operands
    Py_ssize_t* hidden          # to be set: the sizes of the results that only a gradient reads

# Room for so many whole numbers.
cdef inline Py_ssize_t* numbers(Emission* e, Py_ssize_t count) except NULL:
    e.n = <Py_ssize_t*>malloc((count + 1) * sizeof(Py_ssize_t))
    if e.n is NULL:
        raise MemoryError()
    e.count = count
    return e.n
