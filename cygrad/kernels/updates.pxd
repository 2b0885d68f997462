# Update rules of the optimizers: a parameter, its gradient and its states, in one pass.

from cygrad.kernels.elementwise cimport LONG, UPDATES

cdef extern from "updates.h" nogil:
    enum:
        U_SGD, U_MOMENTUM, U_NESTEROV, U_RMSPROP, U_ADAGRAD, U_ADAM
        CG_UPDATES
        CG_UPDATE_CONSTANTS
        CG_UPDATE_ARRAYS

cdef inline void run_update(int rule, double** arrays, Py_ssize_t n, const double* c) noexcept:
    """A step on contiguous memory, called with the GIL held; long ones let it go.

    arrays: the parameter, the gradient, and as many states as UPDATES[rule].states says, all n
    long; no two overlap, but that the gradient may be the parameter itself.
    """
    if n < LONG:
        UPDATES[rule].step(arrays, n, c)
    else:
        with nogil:
            UPDATES[rule].step(arrays, n, c)
