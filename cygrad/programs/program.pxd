# Program: a Draft made ready to run: places for its values, code for its scalars, steps.

from cygrad.core.layout cimport Layout
from cygrad.core.routine cimport Routine
from cygrad.programs.draft cimport Draft
from cygrad.programs.outside cimport Outside

cdef enum:
    OPERANDS = 6                # of a step; its result is the last of them
    ROUTINE_OPERANDS = 64       # of a routine, with its results

cdef enum Doing:
    RUN_CODE = 0                # from `code` on
    RUN_KERNEL = 1              # on contiguous memory of `size`
    MAP_KERNEL = 2              # on strided memory
    ADD_UP = 3                  # the first operand over `axes`, from the number c[0] on
    FILL = 4                    # `size` numbers with c[0]
    CALL_PYTHON = 5             # calls[index]
    RUN_ROUTINE = 6             # run, at the places of `many`, `count` in all

# Memory: of the arena (base 0), or outside (base 1 and on).
cdef struct Place:
    int base
    Py_ssize_t offset

cdef struct Step:
    Doing doing
    int kernel, count, index
    Py_ssize_t code, size
    unsigned long long axes
    double c[2]
    Place places[OPERANDS]
    Layout* layouts[OPERANDS]   # counted; of the strides with which it is read or written
    Layout* shape               # counted, of a MAP_KERNEL
    Routine run
    const Py_ssize_t* n         # the draft's
    Place* many                 # of malloc

# A number that scalar code reads from outside.
cdef struct Load:
    Place source
    Py_ssize_t slot

cdef class Program:
    cdef unsigned int* code
    cdef Py_ssize_t n_words, room_for_words
    cdef Step* steps
    cdef int n_steps, room_for_steps
    cdef Load* loads
    cdef int n_loads, room_for_loads
    cdef double* image              # the arena at the start of a run: its constants
    cdef double* arena              # kept for the next run, or NULL: one is running
    cdef Py_ssize_t arena_size
    cdef readonly list inputs       # the place of each in the arena
    cdef readonly list results      # of (base, offset, shape, strides), in numbers
    cdef Draft draft                # for people to read
    cdef list calls
    cdef Outside outside
    cdef readonly int instructions
    cdef bint is_long               # so that a run lets the GIL go
    cdef int pause                  # the step from which `go_on` does; `run` ends before it

    cdef double* take_arena(self) except NULL
    cdef void give_arena(self, double* arena) noexcept
    cdef bint run(self, double* arena, double** outside) except -1
    cdef bint go_on(self, double** outside) except -1

cdef Program build(Draft draft, Outside outside)
