# Lane routines: what programs of lanes do beside kernels and rows.

cdef enum:
    AT_ONCE = 8                 # lanes that a routine's operands are brought together for

cdef void run_join(double** at, const Py_ssize_t* n, const double* c) noexcept nogil
cdef void run_differ(double** at, const Py_ssize_t* n, const double* c) noexcept nogil
cdef void run_sum(double** at, const Py_ssize_t* n, const double* c) noexcept nogil
cdef void run_lanes(double** at, const Py_ssize_t* n, const double* c) noexcept nogil
