from cygrad.kernels.numpy_loops cimport Loop

# Reduce the axes whose bit is set in `axes` with a binary loop. out: contiguous, one place for each
# combination of the other axes, holding the start values. The caller guarantees at most MAX_NDIM
# axes and memory behind every element.
cdef void reduce_strided(Loop* loop, const double* x, int ndim, const Py_ssize_t* shape,
                         const Py_ssize_t* strides, unsigned long long axes,
                         double* out) noexcept nogil
