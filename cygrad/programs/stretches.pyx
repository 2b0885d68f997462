"""Stretches: elementwise instructions that run together, tile by tile.

Instructions on contiguous arrays of one size are brought together, as far as what they read lets
them: numbers that they need come before, and others that can wait come after. What they read may be
broadcast, and their results may be summed. In a stretch each tile goes through all of them before
the next does, so what nothing else reads stays in the first-level cache, and takes no memory of an
array's size.
"""

cimport cython
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from cygrad.kernels.elementwise cimport adds
from cygrad.kernels.reduction cimport SHORT
from cygrad.programs.draft cimport (
    CALL, CHECK, Draft, Instruction, KERNEL, LANES, Operand, PAUSE, SUM,
)
from cygrad.programs.patterns cimport (
    COLUMN, OTHER, Pattern, ROW, pattern_of, pattern_of_sum,
)
from cygrad.programs.tiles cimport SEGMENTS_ADD_UP, SUMS, TILE

cdef enum:
    PATIENCE = 64           # instructions that wait while a stretch is looked through
    LONGEST = 1024          # instructions of a stretch
    BEFORE = -1             # of an instruction: it is written,
    WAITING = 0             # or not, or else in the stretch of this number


cdef int find_stretches(Draft draft) except -1:
    if draft.has_stretches:
        (<Stretches>Stretches(draft)).run()
    return 0


