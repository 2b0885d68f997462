# Capture: one program, and when it holds.

from cygrad.core.layout cimport Layout
from cygrad.core.variable cimport Variable
from cygrad.programs.lives cimport Lives
from cygrad.programs.outside cimport Outside
from cygrad.programs.program cimport Program
from cygrad.programs.recorder cimport Recorder

cdef object MISSING             # in place of a result: a guard does not hold

cdef enum Leaf:
    NUMBER = 0              # an input: a float
    ARRAY = 1               # an input: an array of float64
    VARIABLE = 2            # an input: a Variable
    WHOLE = 3               # an input: an array of other numbers, such as labels or masks
    FLOAT = 4               # an input: a float or np.float64, of a function that is no transform
    LAST_INPUT = 4
    EQUAL = 5               # part of the key, by its value
    SAME = 6                # part of the key, by its identity
    BYTES = 7               # part of the key: an array of numbers

cdef enum Way:
    AS_NUMBER = 0           # a float
    AS_ARRAY = 1
    AS_VARIABLE = 2
    AS_IT_WAS = 3           # what the call does not compute
    AS_SPENT = 4            # a Variable whose graph the call has run backward through
    AS_RESULT = 5           # a Variable that gradients flow back through (replayed.pyx)
    AS_SCALAR = 6           # a np.float64

# A leaf of the result: where it stands, and how it is given.
cdef struct Result:
    Way way
    int base
    Py_ssize_t offset
    Layout* source              # its shape and strides there; counted
    Layout* target              # the same shape in order; counted

cdef class Capture

# A call whose program has run up to its pause, and keeps its arena until gradients flow back.
cdef class Call:
    cdef Capture capture
    cdef Program program
    cdef double* arena
    cdef double** bases         # of malloc: where what is outside stood
    cdef list held              # that memory
    cdef list drawn             # random numbers, in order

    cdef int keep(self, Capture capture, double* arena, double** bases) except -1
    # Of the leaves of the result, those that gradients flow back through, else None.
    cdef list outputs(self, tuple found)

cdef class Capture:
    cdef Program program
    cdef object places              # the template of the arguments, or None: they are the leaves
    cdef int n_leaves, n_inputs, n_results
    cdef bint* required             # of the leaves that are Variables: whether they do
    # Where gradients flow back: what to, Variables and the numbers of leaves, or None; results
    # that stand behind the others; and how deep the graph was.
    cdef list ends
    cdef int n_ends, n_all, depth
    cdef list pulls                 # of each end the number of a result
    cdef Layout** targets           # shapes of the results that gradients flow to; borrowed
    cdef unsigned char* kinds       # of the leaves, Leaf
    cdef Py_ssize_t* slots          # of the inputs, in the arena; or less than 0: minus the base
    cdef bint lends                 # some have a base: they are read where the caller has them
    cdef list direct                # results that are computed in the arrays that are given
    cdef int n_direct
    cdef Py_ssize_t n_numbers       # of all inputs
    cdef double* first              # the numbers of the inputs at the capture
    cdef char* unshown              # of each input: no replay with other ones has been compared
    cdef int n_unshown              # how many
    cdef set keyed                  # of WHOLE leaves, those that are part of the key, too
    cdef bint effects               # it does more than to give a result,
    cdef bint proved                # and has been recorded twice, the same both times
    cdef Layout** shapes            # of the leaves that are arrays, counted; else NULL
    cdef Result* results
    cdef list keys                  # of each leaf: its shape, value, or the object
    cdef Outside outside
    cdef list watches               # of Watch
    cdef Lives lives
    cdef bint used                  # it was replayed
    cdef object result              # the template of the result
    cdef list ways                  # of each leaf of it, Way
    cdef list constants             # and what it was, or its number among the program's results
    cdef bint stores                # it changes numbers in place
    cdef list draws                 # Draws
    cdef bint asks_late             # there are guards after them
    cdef bint reads_late            # an argument is read after an effect
    cdef list drawn_at              # where gradients flow back: results with what they have drawn
    cdef dict batches               # of the program, run for many calls (batch.pyx); or None
    cdef bint paused, testing
    cdef readonly list where        # of each guard

    cdef int complete(self, Recorder recorder, list kinds, tuple found) except -1
    cdef int loosen(self) except -1
    cdef int compose(self, Recorder recorder, list kinds) except -1
    cdef int settle(self, list kinds) except -1
    cdef list shapes_of_inputs(self)
    cdef bint fits(self, tuple found) except -1
    cdef object replay(self, tuple found, Call call, bint* differs)
    cdef int place(self, Result* r, int number) except -1
    cdef list new_results(self, double** bases)
    cdef object assembled(self, object form, double** bases, list outputs)
    cdef object rebuilt(self, object form, double** bases, list outputs)
    cdef object give(self, int k, double** bases, list outputs)
    cdef tuple meaning(self, dict table)
    cdef int show(self, tuple found) except -1
    cdef str other_leaf(self, tuple found)
    cdef int remember(self, tuple found) except -1

cdef Variable spent(Variable numbers)
cdef bint same_ways(Capture a, Capture b) except -1
cdef bint same_form(object a, object b) except -1
# The leaves of x, if it is of the form.
cdef bint take_apart(object form, object x, list found) except -1
cdef bint requires(Variable v) noexcept
cdef bint is_number_too(object x) noexcept
cdef bint is_float64(object x) noexcept
cdef bint is_exact(object x) except -1
cdef tuple key_of(object x)
cdef Py_ssize_t put(object x, double* target) except -1
