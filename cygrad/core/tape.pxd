# Tape: the operations of a thread in the order in which they are made, as Functions: also those
# that nothing flows back through, such as the masks in a derivative's rule.

from cygrad.core.function cimport Function
from cygrad.core.variable cimport Variable

# What is recorded on. Its methods are called as things happen; those of a Tape keep what was made
# and what was looked at, and a Recorder (programs/recorder.pyx) writes a program.
cdef class Tape:
    cdef list functions
    cdef list outputs               # of each Function a tuple; held: no memory is used again
    cdef list looks                 # see look_at
    cdef Tape outer                 # that the thread recorded on before, or None
    cdef bint open                  # between enter and exit; the thread holds it then
    cdef bint plain_too             # it wants to know of plain backward passes, by what follows

    cdef int made(self, Function f, tuple ys) except -1
    cdef int looked(self, Variable v, str what) except -1
    # v < other, say, by the number that Python gives operators: the outcome, as NumPy has it, or
    # what stands for it
    cdef object compared(self, Variable v, object other, int operator, object outcome)

    # y = a kernel of the operands, which broadcast to y; c: its constants, or NULL
    cdef int computed(self, int kernel, list operands, const double* c, Variable y) except -1
    # gx, by the kernel of f's operation for what flows back, of gy and what the kernel reads
    cdef int flowed(self, Function f, int i, Variable gy, Variable gx) except -1
    # a plain backward pass has come to f
    cdef int reached(self, Function f) except -1
    # gx, by f's fused rule; or `into` with it added in place
    cdef int passed(self, Function f, int i, Variable gy, Variable gx, Variable into) except -1
    # by f's sweep: pairs of an input and what flows to it
    cdef int swept(self, Function f, list gys, list pairs) except -1
    # test(v) raises where v's numbers are not all low <= v <= high
    cdef int tested(self, Variable v, double low, double high, object test) except -1
    # total += g, in place
    cdef int added(self, Variable total, Variable g) except -1
    # an argument of a transform, in whose place v stands
    cdef int entered(self, Variable v, object argument) except -1
    # The Variable that holds the numbers of an argument of the call, such as labels; else None
    cdef Variable standing_for(self, object argument)
    # fill(), which draws random numbers from rng: a Generator, a seed, or None
    cdef Variable drawn(self, object fill, object rng)
    # v's memory, which is that of target, a Variable or an array, has been given made's numbers
    cdef int stored(self, object target, Variable v, Variable made) except -1
    # v has what the k-th hidden result of f is (function.pxd)
    cdef int shows(self, Function f, int k, Variable v) except -1
    # Variable(...) has made v
    cdef int bears(self, Variable v) except -1
    # argument's numbers have been looked at, in a way that cannot be recorded
    cdef int looked_through(self, object argument) except -1
    # whole numbers with low <= v <= high are all that are not `exempt`, or the operation raises
    cdef int bounded(self, Variable v, double low, double high, double exempt) except -1
    # the number v is not whole, and not `exempt`: what follows depends on that
    cdef int not_whole(self, Variable v, double exempt) except -1
    # v's number or array has been given to Python as x, by a transform
    cdef int given(self, Variable v, object x) except -1
    # v's numbers are kept as a part of what `owner` collects; they are copied to y's memory
    cdef int collected(self, object owner, int part, Variable v) except -1
    cdef int copied(self, object owner, int part, Variable y) except -1
    # x.grad is looked at next; it has been given another, or None
    cdef int reads_grad(self, Variable x) except -1
    cdef int set_grad(self, Variable x) except -1
    # call(*args), whose effects are had anew at each replay
    cdef object effect(self, object call, tuple args)
    # this cannot be recorded, and why
    cdef int refused(self, str why) except -1
    # whoever asks next how many references there are must not find the tape's to what was made last
    cdef int rest(self) except -1

# f and its outputs, on the thread's tape.
cdef int record(Function f, tuple ys) except -1

# The Variable that stands for x on the thread's tape, if there is one; else None.
cdef Variable standing_for(object x)

# Python has taken numbers out of v, for what comes next: `what` says how.
cdef int look_at(Variable v, str what) except -1

# What has an effect, or reads one, that no program has; asked where there is a tape.
cdef int refuse_on_tape(str what) except -1

cdef int leave_outputs(Function f, tuple ys) except -1
