# The public C interface: Variables and operations for Cython code outside cygrad.
#
#     from cygrad cimport CFunction, Variable
#
# Variable and Function are opaque, and everything is done by the functions below, which the
# extension finds in the installed cygrad when it is imported: so the fields of Variable, how graphs
# are kept, and every other .pxd may change without a new build. What a new build is needed for
# (and a new number in abi.py, which ends the names CFunction_1, Variable_1 and Function_1): another
# size of Function, as a CFunction begins with one; a field or a method of CFunction, or their
# order, as subclasses have copies of both; the structs of cygrad.h; a signature below.
#
# No function takes or returns a typed memoryview, whose C struct belongs to the Cython that each
# side was compiled by. Memoryviews are had by the buffer protocol:
#
#     cdef double[::1] values = x                 # of its data; x is a Variable
#     cdef double[:, ::1] gradient = x.grad
#     y = Variable(values)                        # around the memory of one, without a copy

from cygrad.abi cimport Function_1 as Function, Variable_1 as Variable

cdef extern from "cygrad.h" nogil:
    ctypedef struct ConstArray "cygrad_const_array":
        const double* data      # contiguous, in C order
        Py_ssize_t size         # number of elements
        int ndim
        const Py_ssize_t* shape
    ctypedef struct Array "cygrad_array":
        double* data
        Py_ssize_t size
        int ndim
        bint wanted             # False: what is written is thrown away, and may be left out
        const Py_ssize_t* shape

# An operation with its forward and backward in C: cimport it as CFunction, and subclass it.
#
# An instance is the operation, not a node of the graph, and serves any number of calls: make one
# when the module is imported. What its methods need beside the arrays are C fields of the subclass,
# set in its __init__ and left alone afterwards.
#
# `forward` and `backward` get contiguous memory that nobody else changes meanwhile, and write all
# of the memory that they are given; no array that is written overlaps another. They are called
# without the GIL where that pays (see `long_running`), and on several threads at once. They may
# raise (`with gil`), and must do so by returning -1.
cdef class CFunction_1(Function):
    # To be set in __init__, where the values that __cinit__ gives do not fit.
    cdef int arity              # how many inputs; 1
    cdef bint elementwise       # True: the inputs are broadcast, and all arrays have one shape
    cdef bint long_running      # False: arrays under 8192 elements are computed with the GIL held
    cdef void* operation        # cygrad's own

    # The shape of the output, where it is not an elementwise operation: write the lengths (at most
    # 32), and return how many; or raise ValueError, as here the inputs can be checked.
    cdef int output_shape(self, const ConstArray* x, Py_ssize_t* shape) except -1 nogil

    # y, from the inputs x[0], x[1], ...
    cdef int forward(self, const ConstArray* x, Array* y) except -1 nogil

    # The gradients gx[i] of the inputs, from the inputs, the output and its gradient. There is
    # memory for all of them, also for that of a constant, which nobody looks at: code that would
    # save the work asks gx[i].wanted. Return 0; or 1 to have all gradients computed by `vjp`, as
    # this does where it is not overridden.
    cdef int backward(self, const ConstArray* x, const ConstArray* y, const ConstArray* gy,
                      Array* gx) except -1 nogil

    # The gradient of input i as a composition of differentiable functions: for create_graph=True,
    # and so for derivatives of higher order. None: no gradient. Without it, there is the first
    # derivative only.
    cdef Variable vjp(self, tuple x, Variable y, Variable gy, int i)

# Call an operation of one input, of any number; `f(x)` in Python does the same a little slower.
cdef Variable apply(CFunction_1 f, Variable x)
cdef Variable apply_many(CFunction_1 f, tuple xs)

# x itself, or a constant of a number or an array; `where` is for the message of a TypeError.
cdef Variable as_variable(object x, str where)

# A Variable on memory that `owner` keeps alive, contiguous and of this shape; a leaf that requires
# a gradient. As Variable(memoryview), without its cost.
cdef Variable wrap(double* data, int ndim, const Py_ssize_t* shape, object owner)

# The first of the numbers, good as long as x lives and its .data is not assigned. BufferError where
# they are not contiguous, or must not be written to, or a transform would lose their gradient.
cdef double* data_of(Variable x) except? NULL
cdef Py_ssize_t size_of(Variable x) except -1
cdef Variable grad_of(Variable x)       # or None
