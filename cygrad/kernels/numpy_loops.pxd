# NumPy's own float64 inner loops, called from C.

ctypedef void (*inner_loop)(char** args, const Py_ssize_t* dimensions, const Py_ssize_t* steps,
                            void* data) noexcept nogil

cdef struct Loop:
    inner_loop function
    void* data

cdef Loop ADD               # (a, b) -> a + b; pairwise summation in its reduce form
cdef Loop MULTIPLY
cdef Loop MAXIMUM
cdef Loop MINIMUM
cdef Loop MATMUL            # (m,n),(n,p)->(m,p), by BLAS

# The loop of a ufunc that takes and gives float64 only; ImportError if there is none.
cdef Loop float64_loop(object ufunc) except *

cdef inline void call(Loop* loop, char** args, const Py_ssize_t* dimensions,
                      const Py_ssize_t* steps) noexcept nogil:
    loop.function(args, dimensions, steps, loop.data)
