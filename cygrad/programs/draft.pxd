# Draft: a program while it is recorded. No Variable is known here.

from cygrad.core.layout cimport Layout
from cygrad.core.routine cimport Routine

# Where a value comes from.
cdef enum Origin:
    COMPUTED = 0
    INPUT = 1                   # of the call; `index` counts them
    CONSTANT = 2                # its numbers are in `constants`
    OUTSIDE = 3                 # memory that is read anew each time; `index` counts them

cdef struct Value:
    Origin origin
    int index
    Py_ssize_t size             # numbers
    double* constants           # of malloc
    bint late                   # OUTSIDE: not before the first effect

# What an instruction reads, or what is given back: part of a value, of a layout.
cdef struct Operand:
    int value
    Py_ssize_t offset           # in numbers
    Layout* layout              # counted

cdef enum Kind:
    KERNEL = 0                  # out = kernel(operands), which broadcast to it
    SUM = 1                     # out = the operand summed over `axes`
    GATHER = 2                  # out = numbers, one operand each
    PUT = 3                     # out = zeros, or the second operand; the first added at `place`
    CALL = 4                    # of Python: `index` says which; outs are `out`, `out` + 1, ...
    CHECK = 5                   # the run ends where the operands differ in a bit
    ROUTINE = 6                 # outs = run(operands, n, c): out, out + 1, ...
    PAUSE = 7                   # the run ends here, and goes on once gradients have come in

cdef struct Instruction:
    Kind kind
    int kernel
    int first, count            # of its operands
    int out                     # the value that it makes; -1: none
    int outs
    int index
    Operand place               # of a PUT: what of `out` is added to
    unsigned long long axes
    double c[2]
    Routine run
    const char* name
    Py_ssize_t* n               # of malloc
    Py_ssize_t n_count
    bint dead
    int stretch                 # of the instructions that run tile by tile with it; 0: none

cdef class Draft:
    cdef Value* values
    cdef int n_values, room_for_values
    cdef Operand* operands
    cdef int n_operands, room_for_operands
    cdef Instruction* instructions
    cdef int n_instructions, room_for_instructions
    cdef bint has_stretches             # it may have, as it has kernels of arrays
    cdef readonly list calls            # what CALLs call
    cdef dict numbers                   # of values, in a listing
    cdef readonly list results          # of (value, offset, shape, strides)

    cdef int add_value(self, Origin origin, Py_ssize_t size, int index) except -1
    cdef int add_constant(self, const double* numbers, Py_ssize_t size) except -1
    cdef int add_operand(self, int value, Py_ssize_t offset, Layout* layout) except -1
    cdef int add_operand_of(self, Instruction* at, const Operand* operand) except -1
    cdef int reserve(self, int instructions, int operands) except -1
    cdef int drop_dead(self) except -1
    cdef int tighten(self) except -1
    cdef Instruction* add(self, Kind kind, int out) except NULL
    cdef tuple meaning(self, list outside, dict table)
    cdef tuple source_of(self, int k, list outside)
    cdef tuple meant(self, const Operand* operand, list numbers)
    cdef str name_of(self, int value, Py_ssize_t offset, bint number)
    cdef str text(self, const Operand* operand)
    cdef str line(self, const Instruction* at)

cdef void* grown(void* memory, size_t nbytes) except NULL
cdef void free_instructions(Instruction* instructions, int n) noexcept
cdef void free_operands(Operand* operands, int n) noexcept
