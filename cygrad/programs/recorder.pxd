# Recorder: what a thread computes, written down as a program.

from cygrad.core.function cimport Function
from cygrad.core.routine cimport Routine
from cygrad.core.storage cimport Storage
from cygrad.core.tape cimport Tape
from cygrad.core.variable cimport Variable
from cygrad.programs.calls cimport Touched
from cygrad.programs.draft cimport Draft, Instruction, Operand, Origin
from cygrad.programs.memory cimport Block, Memory
from cygrad.programs.outside cimport Outside

# What was there before: of variables, arrays and gradients. It is read anew.
cdef class Source:
    cdef Storage storage
    cdef double* base               # its first number
    cdef int value
    cdef list seen                  # the Variables by which it was read; None: it is a gradient
    cdef Variable grad_of           # whose, else None

cdef class Recorder(Tape):
    cdef readonly Draft draft
    cdef Memory memory              # what stands where
    cdef readonly list reasons      # why no program comes of it
    cdef Function made_last         # whose instruction is not filled in yet, or None
    cdef tuple outputs_last
    cdef int unfilled
    cdef dict routines              # by a Function's identity: the first value of its results
    cdef dict states_before         # by identity: of a layer's state before, where it stood, and it
    cdef readonly bint states_kept  # layers keep states
    cdef readonly bint keeps_graph  # a state that a call leaves has a graph
    cdef readonly dict born         # by identity: Variables that the call has made by itself
    cdef readonly list draws        # Draws, in order, each with what it drew
    cdef readonly bint asks_late    # there are guards after them
    cdef set own                    # the identities of the Functions that were made
    cdef set earlier                # of the results of others, which gradients flow back through
    cdef int functions              # how many have been made: no graph is deeper
    cdef list outsides              # Sources
    cdef list inputs                # in order: floats, and Variables on the memory of arrays
    cdef object stand_in            # makes what stands for a mask (transforms/inputs.py)
    cdef readonly set looked_at     # leaves of the arguments whose numbers Python has looked at
    cdef dict results               # by identity: of what was given to Python
    cdef dict parts                 # by an owner's identity and a number: (value, offset)
    cdef dict grads                 # by identity, of the Variables whose .grad was touched: Touched
    cdef readonly bint effects      # Python is called for more than its results
    cdef readonly bint reads_late   # an argument is read after an effect
    cdef readonly bint acts         # so it is, or gradients land
    cdef bint paused                # what comes is a backward pass from results
    cdef readonly dict stores       # by identity: what is written to in place, and a Variable on it
    cdef readonly dict all_stores   # the same of the whole call
    cdef readonly unsigned int written      # how many writes were those of effects
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
    cdef int input_array(self, Variable v) except -1
    cdef int input_number(self, object x) except -1
    cdef int pause(self, list gys) except -1
    cdef list give_draws(self)
    cdef int keep_states(self, list states, object plain, object with_graph) except -1
    cdef Touched touched(self, Variable x)
    cdef int land(self) except -1
    cdef bint is_seen(self, const Block* block) except -1
    cdef int forget(self) except -1
    cdef bint was_there(self, Variable v) except -1
    cdef int may_ask(self, str what) except -1
    cdef bint locate(self, object x) except -1
    cdef bint gave(self)
    cdef Outside settle(self)
    cdef tuple source_of(self, Variable v)
    cdef list settle_grads(self)
