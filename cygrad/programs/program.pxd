# Program: a Draft made ready to run: places for its values, code for its scalars, steps.

from cygrad.programs.draft cimport Draft
from cygrad.programs.outside cimport Outside
from cygrad.programs.steps cimport ROUTINE_OPERANDS, Step
from cygrad.programs.tiles cimport Place

# A number that scalar code reads from outside.
cdef struct Load:
    Place source
    Py_ssize_t slot

# Numbers that are there before a run. They are the draft's.
cdef struct Given:
    Py_ssize_t offset, size
    const double* numbers

cdef class Program:
    cdef unsigned int* code
    cdef Py_ssize_t n_words, room_for_words
    cdef Step* steps
    cdef int n_steps, room_for_steps
    cdef Load* loads
    cdef int n_loads, room_for_loads
    cdef Given* given
    cdef int n_given, room_for_given
    cdef double* arena              # kept for the next run, or NULL: one is running
    cdef Py_ssize_t arena_size
    cdef readonly list inputs       # of (base, offset)
    cdef readonly list results      # of (base, offset, shape, strides), in numbers
    cdef readonly list shapes       # of the inputs
    cdef bint lends                 # some have memory of their own (bases.pyx)
    cdef Program alone              # the same without, to be called by itself; or None
    # Of building.pyx: a Program of what was pickled, and one of this one that lends nothing.
    cdef object load, apart
    cdef Draft draft                # for people to read
    cdef list calls
    cdef Outside outside
    cdef readonly int instructions
    cdef bint is_long               # so that a run lets the GIL go
    cdef int pause                  # the step from which `go_on` does; `run` ends before it

    cdef double* new_arena(self) except NULL
    cdef double* take_arena(self) except NULL
    cdef void give_arena(self, double* arena) noexcept
    cdef bint run(self, double* arena, double** outside) except -1
    cdef bint go_on(self, double** outside) except -1
    cdef bint ran(self, double** outside, int start, int end) except -1
    cdef tuple called(self, list arrays, double* arena, double** bases)
    cdef double** bases_now(self) except NULL
    cdef list outside_now(self)
