# Steps: what a program does, one thing after the other.

from cygrad.core.layout cimport Layout
from cygrad.core.routine cimport Routine
from cygrad.programs.outside cimport Outside
from cygrad.programs.tiles cimport OPERANDS, Place, Stretch

cdef enum:
    ROUTINE_OPERANDS = 64       # of a routine, with its results

cdef enum Doing:
    RUN_CODE = 0                # from `code` on
    RUN_TILES = 1               # a stretch
    MAP_KERNEL = 2              # on strided memory
    ADD_UP = 3                  # the first operand over `axes`, from the number c[0] on
    FILL = 4                    # `size` numbers with c[0]
    CALL_PYTHON = 5             # calls[index]
    RUN_ROUTINE = 6             # run, at the places of `many`, `count` in all
    RUN_ROWS = 7                # from `code` on, rows of `size` numbers

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
    Stretch* stretch            # the step's own

cdef void free_step(Step* step) noexcept

# Run them to the end; False if a check failed. bases[k]: memory of base k. calls: of CALL_PYTHON.
cdef bint run_steps(const Step* steps, int n, const unsigned int* code, double** bases, list calls,
                    Outside outside) except -1
cdef bint run_plain(const Step* steps, int n, const unsigned int* code,
                    double** bases) except -1 nogil
