"""Bases: the large values that stand in memory of their own, not in the arena.

An array that a program is called with is read where the caller has it. What is given as an array
is computed in the array that is given. So neither is copied.
"""

from libc.stdlib cimport free, malloc
from libc.string cimport memset

from cygrad.programs.draft cimport (
    CALL, COMPUTED, Draft, GATHER, INPUT, Instruction, Operand, PUT,
)


cdef int lend(Draft draft, Place* places, const int* last, int first, list arrays,
              list given) except -1:
    cdef int value, head, base = first
    cdef int* maker
    if not has_large(draft):
        return 0
    maker = makers_of(draft)
    try:
        for value in range(draft.n_values):
            if (draft.values[value].origin == INPUT and draft.values[value].size >= LARGE
                    and arrays[draft.values[value].index] and base < BASES):
                places[value].base = base
                base += 1
        take_back_from_calls(draft, places)
        for k in given:
            if not is_all_of_it(draft, <tuple>draft.results[<int>k]):
                continue
            head = head_of(draft, maker, last, draft.results[<int>k][0])
            if (places[head].base == 0 and base < BASES
                    and draft.instructions[maker[head]].kind != GATHER):
                places[head].base = base
                base += 1
    finally:
        free(maker)
    return 0


cdef bint has_large(Draft draft) noexcept:
    cdef int value
    for value in range(draft.n_values):
        if draft.values[value].size >= LARGE:
            return True
    return False


cdef int* makers_of(Draft draft) except NULL:
    """By value: the instruction that makes it, or -1."""
    cdef int* maker = <int*>malloc((draft.n_values + 1) * sizeof(int))
    cdef const Instruction* at
    cdef int k, j
    if maker is NULL:
        raise MemoryError()
    memset(maker, 0xFF, (draft.n_values + 1) * sizeof(int))
    for k in range(draft.n_instructions):
        at = &draft.instructions[k]
        for j in range(at.outs):
            maker[at.out + j] = k
    return maker


cdef void take_back_from_calls(Draft draft, Place* places) noexcept:
    """An input that Python looks at is one copy: what it finds there must be there afterwards."""
    cdef const Instruction* at
    cdef int k, j, value
    for k in range(draft.n_instructions):
        at = &draft.instructions[k]
        for j in range(at.count if at.kind == CALL else 0):
            value = draft.operands[at.first + j].value
            if draft.values[value].origin == INPUT:
                places[value].base = 0


cdef bint is_all_of_it(Draft draft, tuple result) except -1:
    """Whether a result is all of a large value that the program computes, in order."""
    cdef int d
    cdef Py_ssize_t expected = sizeof(double), size = 1
    value, offset, shape, strides = result
    if (draft.values[<int>value].origin != COMPUTED or draft.values[<int>value].size < LARGE
            or offset != 0):
        return False
    for d in reversed(range(len(shape))):
        if shape[d] != 1 and strides[d] != expected:
            return False
        expected *= <Py_ssize_t>shape[d]
        size *= <Py_ssize_t>shape[d]
    return size == draft.values[<int>value].size


cdef int head_of(Draft draft, const int* maker, const int* last, int value) noexcept:
    """The value in whose memory it comes to stand: PUTs add to what nothing else reads any more."""
    cdef int k = maker[value]
    while puts_in_place(draft, last, k):
        value = draft.operands[draft.instructions[k].first + 1].value
        k = maker[value]
    return value


cdef bint puts_in_place(Draft draft, const int* last, int k) noexcept:
    cdef const Instruction* at = &draft.instructions[k]
    cdef const Operand* operands = &draft.operands[at.first]
    return (at.kind == PUT and at.count == 2 and last[operands[1].value] == k
            and draft.values[operands[1].value].origin == COMPUTED
            # what is put into may be a part of a value, such as of what flows to a concat
            and operands[1].offset == 0
            and draft.values[operands[1].value].size == draft.values[at.out].size
            and operands[0].value != operands[1].value)
