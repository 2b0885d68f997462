"""Places: where in the arena each value of a draft stands, and how long.

A place is used again once nothing reads its value any more. What a stretch reads at once has the
place of a tile (stretches.pyx). Whoever builds the program claims places in its order.
"""

from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

from cygrad.programs.draft cimport COMPUTED, Draft, GATHER, Instruction, KERNEL, Operand
from cygrad.programs.stretches cimport is_whole
from cygrad.programs.tiles cimport Place, TILE


cdef class Places:
    def __cinit__(self, Draft draft):
        cdef int n = draft.n_values + 1
        self.draft = draft
        self.places = <Place*>calloc(n, sizeof(Place))
        self.last = <int*>malloc(n * sizeof(int))
        self.home = <int*>calloc(n, sizeof(int))
        self.seats = <Seat*>malloc(n * sizeof(Seat))
        self.free_slots = <Py_ssize_t*>malloc(n * sizeof(Py_ssize_t))
        if (self.places is NULL or self.last is NULL or self.home is NULL
                or self.seats is NULL or self.free_slots is NULL):
            raise MemoryError()
        memset(self.last, 0xFF, n * sizeof(int))
        memset(self.seats, 0xFF, n * sizeof(Seat))
        self.free_blocks = {}

    def __dealloc__(self):
        free(self.places)
        free(self.last)
        free(self.home)
        free(self.seats)
        free(self.free_slots)

    # ---- Who reads what -----------------------------------------------------------------------

    cdef int look_ahead(self) except -1:
        self.find_last()
        if self.draft.has_stretches:
            self.find_homes()
        return 0

    cdef int find_last(self) except -1:
        cdef const Instruction* at
        cdef int k, j
        cdef list gathers = []
        for k in range(self.draft.n_instructions):
            at = &self.draft.instructions[k]
            if at.kind == GATHER:
                gathers.append(k)
            for j in range(at.outs):
                self.last[at.out + j] = max(self.last[at.out + j], k)
            for j in range(at.count):
                self.last[self.draft.operands[at.first + j].value] = k
        for result in self.draft.results:
            self.last[<int>result[0]] = self.draft.n_instructions
        for k in gathers:
            self.find_seats(k)
        return 0

    cdef int find_homes(self) except -1:
        """What a stretch makes, and reads whole, and nothing else reads."""
        cdef const Instruction* at
        cdef const Operand* operand
        cdef int k, j
        for k in range(self.draft.n_instructions):
            at = &self.draft.instructions[k]
            if at.stretch > 0 and at.kind == KERNEL:
                for j in range(at.outs):
                    self.home[at.out + j] = at.stretch
            for j in range(at.count):
                operand = &self.draft.operands[at.first + j]
                if self.home[operand.value] != at.stretch or not is_whole(
                        self.draft, operand, self.draft.values[operand.value].size):
                    self.home[operand.value] = 0
        for result in self.draft.results:
            self.home[<int>result[0]] = 0
        return 0

    cdef int find_seats(self, int k) except -1:
        """Of what this GATHER reads last."""
        cdef const Instruction* at = &self.draft.instructions[k]
        cdef const Operand* operand
        cdef int j
        self.places[at.out].base = -1
        for j in range(at.count):
            operand = &self.draft.operands[at.first + j]
            if (self.last[operand.value] == k and self.seats[operand.value].block < 0
                    and self.draft.values[operand.value].size == 1
                    and self.draft.values[operand.value].origin == COMPUTED):
                self.seats[operand.value].block = at.out
                self.seats[operand.value].at = j
        return 0

    # ---- Claims -------------------------------------------------------------------------------

    cdef Py_ssize_t claim(self, Py_ssize_t size) except -1:
        """Numbers of the arena; many of them from a multiple of 8 on."""
        cdef Py_ssize_t at
        if size == 1:
            if self.n_free_slots > 0:
                self.n_free_slots -= 1
                return self.free_slots[self.n_free_slots]
        else:
            blocks = self.free_blocks.get(size)
            if blocks:
                return blocks.pop()
            if size >= 8:
                self.used = (self.used + 7) & ~7
        at = self.used
        self.used += size
        return at

    cdef Py_ssize_t room_of(self, int value) noexcept:
        """The numbers that it takes: of a tile, where the others are not there at the same time."""
        cdef Py_ssize_t size = self.draft.values[value].size
        return min(size, TILE) if self.home[value] else size

    cdef int place(self, int value) except -1:
        cdef const Seat* seat = &self.seats[value]
        cdef Place* block
        if self.places[value].base > 0:         # memory of its own
            return 0
        if seat.block < 0:
            self.places[value].offset = self.claim(self.room_of(value))
            return 0
        block = &self.places[seat.block]
        if block.base < 0:
            block.base = 0
            block.offset = self.claim(self.draft.values[seat.block].size)
        self.places[value].offset = block.offset + seat.at
        return 0

    cdef int let_go(self, int value) except -1:
        if self.places[value].base > 0:
            return 0
        if self.draft.values[value].size != 1:
            self.free_block(self.places[value].offset, self.room_of(value))
        elif self.seats[value].block < 0:
            self.free_slots[self.n_free_slots] = self.places[value].offset
            self.n_free_slots += 1
        return 0

    cdef int free_block(self, Py_ssize_t at, Py_ssize_t size) except -1:
        self.free_blocks.setdefault(size, []).append(at)
        return 0
