# Patterns: how what a stretch reads or sums lies beside its arrays, number by number.

from cygrad.core.layout cimport Layout
from cygrad.programs.draft cimport Operand

cdef enum Pattern:
    OTHER = 0                   # the operand is in no stretch
    WHOLE = 1                   # number by number
    STILL = 2                   # one number for all
    ROW = 3                     # the same `row` numbers again and again
    COLUMN = 4                  # each number `row` times

# How an operand is broadcast to an array of this layout, which is contiguous, and has more than one
# number. row: is set for a ROW and a COLUMN.
cdef Pattern pattern_of(const Operand* operand, const Layout* layout, Py_ssize_t* row) noexcept

# The same of the sum of a contiguous array over axes. ROW: its rows are added to one another.
# COLUMN: each row is summed, or all of them as one row. OTHER: neither.
cdef Pattern pattern_of_sum(const Layout* layout, unsigned long long axes,
                            Py_ssize_t* row) noexcept
