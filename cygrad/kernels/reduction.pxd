from cygrad.kernels.numpy_loops cimport Loop

cdef enum:
    SHORT = 8                   # a kept innermost axis of less is not worth a loop of its own

# Reduce the axes whose bit is set in `axes` with a binary loop. out: contiguous, one place for each
# combination of the other axes, holding the start values. The caller guarantees at most MAX_NDIM
# axes and memory behind every element.
cdef void reduce_strided(Loop* loop, const double* x, int ndim, const Py_ssize_t* shape,
                         const Py_ssize_t* strides, unsigned long long axes,
                         double* out) noexcept nogil

# Sums of many arrays side by side: numbers at one place of all, the lanes, follow one another, and
# strides go from a number of a lane to its next. Each lane's bits are those of reduce_strided by
# ADD, if LANES_ADD_UP. out: as there, for each lane.
cdef void sum_lanes(const double* x, int ndim, const Py_ssize_t* shape, const Py_ssize_t* strides,
                    unsigned long long axes, Py_ssize_t lanes, double* out) noexcept nogil
cdef bint LANES_ADD_UP

# Sums along the middle one of three axes: y[o, k, i] = x[o, 0, i] + ... + x[o, k, i], or backwards,
# x[o, k, i] + ... + x[o, n - 1, i]. x and y: contiguous, of outer * n * inner numbers.
cdef void running_sums(const double* x, Py_ssize_t outer, Py_ssize_t n, Py_ssize_t inner,
                       bint backwards, double* y) noexcept nogil
