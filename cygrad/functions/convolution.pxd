# Windows that slide over the last two axes of an array: for convolution and for pooling.

from cygrad.core.routine cimport Emission, Routine
from cygrad.core.variable cimport Variable
from cygrad.kernels.convolution cimport Windows

cdef class Sliding:             # what an operation saves of them; never changed once made
    cdef Windows at

cdef struct Steps:              # a pair of each
    Py_ssize_t kernel[2]
    Py_ssize_t stride[2]
    Py_ssize_t padding[2]
    Py_ssize_t dilation[2]

# The windows over an x of 4 axes; ValueError where not even one fits. `given`: what the user knows
# x as, for the message.
cdef Sliding slide(Variable x, const Steps* steps, Variable given, str where)

# An array of undefined values, of (n, c, height, width).
cdef Variable empty_planes(const Windows* at, Py_ssize_t height, Py_ssize_t width)

# The last `axes` places of a pair from an argument: an int, or as many; each at least `least`.
cdef int read_pair(object argument, int axes, Py_ssize_t least, Py_ssize_t* pair,
                   str name, str where) except -1

# RuntimeError if `seen`, the memory of x that an operation is about to read, does not have the
# shape that the operation was made for: .data was replaced.
cdef int check_shape(Variable seen, tuple shape, Variable x, str name) except -1

# A routine of a program whose whole numbers are the Windows.
cdef int emit_windows(Sliding s, Emission* e, Routine run, const char* name) except -1
