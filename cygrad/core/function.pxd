# Function: a node of the graph; Op: what an operation is.

from cpython.object cimport PyObject
from cygrad.core.passing cimport Pass
from cygrad.core.routine cimport Emission
from cygrad.core.variable cimport Variable

# The derivative of an operation, as a composition of differentiable operations: the gradient that
# flows to input i when gy flows to the output. None: no gradient.
ctypedef Variable (*vjp_rule)(Function f, Variable gy, int i)

# The same without a graph, by fused kernels: a new Variable, or `into` itself with the gradient
# added to it. `into` is None or an array of input i's shape that nobody else sees. If `done`, gy is
# not needed afterwards: where the caller's is the only reference, its memory may become the result.
ctypedef Variable (*fused_rule)(Function f, Variable gy, int i, Variable into, bint done)

# The same for all inputs at once: it hands each gradient to flow() (backward.pxd). gys are those of
# the outputs, in order.
ctypedef int (*sweep_rule)(Function f, list gys, Pass* p) except -1

# The derivative of an operation of several outputs, as a composition: a gradient for each input.
ctypedef list (*several_rule)(Function f, list gys)

# The derivative by input i itself, where the rule is gy times it, and where it costs more than to
# be read again; None: ask the rule. Passes of one session (passing.pxd) compute it once.
ctypedef Variable (*slope_rule)(Function f, int i)

# The operation of f on other inputs, of the same number: a Variable, or a tuple where there are
# several outputs. So a tape (tape.pxd) is computed again.
ctypedef object (*again_rule)(Function f, tuple xs)

# The tangent of f's output from those of its inputs, of their shapes; NULL stands for zeros, and is
# not all there is. None: zeros. With a graph unless the thread's is paused. What it gives may be
# one of the tangents. Those of the inputs i with the bit 1 << i in `spent` nobody reads afterwards:
# where the caller's is the only reference, the memory may become the result.
ctypedef Variable (*push_rule)(Function f, PyObject** tangents, int spent)

# What a program makes of the operation of f (routine.pxd): of its outputs; or, with i, of the
# gradient by input i, -1 for those by all of them. Asked once the operation is complete; the shapes
# are those of the operands.
ctypedef int (*emit_rule)(Function f, int i, Emission* e) except -1

cdef enum:
    MAX_INPUTS = 1 << 30        # of a Function, and as many outputs; they are counted in an int

cdef enum Reads:            # what the gradient by an input is computed from, beside gy
    READS_X0 = 1
    READS_X1 = 2
    READS_Y = 4             # the output, or all of them
    READS_REST = 8          # the inputs after the second
    READS_INPUTS = 11
    READS_ALL = 15

# Whether what is needed includes input i.
cdef inline bint reads_input(int needs, int i) noexcept:
    return needs & (READS_X0 if i == 0 else READS_X1 if i == 1 else READS_REST)

# What a program makes of an operation that no kernel computes (programs/recorder.pyx). A view,
# which shares its input's memory, needs no instruction.
cdef enum Instruction:
    CALLBACK = 0            # it is called anew
    COPIES = 1              # the input
    SUMS = 2                # the input, over the axes `saved`
    STACKS = 3              # numbers; its gradient picks one of them
    PUTS = 4                # a view; its gradient is put into zeros, or added to what is there
    MADE_OF = 5             # operations that are recorded themselves; so is its sweep

# In c[1] of a Function whose Op is guarded: it failed, and an error is raised next.
cdef enum:
    FAILED = 4

cdef struct Op:
    const char* name
    vjp_rule vjp
    fused_rule fused        # or NULL
    sweep_rule sweep        # or NULL; in place of fused
    several_rule several    # in place of vjp, where there are several outputs; then with a sweep
    slope_rule slope        # or NULL; with no sweep
    again_rule again
    push_rule push          # or NULL: it is derived from the rule for what flows back
    int kernel              # forward, of an elementwise operation, else -1
    int instruction         # of a program, where it is no kernel: an Instruction
    emit_rule emit          # of the operation; or NULL
    emit_rule emit_gradient     # of its fused rule or its sweep; or NULL
    int taking              # routine.pxd: how those take their operands
    bint guarded            # the last result of `emit` is whether it succeeded: 1.0 or 0.0
    int hidden              # results of `emit` beside the outputs, which `emit_gradient` reads ...
    int emit_reads          # ... before the gradients, and after these inputs and outputs: Reads
    int gradient[2]         # its gradient kernel for each input
    int adding[2]           # the one that adds to a gradient
    int reads[2]            # what those read, in this order
    int needs[2]            # what the rules may read, for the first input and for all others

cdef enum Seen:
    SEEN = 1                # by the walk of changes.pyx
    WATCHED = 2             # by anomaly.pyx
    RECORDED = 4            # by programs/recorder.pyx

cdef class Outputs:         # of a Function that has several
    cdef PyObject** items   # borrowed: a Variable clears its place when it goes
    cdef list gys           # the gradients that have flowed in so far
    cdef list shapes        # of the outputs, for those that no gradient reaches
    cdef int count
    cdef object saved       # what an operation keeps beside its inputs

cdef class Slopes:          # of a Function whose Op has a slope, once a session has computed one
    cdef object saved       # what the operation keeps
    cdef long session
    cdef list by_input      # a Variable without a graph, or None

cdef class Function:
    cdef const Op* op           # NULL: a subclass in Python
    cdef Variable x0            # the inputs, where there are at most two
    cdef Variable x1
    cdef tuple many             # the inputs, where there are more; else None
    cdef object saved           # what an operation keeps beside its inputs; or Outputs, or Slopes
    cdef PyObject* out          # the output, borrowed: the Variable clears it when it goes
    cdef Variable gy            # the gradient that has flowed to the output so far
    cdef int generation_
    cdef int n_inputs
    cdef unsigned char queued   # waits in a backward pass
    cdef unsigned char tracked  # known to the cycle collector, as is all that it can reach
    cdef unsigned char several  # has several outputs: in place of out and gy it keeps Outputs
    cdef unsigned char seen     # Seen
    cdef unsigned int made      # the number of writes when it was made, in so many bits
    cdef double c[2]            # constants of the operation

cdef inline Outputs outputs_of(Function f):
    return <Outputs>f.saved

# What the operation keeps, of a Function whose Op has a slope.
cdef inline object saved_of(Function f):
    return (<Slopes>f.saved).saved if type(f.saved) is Slopes else f.saved

cdef unsigned short lag_behind(Function f) noexcept

cdef Variable kept_slope(Function f, int i, long session, bint last)

cdef void set_output(Function f, int i, PyObject* y) noexcept
cdef PyObject* output_at(Function f, int i) noexcept

# Make y the output of a new Function of the inputs, and of constants. None, and y a constant, where
# there is nothing to differentiate.
cdef Function connect_with(const Op* op, Variable y, Variable x0, Variable x1, double c0, double c1)
cdef inline Function connect(const Op* op, Variable y, Variable x0, Variable x1):
    return connect_with(op, y, x0, x1, 0.0, 0.0)
cdef Function connect_many(const Op* op, Variable y, tuple inputs)
cdef Function connect_several(const Op* op, tuple ys, tuple inputs, object saved)

cdef Variable input_of(Function f, int i)
cdef str name_of(Function f)
