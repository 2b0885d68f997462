from cygrad.kernels.numpy_loops cimport Loop

cdef enum:
    SHORT = 8                   # a kept innermost axis of less is not worth a loop of its own

# Reduce the axes whose bit is set in `axes` with a binary loop. out: contiguous, one place for each
# combination of the other axes, holding the start values. The caller guarantees at most MAX_NDIM
# axes and memory behind every element.
cdef void reduce_strided(Loop* loop, const double* x, int ndim, const Py_ssize_t* shape,
                         const Py_ssize_t* strides, unsigned long long axes,
                         double* out) noexcept nogil

# Sums along the middle one of three axes: y[o, k, i] = x[o, 0, i] + ... + x[o, k, i], or backwards,
# x[o, k, i] + ... + x[o, n - 1, i]. x and y: contiguous, of outer * n * inner numbers.
cdef void running_sums(const double* x, Py_ssize_t outer, Py_ssize_t n, Py_ssize_t inner,
                       bint backwards, double* y) noexcept nogil
