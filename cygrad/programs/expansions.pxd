# Expansions: kernels made of simpler ones.

cdef enum:
    STEPS = 8

# A step: an operand (0 and on), a constant of the kernel, a number, or a kernel, of what the steps
# before have given.
cdef enum StepOf:
    OPERAND = 0
    CONSTANT_OF_IT = 1
    LITERAL = 2
    APPLIED = 3

cdef struct Part:
    StepOf of
    int which
    double number

cdef struct Expansion:
    int n                       # 0: the kernel is as simple as can be
    Part parts[STEPS]

cdef const Expansion* expansion_of(int kernel) noexcept
