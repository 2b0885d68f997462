# Operations: what a thread computes, written down as instructions of a draft.

from cygrad.core.function cimport Function
from cygrad.core.layout cimport Layout
from cygrad.core.routine cimport Routine
from cygrad.core.storage cimport Storage
from cygrad.core.tape cimport Tape
from cygrad.core.variable cimport Variable
from cygrad.programs.draft cimport Draft, Instruction, Operand, Origin
from cygrad.programs.memory cimport Addresses, Block, Memory

# What was there before: of variables, arrays and gradients. It is read anew.
cdef class Source:
    cdef Storage storage
    cdef double* base               # its first number
    cdef int value
    cdef list seen                  # the Variables by which it was read; None: it is a gradient
    cdef Variable grad_of           # whose, else None

cdef class Operations(Tape):
    cdef readonly Draft draft
    cdef Memory memory              # what stands where
    cdef readonly list reasons      # why no program comes of it
    cdef Function made_last         # whose instruction is not filled in yet, or None
    cdef tuple outputs_last
    cdef int unfilled
    cdef dict routines              # by a Function's identity: the first value of its results
    cdef readonly list draws        # Draws, in order, each with what it drew
    cdef readonly bint asks_late    # there are guards after them
    cdef Addresses own              # the Functions that were made
    cdef set earlier                # of the results of others, which gradients flow back through
    cdef int functions              # how many have been made: no graph is deeper
    cdef list outsides              # Sources
    cdef list inputs                # in order: floats, and Variables on the memory of arrays
    cdef dict parts                 # by an owner's identity and a number: (value, offset)
    cdef readonly bint effects      # Python is called for more than its results
    cdef readonly bint reads_late   # an argument is read after an effect
    cdef bint paused                # what comes is a backward pass from results
    cdef readonly dict all_stores   # by identity: what is written to in place, a Variable on it
    cdef list held                  # Variables whose memory nobody else may get
    cdef readonly list where        # of each check: what Python did, and the line

    cdef const Block* block_of(self, Variable v) except NULL
    cdef Source source_at(self, const Block* block)
    cdef const Block* outside(self, Variable v) except NULL
    cdef Source add_source(self, Variable v, int value)
    cdef int stands_in(self, Variable v, int value) except -1
    cdef int read(self, Variable v) except -1
    cdef int new_value(self, Origin origin, Py_ssize_t size, int index) except -1
    cdef bint is_too_large(self, Py_ssize_t size) except -1
    cdef int make(self, Variable y) except -1
    cdef const Block* of_input(self, Variable v) except? NULL
    cdef int emitted(self, Function f, tuple ys) except -1
    cdef int gradient_emitted(self, Function f, int i, list gys, list gxs) except -1
    cdef int read_taken(self, Operand* operands, int n) except -1
    cdef int take(self, Variable v, int taking, Operand* operand) except -1
    cdef int wait_for(self, Function f, tuple ys) except -1
    cdef int fill_in(self, Instruction* at, Function f, int i, bint gradient) except -1
    cdef int called(self, Function f, tuple ys) except -1
    cdef int call(self, object function, list operands, list results) except -1
    cdef int begin(self, int kernel, const double* c, Variable y) except -1
    cdef int picked(self, Variable gy, int i, Variable gx, Variable into) except -1
    cdef int check(self, int value, Py_ssize_t offset, double expected) except -1
    cdef int demand(self, Routine run, Variable v, double low, double high, double exempt,
                    double answer=*) except -1
    cdef bint is_seen(self, const Block* block) except -1

cdef void run_bounds(double** at, const Py_ssize_t* n, const double* c) noexcept nogil
cdef object line_of_the_user()
