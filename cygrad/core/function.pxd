# Function: a node of the graph; Op: what an operation is.

from cpython.object cimport PyObject
from cygrad.core.variable cimport Variable

# The derivative of an operation, as a composition of differentiable operations: the gradient that
# flows to input i when gy flows to the output. None: no gradient.
ctypedef Variable (*vjp_rule)(Function f, Variable gy, int i)

# The same without a graph, by fused kernels: a new Variable, or `into` itself with the gradient
# added to it. `into` is None or an array of input i's shape that nobody else sees. If `done`, gy is
# not needed afterwards: where the caller's is the only reference, its memory may become the result.
ctypedef Variable (*fused_rule)(Function f, Variable gy, int i, Variable into, bint done)

cdef enum:
    MAX_INPUTS = 30000          # of a Function, and as many outputs; they are counted in a short

cdef enum Reads:            # what an elementwise gradient kernel reads beside gy
    READS_X0 = 1
    READS_X1 = 2
    READS_Y = 4

cdef struct Op:
    const char* name
    vjp_rule vjp
    fused_rule fused        # or NULL
    int kernel              # forward, of an elementwise operation
    int gradient[2]         # its gradient kernel for each input
    int reads[2]

cdef class Outputs:         # of a Function that has several
    cdef PyObject** items   # borrowed: a Variable clears its place when it goes
    cdef list gys           # the gradients that have flowed in so far
    cdef list shapes        # of the outputs, for those that no gradient reaches
    cdef int count

cdef class Function:
    cdef const Op* op           # NULL: a subclass in Python
    cdef Variable x0            # the inputs, where there are at most two
    cdef Variable x1
    cdef tuple many             # the inputs, where there are more; else None
    cdef object saved           # what an operation keeps beside its inputs; or Outputs, see below
    cdef PyObject* out          # the output, borrowed: the Variable clears it when it goes
    cdef Variable gy            # the gradient that has flowed to the output so far
    cdef int generation_
    cdef short n_inputs
    cdef unsigned char queued   # waits in a backward pass
    cdef unsigned char tracked  # known to the cycle collector, as is all that it can reach
    cdef double c[2]            # constants of the operation

# Only a Function defined in Python has several outputs: in place of out and gy it keeps Outputs.
cdef inline bint has_several(Function f) noexcept:
    return f.op is NULL and f.saved is not None

cdef inline Outputs outputs_of(Function f):
    return <Outputs>f.saved

cdef void set_output(Function f, int i, PyObject* y) noexcept
cdef PyObject* output_at(Function f, int i) noexcept

# Make y the output of a new Function of the inputs. None, and y a constant, where there is nothing
# to differentiate.
cdef Function connect(const Op* op, Variable y, Variable x0, Variable x1)
cdef Function connect_many(const Op* op, Variable y, tuple inputs)

cdef Variable input_of(Function f, int i)
cdef str name_of(Function f)
