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
    Py_ssize_t size             # numbers
    double* constants           # of malloc
    int index
    unsigned char origin        # Origin
    unsigned char late          # OUTSIDE: not before the first effect

# What an instruction reads, or what is given back: part of a value, of a layout.
cdef struct Operand:
    int value
    int offset                  # in numbers
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
    LANES = 8                   # as KERNEL, of rows: a number in each of many runs (lanes.pyx)

# What few instructions need: by the draft's `details`, as there are many instructions.
cdef struct Details:
    int index                   # of a CALL
    int offset                  # of a PUT: what of `out` is added to; its layout is `layout`
    unsigned long long axes
    Routine run
    const char* name
    Py_ssize_t* n               # of malloc
    Py_ssize_t n_count
    bint for_blas               # a ROUTINE that BLAS computes

cdef struct Instruction:
    unsigned char kind          # Kind
    unsigned char dead
    short kernel
    int first, count            # of its operands
    int out                     # the value that it makes; -1: none
    int outs
    int stretch                 # of the instructions that run tile by tile with it; 0: none
    int c                       # the place of its two constants in `pairs`; at 0 are zeros
    int details                 # their number; at 0 are none
    Layout* layout              # of what it makes; counted, or NULL

cdef class Draft:
    cdef Value* values
    cdef int n_values, room_for_values
    cdef Operand* operands
    cdef int n_operands, room_for_operands
    cdef Instruction* instructions
    cdef int n_instructions, room_for_instructions
    cdef double* pairs                  # constants of kernels and routines
    cdef int n_pairs, room_for_pairs
    cdef Details* details
    cdef int n_details, room_for_details
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
    cdef int tell(self, Instruction* at, double c0, double c1) except -1
    cdef const double* c_of(self, const Instruction* at) noexcept
    cdef Details* detail(self, Instruction* at) except NULL
    cdef const Details* details_of(self, const Instruction* at) noexcept
    cdef int tighten_values(self) except -1
    cdef int tighten_pairs(self) except -1
    cdef tuple details_meant(self, const Instruction* at)
    cdef tuple meaning(self, list outside, dict table)
    cdef tuple source_of(self, int k, list outside)
    cdef tuple meant(self, const Operand* operand, list numbers)
    cdef str name_of(self, int value, Py_ssize_t offset, bint number)
    cdef str text(self, const Operand* operand)
    cdef str line(self, const Instruction* at)

cdef void* grown(void* memory, size_t nbytes) except NULL
cdef void free_instructions(Instruction* instructions, int n) noexcept
cdef void free_operands(Operand* operands, int n) noexcept
