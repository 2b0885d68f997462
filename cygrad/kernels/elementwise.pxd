# Elementwise kernels on contiguous and on strided, broadcast memory.

cdef extern from "kernels.h" nogil:
    ctypedef void (*cg_kernel)(const double** inputs, double* out, Py_ssize_t n,
                               const double* c) noexcept nogil
    enum:
        CG_READS_X, CG_READS_Y, CG_READS_R
    ctypedef void (*cg_cell)(double** args, Py_ssize_t n) noexcept nogil
    enum:
        CG_LSTM, CG_LSTM_STEP, CG_LSTM_GRADIENT, CG_SINCOS
    ctypedef struct cg_update:
        void (*step)(double** arrays, Py_ssize_t n, const double* c) noexcept nogil
        int states
    ctypedef struct cg_fusion:
        int first, second, at, name

cdef enum:
    MAX_OPERANDS = 6            # inputs and output of a kernel
    LONG = 8192                 # from this many elements on, a kernel runs without the GIL

# The catalogue (kernels.def): the number of the kernel of this name, to be looked up at import.
cdef int kernel_named(str name) except -1
cdef int inputs_of(int kernel) noexcept

# The kernels for what flows to input `by` of a kernel: one that writes it, one that adds it to what
# is in the output, the arrays that both read beside the gradient (CG_READS_...), and whether they
# take longer than to read their result from memory.
cdef struct Gradient:
    int kernel
    int adding
    int reads
    bint costly

cdef enum:
    PASS = -1                   # in place of a gradient kernel: the gradient is gy itself
    COMPOSED = -2               # none

cdef Gradient gradient_of(int kernel, int by) noexcept

# The kernels of the instruction set chosen at import, by number; its cells of recurrent networks,
# and its update rules (updates.pxd).
cdef const cg_kernel* KERNELS
cdef const cg_cell* CELLS
cdef const cg_update* UPDATES

# How many constants a kernel has (those of a gradient are its kernel's), and whether it adds.
cdef int constants_of(int kernel) noexcept
cdef bint adds(int kernel) noexcept
cdef str name_of_kernel(int kernel)     # or of an instruction of instructions.def

# Run scalar code (interpreter.h) on its slots: NULL at its end, or the guard that does not hold.
# And the numbers of its instructions that are no kernels.
ctypedef const unsigned int* (*code_runner)(const unsigned int* code, double* slots) noexcept nogil
cdef code_runner RUN
cdef int END, GUARD

# Run code on rows of n numbers, each instruction on whole rows. Code: the kernel, or a line of
# instructions.def; the number of its operands; where its constants are, or its second result; where
# its result is; and its operands, by their first numbers. END at the end.
cdef void run_rows(const unsigned int* code, double* arena, Py_ssize_t n) noexcept nogil
cdef bint has_rows(int kernel) noexcept     # whether there is a loop for it

# What an instruction does at once (instructions.def): `first`, which makes the operand `at` of
# `second`, and that. LAST as a first: the result of the instruction before.
cdef const cg_fusion* FUSIONS
cdef int FUSION_COUNT
cdef int LAST
cdef int instruction_named(str name) except -1
cdef int all_instructions() noexcept     # how many numbers there are, those of kernels included

# Run a kernel over an array of any strides (in bytes; 0 broadcasts). operands: the inputs, then the
# output; strides[k]: those of operand k. A kernel that adds to its output finds it there. The
# caller guarantees at most MAX_NDIM axes, memory behind every element that the strides reach, and
# that the output overlaps no input but element for element.
cdef void map_strided(int kernel, int n_inputs, const double** operands,
                      const Py_ssize_t** strides, int ndim, const Py_ssize_t* shape,
                      const double* c) noexcept nogil

cdef void copy_strided(const double* source, const Py_ssize_t* source_strides, double* target,
                       const Py_ssize_t* target_strides, int ndim,
                       const Py_ssize_t* shape) noexcept nogil