@cython.final
cdef class Stretches:
    cdef Draft draft
    cdef Instruction* given
    cdef Instruction* written       # the same in their new order
    cdef int n, n_written
    cdef int* maker                 # by value: the instruction, or -1
    cdef int* state                 # by instruction
    cdef int* members               # of the present stretch
    cdef int number                 # of the present stretch
    cdef Py_ssize_t size            # of its arrays
    cdef Py_ssize_t row, segment    # of its rows, and of what it sums; 0: of any
    cdef int n_sums                 # of segments

    def __cinit__(self, Draft draft):
        self.draft = draft
        self.n = draft.n_instructions
        self.given = draft.instructions
        self.written = <Instruction*>malloc(self.n * sizeof(Instruction))
        self.maker = <int*>malloc((draft.n_values + 1) * sizeof(int))
        self.state = <int*>malloc((self.n + 1) * sizeof(int))
        self.members = <int*>malloc(LONGEST * sizeof(int))
        if (self.written is NULL or self.maker is NULL or self.state is NULL
                or self.members is NULL):
            raise MemoryError()
        memset(self.maker, 0xFF, (draft.n_values + 1) * sizeof(int))
        memset(self.state, 0, (self.n + 1) * sizeof(int))

    def __dealloc__(self):
        free(self.written)
        free(self.maker)
        free(self.state)
        free(self.members)

    cdef int run(self) except -1:
        cdef const Instruction* at
        cdef int k, j, start = 0
        for k in range(self.n):
            at = &self.given[k]
            for j in range(at.outs):
                self.maker[at.out + j] = k
        for k in range(self.n):
            # What a call does to what is outside comes in between; and gradients, at a pause.
            if self.given[k].kind == CALL or self.given[k].kind == PAUSE:
                self.arrange(start, k)
                self.write(k)
                start = k + 1
        self.arrange(start, self.n)
        self.draft.instructions, self.written = self.written, self.given
        self.draft.room_for_instructions = self.n
        return 0

    cdef void write(self, int k) noexcept:
        self.written[self.n_written] = self.given[k]
        self.state[k] = BEFORE
        self.n_written += 1

    cdef void arrange(self, int start, int end) noexcept:
        cdef int k
        for k in range(start, end):
            if self.state[k] != WAITING:
                continue
            if not self.find_stretch(k, end):
                self.write(k)

    cdef bint find_stretch(self, int first, int end) noexcept:
        """Write the stretch that begins here, and before it the numbers that come in between."""
        cdef const Instruction* at = &self.given[first]
        cdef int k, waiting = 0, n = 0
        if at.kind != KERNEL or self.draft.values[at.out].size < 2:
            return False
        self.number += 1
        self.size = self.draft.values[at.out].size
        self.row = self.segment = self.n_sums = 0
        if not self.joins(at):
            return False
        for k in range(first, end):
            at = &self.given[k]
            if self.state[k] != WAITING:
                continue
            if self.may_join(at) and self.joins(at):
                self.state[k] = self.number
                self.members[n] = k
                n += 1
            elif self.is_of_numbers(at) and self.is_ready(at):
                self.write(k)
            else:
                waiting += 1
            if n == LONGEST or waiting == PATIENCE:
                break
        for k in range(n):
            self.write(self.members[k])
            self.written[self.n_written - 1].stretch = self.number
        return True

    cdef bint joins(self, const Instruction* at) noexcept:
        """Whether it is elementwise, or a sum, on arrays of the stretch; if so, it is in it."""
        cdef const Operand* operand = &self.draft.operands[at.first]
        if at.dead:
            return False
        if at.kind == SUM:
            return (operand.layout.contiguous and operand.layout.size == self.size
                    and self.joins_sum(at, operand))
        return (at.kind == KERNEL and not adds(at.kernel) and at.layout.contiguous
                and self.draft.values[at.out].size == self.size and self.joins_kernel(at, operand))

    cdef bint joins_kernel(self, const Instruction* at, const Operand* operands) noexcept:
        cdef Py_ssize_t row = self.row, length = 0
        cdef Pattern pattern
        cdef int j
        for j in range(at.count):
            pattern = pattern_of(&operands[j], at.layout, &length)
            if pattern == OTHER:
                return False
            if pattern == ROW or pattern == COLUMN:
                if row > 0 and row != length:
                    return False
                row = length
        self.row = row
        return True

    cdef bint joins_sum(self, const Instruction* at, const Operand* operand) noexcept:
        cdef Py_ssize_t length = 0
        cdef Pattern pattern = pattern_of_sum(
            operand.layout, self.draft.details_of(at).axes, &length)
        if pattern == ROW and length >= SHORT and (self.row == 0 or self.row == length):
            self.row = length
            return True
        if (pattern == COLUMN and (self.segment == 0 or self.segment == length)
                and (length <= TILE or SEGMENTS_ADD_UP) and self.n_sums < SUMS):
            self.segment = length
            self.n_sums += 1
            return True
        return False

    cdef bint is_of_numbers(self, const Instruction* at) noexcept:
        return at.kind == CHECK or at.kind == LANES or (
            at.kind == KERNEL and self.draft.values[at.out].size == 1)

    cdef bint may_join(self, const Instruction* at) noexcept:
        """Whether what it reads is there, or made in this stretch at the same place of a tile."""
        cdef const Operand* operand
        cdef int j, m
        for j in range(at.count):
            operand = &self.draft.operands[at.first + j]
            m = self.maker[operand.value]
            if m < 0 or self.state[m] == BEFORE:
                continue
            if self.state[m] != self.number or not is_whole(self.draft, operand, self.size):
                return False
        return True

    cdef bint is_ready(self, const Instruction* at) noexcept:
        cdef int j, m
        for j in range(at.count):
            m = self.maker[self.draft.operands[at.first + j].value]
            if m >= 0 and self.state[m] != BEFORE:
                return False
        return True


cdef bint stands_still(const Operand* operand) noexcept:
    cdef int d
    for d in range(operand.layout.ndim):
        if operand.layout.shape[d] > 1 and operand.layout.strides[d] != 0:
            return False
    return operand.layout.size > 0


cdef bint is_whole(Draft draft, const Operand* operand, Py_ssize_t size) noexcept:
    return (operand.layout.contiguous and operand.offset == 0 and operand.layout.size == size
            and draft.values[operand.value].size == size)
