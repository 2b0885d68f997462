# Batches: a program run for many calls, side by side or one after the other.

from cygrad.core.layout cimport Layout
from cygrad.programs.draft cimport Draft
from cygrad.programs.program cimport Program

cdef enum:
    SPARE = 8                   # arenas that are kept

# An input or a result.
cdef struct Port:
    bint mapped                 # each call has its own
    int base
    Py_ssize_t offset
    Py_ssize_t size             # numbers, of one call
    Layout* source              # of a result; where mapped, its last axis is the lanes'. Counted
    Layout* target              # contiguous, of one call; counted

# Where the numbers of a batch are; inputs and results: contiguous, call by call, where mapped.
cdef struct Numbers:
    const double** inputs
    double** results
    unsigned char* gone         # set for a call in which Python would go another way
    bint stopped                # from outside: end as soon as may be

cdef class Batch:
    cdef readonly Program program
    cdef readonly int lanes     # calls at a time
    cdef Port* inputs
    cdef int n_inputs
    cdef Port* results
    cdef int n_results
    cdef Py_ssize_t marks       # where the lanes are marked that go another way

    cdef bint calls_python
    cdef double* spare[SPARE]       # arenas
    cdef int n_spare

    cdef double* take_arena(self) except NULL
    cdef void give_arena(self, double* arena) noexcept

    cdef int describe_inputs(self, list mapped, Draft draft) except -1
    cdef int describe_results(self, list mapped) except -1
    # The calls from `start` to `end`; bases: of what is outside, resolved.
    cdef int run(self, Numbers* x, Py_ssize_t start, Py_ssize_t end, double** bases) except -1
    # The same, cut among threads. n_bases: how many there are.
    cdef int run_cut(self, Numbers* x, Py_ssize_t start, Py_ssize_t end, int n_bases,
                     double** bases) except -1
    cdef int run_calls(self, Numbers* x, Py_ssize_t start, Py_ssize_t end, double* arena,
                       double** bases) except -1 nogil
    cdef int run_lanes(self, Numbers* x, Py_ssize_t start, int width, double* arena,
                       double** bases) except -1 nogil
    cdef bint run_once(self, double* arena, double** bases) except -1 nogil
    cdef void put_same(self, Numbers* x, double* arena) noexcept nogil
    cdef void put(self, Numbers* x, Py_ssize_t start, int width, double* arena) noexcept nogil
    cdef void put_first(self, Numbers* x, const char* replaced, double* arena) noexcept nogil
    cdef void take(self, Numbers* x, Py_ssize_t start, int width, double** bases) noexcept nogil

# Of so many calls at a time, if the program lets them stand side by side; 1: one after the other.
cdef Batch batch_of(Program p, list mapped, int lanes)
