# Numbering: each number of a program is computed once.

from cygrad.programs.draft cimport Draft, Instruction

# A number of a value.
cdef struct Number:
    int value
    int offset

# An instruction, in a table by hash; -1: none.
cdef struct Entry:
    int instruction
    unsigned int hash

# Of a value: what makes it, where that matters. It is kept apart, as instructions are far away.
cdef enum Mark:
    ANYTHING = 0
    A_NEGATIVE = 1              # NEG of a number
    NUMBERS = 2                 # GATHER of numbers

cdef class Numbering:
    cdef Draft draft                # that is written
    cdef int* maker                 # by value: the instruction that makes it, or -1
    cdef char* marks                # by value: Mark
    cdef int room
    cdef Entry* table               # of instructions
    cdef int buckets, entries
    cdef int* constants             # values, by the hash of their bits; -1: free
    cdef int n_constants, room_for_constants
    cdef int spare                  # a value that was recorded, and will not be made; -1: none

    cdef bint is_marked(self, int value, Mark mark) noexcept
    cdef int makes(self, int value, Mark mark) except -1
    cdef int constant(self, double number) except -1
    cdef size_t place_of_constant(self, double number) noexcept
    cdef int make_room_for_constants(self, int room) except -1
    cdef Number computed(self, int kernel, const Number* x, int n, const double* c) except *
    cdef bint is_known(self, const Number* x, int n) noexcept
    cdef Number folded(self, int kernel, const Number* x, int n, const double* c) except *
    cdef Number without_sign(self, Number x, int* sign) noexcept
    cdef Number product(self, int kernel, Number* x) except *
    cdef Number total(self, int kernel, Number* x) except *
    cdef Number negative(self, Number x) except *
    cdef bint is_number(self, Number x, double number) noexcept
    cdef bint is_outside(self, Number x) noexcept
    cdef Number numbered(self, int kernel, const Number* x, int n, const double* c) except *
    cdef size_t place_of(self, int kernel, const Number* x, int n, const double* c) noexcept
    cdef bint is_same(self, const Instruction* at, int kernel, const Number* x, int n,
                      const double* c) noexcept
    cdef size_t first_place(self, unsigned int hash) noexcept
    cdef size_t next_place(self, size_t place) noexcept
    cdef int enter(self, size_t place, unsigned int hash) except -1
    cdef int make_room(self, int buckets) except -1

cdef bint same_constants(int kernel, const double* a, const double* b) noexcept
cdef unsigned int with_constants(size_t h, int kernel, const double* c) noexcept

cdef inline size_t mixed(size_t h, size_t more) noexcept:
    return (h ^ more ^ (h >> 32)) * <size_t>0x9E3779B97F4A7C15ULL + 1
