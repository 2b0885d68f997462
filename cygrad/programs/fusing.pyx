"""Fusing: two instructions of numbers in one (kernels/instructions.def).

Each part rounds for itself, so the bits are those of the two. What is fused is read once, and by
one that runs in the same stretch of code.
"""

cimport cython
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

from cygrad.kernels.elementwise cimport FUSIONS, FUSION_COUNT, MAX_OPERANDS, all_instructions
from cygrad.programs.draft cimport CHECK, Draft, GATHER, Instruction, KERNEL, Operand

cdef int* first_row = <int*>calloc(all_instructions(), sizeof(int))     # by `second`, from 1 on
cdef int* next_row = <int*>calloc(FUSION_COUNT + 1, sizeof(int))


cdef int fusion(int first, int second, int at) noexcept:
    cdef int row = first_row[second]
    while row > 0:
        if FUSIONS[row - 1].first == first and FUSIONS[row - 1].at == at:
            return FUSIONS[row - 1].name
        row = next_row[row - 1]
    return -1


cdef int fuse(Draft draft) except -1:
    (<Fuser>Fuser(draft)).run()
    draft.drop_dead()
    return draft.tighten()


@cython.final
cdef class Fuser:
    """A number that one instruction reads, in the same stretch of code, is made by that one."""
    cdef Draft draft
    cdef int* uses              # by value
    cdef int* maker             # by value: an instruction of numbers, or -1
    cdef int* stretch           # by instruction

    def __cinit__(self, Draft draft):
        self.draft = draft
        self.uses = <int*>calloc(draft.n_values + 1, sizeof(int))
        self.maker = <int*>malloc((draft.n_values + 1) * sizeof(int))
        self.stretch = <int*>calloc(draft.n_instructions + 1, sizeof(int))
        if self.uses is NULL or self.maker is NULL or self.stretch is NULL:
            raise MemoryError()
        memset(self.maker, 0xFF, (draft.n_values + 1) * sizeof(int))

    def __dealloc__(self):
        free(self.uses)
        free(self.maker)
        free(self.stretch)

    cdef int run(self) except -1:
        cdef Instruction* at
        cdef int k, j
        self.draft.drop_dead()
        self.look()
        for k in range(self.draft.n_instructions):
            at = &self.draft.instructions[k]
            if at.dead or self.maker[max(at.out, 0)] != k:
                continue
            j = at.count - 1
            while j >= 0:
                j = at.count - 1 if self.take_in(k, j) else j - 1
        return 0

    cdef int look(self) except -1:
        cdef const Instruction* at
        cdef int k, j, stretch = 0
        for result in self.draft.results:
            self.uses[<int>result[0]] += 1
        for k in range(self.draft.n_instructions):
            at = &self.draft.instructions[k]
            if at.dead:
                continue
            for j in range(at.count):
                self.uses[self.draft.operands[at.first + j].value] += 1
            if at.kind == KERNEL and self.draft.values[at.out].size == 1:
                self.maker[at.out] = k
            elif at.kind != CHECK and at.kind != GATHER:
                stretch += 1
            self.stretch[k] = stretch
        return 0

    cdef bint take_in(self, int k, int j) except -1:
        """Have the instruction make its j-th operand itself, if it can."""
        cdef Operand operands[MAX_OPERANDS]
        cdef Instruction* at = &self.draft.instructions[k]
        cdef Instruction* first
        cdef int value = self.draft.operands[at.first + j].value
        cdef int m = self.maker[value], both, i, n = 0
        if m < 0 or self.uses[value] != 1 or self.stretch[m] != self.stretch[k]:
            return False
        first = &self.draft.instructions[m]
        both = fusion(first.kernel, at.kernel, j)
        if both < 0:
            return False
        for i in range(first.count):
            operands[n] = self.draft.operands[first.first + i]
            n += 1
        for i in range(at.count):
            if i != j:
                operands[n] = self.draft.operands[at.first + i]
                n += 1
        first.dead = True
        at.kernel = both
        at.first = self.draft.n_operands
        at.count = 0
        for i in range(n):
            self.draft.add_operand_of(at, &operands[i])
        return True


cdef int index_fusions() except -1:
    cdef int k
    for k in range(FUSION_COUNT - 1, -1, -1):
        next_row[k] = first_row[FUSIONS[k].second]
        first_row[FUSIONS[k].second] = k + 1
    return 0


if first_row is NULL or next_row is NULL:
    raise MemoryError()
index_fusions()
