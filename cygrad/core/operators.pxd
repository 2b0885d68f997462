# The door of core: what it needs of the rooms above it, which fill it in when they are imported.
# The operators that Variable's syntax and methods call, the operations that gradients are
# accumulated with, and what NumPy's functions become.

from cygrad.core.function cimport Function
from cygrad.core.variable cimport Variable

ctypedef object (*unary_operator)(object)
ctypedef object (*binary_operator)(object, object)
ctypedef object (*reduction)(object x, object axis, object keepdims)

cdef struct Operators:
    binary_operator add
    binary_operator sub
    binary_operator mul
    binary_operator div
    binary_operator pow
    binary_operator matmul
    binary_operator remainder
    binary_operator floor_divide
    binary_operator get_item
    unary_operator neg
    unary_operator abs
    unary_operator transpose
    binary_operator permute     # transpose(x, axes)
    reduction sum
    reduction mean
    reduction max
    reduction min
    Variable (*reshape)(Variable x, object shape)
    Variable (*sum_gradients)(Variable a, Variable b)    # a + b, of equal shapes
    Variable (*chain)(Variable gy, Variable slope, Variable x)  # gy slope, summed to x's shape
    Variable (*concat)(list parts, object axis, str where)
    Variable (*copy)(Variable x)                         # contiguous, in memory of its own
    int (*add_into)(Variable total, Variable g) except -1   # in place, no graph
    Variable (*gradient)(Function f, Variable gy, int i)    # f's fused one, recorded on the tape

cdef Operators OPERATORS

cdef dict UFUNCS                # NumPy's ufunc: what is called in its place
cdef dict FUNCTIONS             # NumPy's function: what is called in its place
cdef object numpy_protocol()    # the module that fills these in, loaded when it is needed
