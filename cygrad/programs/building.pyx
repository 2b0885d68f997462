"""Building: a Draft made into a Program.

Values get places in one block of memory, the arena, used again once nothing reads them any more.
Runs of instructions whose values are single numbers become code for the interpreter of scalars
(kernels/interpreter.h); stretches of elementwise ones become a step, in which what nothing else
reads has the memory of a tile; the others become steps on whole arrays.
"""

cimport cython
from libc.stdlib cimport malloc
from libc.string cimport memcpy, memset

import numpy as np

from cygrad.core.arrays cimport constant
from cygrad.core.layout cimport Layout, shape_of, share
from cygrad.kernels.elementwise cimport END, GUARD, LAST, constants_of, kernel_named
from cygrad.programs.bases cimport lend, puts_in_place
from cygrad.programs.draft cimport (
    CHECK, COMPUTED, CONSTANT, Draft, GATHER, INPUT, Instruction, KERNEL, LANES, OUTSIDE, Operand,
    PAUSE, PUT, ROUTINE, SUM, Value, grown,
)
from cygrad.programs.fusing cimport fusion
from cygrad.programs.outside cimport Outside, outside_of
from cygrad.programs.patterns cimport Pattern, ROW, WHOLE, pattern_of, pattern_of_sum
from cygrad.programs.places cimport Places
from cygrad.programs.program cimport Given, Load, Program
from cygrad.programs.saving cimport loaded
from cygrad.programs.simplify cimport simplify
from cygrad.programs.steps cimport (
    ADD_UP, CALL_PYTHON, Doing, FILL, MAP_KERNEL, RUN_CODE, RUN_ROUTINE, RUN_ROWS, RUN_TILES,
    Step,
)
from cygrad.programs.tiles cimport (
    ADD_ROWS, ADD_SEGMENTS, MOVES, Place, STANDS, Spread, Stretch, TILE, TURNS, TileKernel,
    new_stretch,
)

cdef int COPY = kernel_named("COPY")
cdef int ACCUMULATE = kernel_named("ACCUMULATE")
cdef int ADD_KERNEL = kernel_named("ADD")

cdef enum:
    MUCH = 4096                 # words of code, or numbers, from which a run lets the GIL go


@cython.final
cdef class Building(Places):
    """A Program on its way: the code and the steps, at the places of the values."""
    cdef Program program
    cdef dict loaded            # (value, offset) of what is outside: its slot
    cdef bint has_late          # what is not in the arena, nor there at the start
    cdef bint in_code
    cdef bint of_rows           # the code is one of rows
    cdef int at_hand            # the value that the last instruction of the code has made, or -1
    cdef Stretch* stretch       # that is being built
    cdef dict spreads           # of it: (value, offset, pattern): the buffer, and its size
    cdef list ending            # values that end with it
    cdef Py_ssize_t work        # numbers, and words of code

    def __cinit__(self, Draft draft):
        self.program = Program.__new__(Program)
        self.program.calls = []
        self.program.pause = -1
        self.program.load = load
        self.program.apart = apart
        self.loaded = {}

    # ---- What is there before the first instruction -------------------------------------------

    cdef int settle(self, Outside outside, list arrays, list given) except -1:
        cdef Draft draft = self.draft
        cdef Value* value
        cdef int k, n_inputs = 0
        self.look_ahead()
        lend(draft, self.places, self.last, outside.count + 1, arrays, given)
        for k in range(draft.n_values):
            if draft.values[k].origin == INPUT:
                n_inputs = max(n_inputs, draft.values[k].index + 1)
        self.program.inputs = [None] * n_inputs
        for k in range(draft.n_values):
            value = &draft.values[k]
            if value.origin == OUTSIDE:
                self.places[k].base = value.index + 1
                self.has_late |= value.late
            elif value.origin == INPUT:
                self.place(k)
                self.program.inputs[value.index] = (self.places[k].base, self.places[k].offset)
            elif value.origin == CONSTANT:
                self.give(k)
            elif self.places[k].base > 0:
                self.has_late = True
        return 0

    cdef int give(self, int value) except -1:
        """A constant's numbers, if anybody reads them."""
        self.places[value].offset = -1
        if self.last[value] >= 0:
            self.places[value].offset = self.claim(self.draft.values[value].size)
            self.add_given(self.places[value].offset, self.draft.values[value].size,
                           self.draft.values[value].constants)
        return 0

    cdef int add_given(self, Py_ssize_t offset, Py_ssize_t size, const double* numbers) except -1:
        cdef Program p = self.program
        if p.n_given == p.room_for_given:
            p.room_for_given = 8 + 2 * p.room_for_given
            p.given = <Given*>grown(p.given, p.room_for_given * sizeof(Given))
        p.given[p.n_given].offset = offset
        p.given[p.n_given].size = size
        p.given[p.n_given].numbers = numbers
        p.n_given += 1
        return 0

    # ---- Code ---------------------------------------------------------------------------------

    cdef int word(self, Py_ssize_t w) except -1:
        cdef Program p = self.program
        if p.n_words == p.room_for_words:
            p.room_for_words = 256 + 2 * p.room_for_words
            p.code = <unsigned int*>grown(p.code, p.room_for_words * sizeof(unsigned int))
        if w != <Py_ssize_t><unsigned int>w:
            raise MemoryError("compile: the program needs more memory than its code can name")
        p.code[p.n_words] = <unsigned int>w
        p.n_words += 1
        return 0

    cdef Step* step(self, Doing doing) except NULL:
        cdef Program p = self.program
        cdef Step* s
        self.end_code()
        self.stretch = NULL
        if p.n_steps == p.room_for_steps:
            p.room_for_steps = 8 + 2 * p.room_for_steps
            p.steps = <Step*>grown(p.steps, p.room_for_steps * sizeof(Step))
        s = &p.steps[p.n_steps]
        memset(s, 0, sizeof(Step))
        s.doing = doing
        p.n_steps += 1
        return s

    cdef int begin_code(self) except -1:
        cdef Step* s
        if not self.in_code or self.of_rows:
            s = self.step(RUN_CODE)     # which ends other code
            s.code = self.program.n_words
            self.in_code = True
            self.of_rows = False
            self.at_hand = -1
        return 0

    cdef int begin_rows(self, Py_ssize_t size) except -1:
        cdef Step* s
        if not (self.in_code and self.of_rows):
            s = self.step(RUN_ROWS)
            s.code = self.program.n_words
            s.size = size
            self.in_code = self.of_rows = True
        return 0

    cdef int end_code(self) except -1:
        if self.in_code:
            self.word(END)
            self.in_code = False
        return 0

    cdef Py_ssize_t slot(self, const Operand* operand) except -1:
        """Where scalar code finds a number."""
        cdef Place place = self.places[operand.value]
        cdef Program p = self.program
        if place.base == 0:
            return place.offset + operand.offset
        key = (operand.value, operand.offset)
        found = self.loaded.get(key)
        if found is not None:
            return found        # what is late, too: `fetch` has had it copied
        if p.n_loads == p.room_for_loads:
            p.room_for_loads = 8 + 2 * p.room_for_loads
            p.loads = <Load*>grown(p.loads, p.room_for_loads * sizeof(Load))
        p.loads[p.n_loads].source = place
        p.loads[p.n_loads].source.offset += operand.offset
        # Never of a free slot: it is written before the first instruction.
        p.loads[p.n_loads].slot = self.used
        self.loaded[key] = self.used
        self.used += 1
        p.n_loads += 1
        return self.used - 1

    cdef int fetch(self, const Instruction* at) except -1:
        """Copy numbers that scalar code is about to read, and that are late, in steps before it."""
        cdef const Operand* operand
        cdef TileKernel* t
        cdef int j
        for j in range(at.count):
            operand = &self.draft.operands[at.first + j]
            if (operand.layout.size != 1 or not self.is_late(operand.value)
                    or (operand.value, operand.offset) in self.loaded):
                continue
            self.begin_stretch(1, 1)
            t = self.tile_kernel(COPY)
            t.count = t.outs = 1
            t.places[0] = self.places[operand.value]
            t.places[0].offset += operand.offset
            t.places[1].offset = self.used
            self.loaded[(operand.value, operand.offset)] = self.used
            self.used += 1
        return 0

    cdef bint is_late(self, int value) noexcept:
        """Whether it stands elsewhere than in the arena, and is not there before the start."""
        if self.draft.values[value].origin == COMPUTED:
            return self.places[value].base > 0
        return self.draft.values[value].origin == OUTSIDE and self.draft.values[value].late

    cdef int read(self, Step* s, const Operand* operand) except -1:
        s.places[s.count] = self.places[operand.value]
        s.places[s.count].offset += operand.offset
        s.layouts[s.count] = share(operand.layout)
        s.count += 1
        return 0

    cdef int write(self, Step* s, int value, Layout* layout) except -1:
        s.places[s.count] = self.places[value]
        s.layouts[s.count] = share(layout)
        return 0

    # ---- Stretches ----------------------------------------------------------------------------

    cdef int begin_stretch(self, int n, Py_ssize_t size) except -1:
        """A stretch of at most n kernels."""
        cdef Step* s = self.step(RUN_TILES)
        s.size = size
        s.stretch = self.stretch = new_stretch(n, size)
        self.spreads = {}
        self.ending = []
        return 0

    cdef TileKernel* tile_kernel(self, int kernel) noexcept:
        cdef TileKernel* t = &self.stretch.kernels[self.stretch.n_kernels]
        t.kernel = kernel
        self.stretch.n_kernels += 1
        return t

    cdef int begin_stretch_at(self, int k) except -1:
        """The stretch of this instruction, with places for what it sums, and for what is broadcast.

        All of these come first: what ends in the stretch is used again at the next tile.
        """
        cdef const Instruction* at
        cdef const Operand* operand
        cdef int number = self.draft.instructions[k].stretch, m = k, j
        cdef Py_ssize_t length = 0
        cdef Py_ssize_t size = self.draft.values[self.draft.instructions[k].out].size
        while m < self.draft.n_instructions and self.draft.instructions[m].stretch == number:
            m += 1
        self.begin_stretch(m - k, size)
        for m in range(k, m):
            at = &self.draft.instructions[m]
            for j in range(at.count):
                operand = &self.draft.operands[at.first + j]
                if at.kind == KERNEL:
                    self.spread(operand, pattern_of(operand, at.layout, &self.stretch.row))
                elif pattern_of_sum(operand.layout, self.draft.details_of(at).axes,
                                    &length) == ROW:
                    self.stretch.row = length
                else:
                    self.stretch.segment = length
            if at.kind == SUM:
                self.place(at.out)
        return 0

    cdef int spread(self, const Operand* operand, Pattern pattern) except -1:
        cdef Spread* s
        key = (operand.value, operand.offset, <int>pattern)
        if pattern == WHOLE or key in self.spreads:
            return 0
        s = &self.stretch.spreads[self.stretch.n_spreads]
        self.stretch.n_spreads += 1
        s.pattern = pattern
        s.source = self.places[operand.value]
        s.source.offset += operand.offset
        s.size = min(self.stretch.size, TILE) + (self.stretch.row if pattern == ROW else 0)
        s.target = self.claim(s.size)
        self.spreads[key] = s.target, s.size
        return 0

    cdef int end_stretch(self, int k) except -1:
        """After its last instruction: its buffers are free, and what was read at all tiles."""
        cdef int number = self.draft.instructions[k].stretch
        if k + 1 < self.draft.n_instructions and self.draft.instructions[k + 1].stretch == number:
            return 0
        for at, size in self.spreads.values():
            self.free_block(at, size)
        for value in self.ending:
            self.let_go(value)
        self.stretch = NULL
        return 0

    cdef int emit_tiles(self, const Instruction* at, const Operand* operands) except -1:
        cdef TileKernel* t = self.tile_kernel(at.kernel)
        cdef Pattern pattern
        cdef Py_ssize_t row
        cdef int j
        t.count = at.count
        t.outs = at.outs
        memcpy(t.c, self.draft.c_of(at), sizeof(t.c))
        if at.kind == SUM:
            self.emit_sum_of_tiles(t, at, operands)
        for j in range(at.count):
            pattern = WHOLE if at.kind == SUM else pattern_of(&operands[j], at.layout, &row)
            if pattern != WHOLE:
                t.places[j].offset, _ = self.spreads[
                    (operands[j].value, operands[j].offset, <int>pattern)]
                t.moving[j] = TURNS if pattern == ROW else STANDS
                continue
            t.places[j] = self.places[operands[j].value]
            t.places[j].offset += operands[j].offset
            t.moving[j] = STANDS if self.home[operands[j].value] else MOVES
        for j in range(at.outs):
            t.places[at.count + j] = self.places[at.out + j]
            t.moving[at.count + j] = STANDS if self.home[at.out + j] or at.kind == SUM else MOVES
        self.work += self.stretch.size
        return 0

    cdef int emit_sum_of_tiles(self, TileKernel* t, const Instruction* at,
                               const Operand* operands) except -1:
        cdef Py_ssize_t length
        if pattern_of_sum(operands[0].layout, self.draft.details_of(at).axes, &length) == ROW:
            t.kernel = ADD_ROWS
            return 0
        t.kernel = ADD_SEGMENTS
        t.sum = self.stretch.n_sums
        self.stretch.n_sums += 1
        return 0

    # ---- Instructions -------------------------------------------------------------------------

    cdef Program built(self, Outside outside, list arrays, list given):
        cdef Draft draft = self.draft
        cdef Program p = self.program
        cdef Instruction* at
        cdef int k
        cdef bint in_place
        self.settle(outside, arrays, given)
        p.instructions = draft.n_instructions
        for k in range(draft.n_instructions):
            at = &draft.instructions[k]
            if at.stretch > 0 and self.stretch is NULL:
                self.begin_stretch_at(k)
            in_place = puts_in_place(draft, self.last, k)
            self.place_results(at, in_place)
            self.emit(at, in_place)
            self.end_values(at, k, in_place)
            if at.stretch > 0:
                self.end_stretch(k)
        self.end_code()
        if p.n_words > 0:               # and no room for more
            p.code = <unsigned int*>grown(p.code, p.n_words * sizeof(unsigned int))
            p.room_for_words = p.n_words
        p.pause = p.n_steps if p.pause < 0 else p.pause
        p.draft = draft
        p.outside = outside
        p.results = [(self.places[<int>r[0]].base, self.places[<int>r[0]].offset + r[1], *r[2:])
                     for r in draft.results]
        for place in p.inputs + p.results:
            p.lends = p.lends or place[0] > outside.count
        p.arena_size = max(self.used, 1)
        p.arena = p.new_arena()
        p.is_long = self.work + p.n_words > MUCH
        return p

    cdef int place_results(self, const Instruction* at, bint in_place) except -1:
        cdef int j
        if at.stretch > 0 and at.kind == SUM:
            return 0                        # it has its place already
        if in_place:
            self.places[at.out] = self.places[self.draft.operands[at.first + 1].value]
            return 0
        for j in range(at.outs):
            if self.places[at.out + j].base < 0:
                self.places[at.out + j].base = 0
            elif at.kind == GATHER:         # a number that is in it was there before
                continue
            self.place(at.out + j)
        return 0

    cdef int end_values(self, const Instruction* at, int k, bint in_place) except -1:
        cdef int j, m
        for j in range(at.count):
            m = self.draft.operands[at.first + j].value
            if self.last[m] == k and self.draft.values[m].origin == COMPUTED:
                self.last[m] = -1           # an operand may be named twice
                if at.stretch > 0 and self.draft.values[m].size != self.stretch.size:
                    self.ending.append(m)
                elif not (in_place and j == 1):
                    self.let_go(m)
        for j in range(at.outs):
            if self.last[at.out + j] == k:
                self.let_go(at.out + j)
        return 0

    cdef int emit(self, const Instruction* at, bint in_place) except -1:
        cdef const Operand* operands = &self.draft.operands[at.first]
        cdef Py_ssize_t size = self.draft.values[at.out].size if at.out >= 0 else 1
        cdef int index
        if at.stretch > 0:
            return self.emit_tiles(at, operands)
        if at.kind == CHECK or at.kind == GATHER or (at.kind == KERNEL and size == 1):
            if self.has_late:
                self.fetch(at)
            self.begin_code()
            if at.kind == KERNEL:
                return self.emit_scalar(at, operands)
            return self.emit_check(operands) if at.kind == CHECK else self.emit_gather(at, operands)
        if at.kind == LANES:
            return self.emit_rows(at, operands, size)
        if at.kind == KERNEL:
            return self.emit_map(at, operands, size)
        if at.kind == SUM:
            return self.emit_sum(at, operands, size)
        if at.kind == PUT:
            return self.emit_put(at, operands, size, in_place)
        if at.kind == ROUTINE:
            return self.emit_routine(at, operands)
        if at.kind == PAUSE:
            self.end_code()
            self.program.pause = self.program.n_steps
            return 0
        index = self.calls_with(at, operands)
        self.step(CALL_PYTHON).index = index
        return 0

    cdef int emit_check(self, const Operand* operands) except -1:
        self.word(GUARD)
        self.word(self.slot(&operands[0]))
        return self.word(self.slot(&operands[1]))

    cdef int emit_gather(self, const Instruction* at, const Operand* operands) except -1:
        cdef Py_ssize_t source, target = self.places[at.out].offset
        cdef int j
        for j in range(at.count):
            source = self.slot(&operands[j])
            if source != target + j:
                self.copy_number(source, target + j)
        return 0

    cdef int emit_sum(self, const Instruction* at, const Operand* operands,
                      Py_ssize_t size) except -1:
        cdef Step* s = self.step(ADD_UP)
        self.read(s, &operands[0])
        self.write(s, at.out, at.layout)
        s.axes = self.draft.details_of(at).axes
        s.c[0] = self.draft.c_of(at)[0]
        s.size = size
        self.work += operands[0].layout.size
        return 0

    cdef int emit_routine(self, const Instruction* at, const Operand* operands) except -1:
        cdef Step* s = self.step(RUN_ROUTINE)
        cdef int j
        s.run = self.draft.details_of(at).run
        s.n = self.draft.details_of(at).n
        memcpy(s.c, self.draft.c_of(at), sizeof(s.c))
        s.many = <Place*>malloc((at.count + at.outs) * sizeof(Place))
        if s.many is NULL:
            raise MemoryError()
        for j in range(at.count):
            s.many[j] = self.places[operands[j].value]
            s.many[j].offset += operands[j].offset
            s.size += operands[j].layout.size
        for j in range(at.outs):
            s.many[at.count + j] = self.places[at.out + j]
        s.count = at.count + at.outs
        self.work += s.size
        return 0

    cdef int copy_number(self, Py_ssize_t source, Py_ssize_t target) except -1:
        self.at_hand = -1
        self.word(COPY)
        self.word(target)
        return self.word(source)

    cdef int emit_scalar(self, const Instruction* at, const Operand* operands) except -1:
        cdef int j, n = constants_of(at.kernel), at_hand = -1, kernel = at.kernel
        for j in range(at.count):
            if at_hand < 0 and operands[j].value == self.at_hand:
                kernel = fusion(LAST, at.kernel, j)
                at_hand = j if kernel >= 0 else -1
        self.word(kernel if at_hand >= 0 else at.kernel)
        self.word(self.places[at.out].offset)
        for j in range(at.count):
            if j != at_hand:
                self.word(self.slot(&operands[j]))
        if at.outs == 2:
            self.word(self.places[at.out + 1].offset)
        self.at_hand = at.out
        if n > 0:
            self.word(self.used)
            self.add_given(self.used, n, self.draft.c_of(at))
            self.used += n
        return 0

    cdef int emit_rows(self, const Instruction* at, const Operand* operands,
                       Py_ssize_t size) except -1:
        cdef Py_ssize_t other = 0
        cdef int j, n = constants_of(at.kernel)
        self.begin_rows(size)
        if at.outs == 2:
            other = self.places[at.out + 1].offset
        elif n > 0:
            other = self.used
            self.add_given(other, n, self.draft.c_of(at))
            self.used += n
        self.word(at.kernel)
        self.word(at.count)
        self.word(other)
        self.word(self.places[at.out].offset)
        for j in range(at.count):
            self.word(self.places[operands[j].value].offset + operands[j].offset)
        self.work += size
        return 0

    cdef int emit_map(self, const Instruction* at, const Operand* operands,
                      Py_ssize_t size) except -1:
        cdef Step* s = self.step(MAP_KERNEL)
        cdef int j
        s.kernel = at.kernel
        s.size = size
        memcpy(s.c, self.draft.c_of(at), sizeof(s.c))
        for j in range(at.count):
            self.read(s, &operands[j])
        self.write(s, at.out, at.layout)
        s.shape = share(at.layout)
        self.work += size
        return 0

    cdef int emit_put(self, const Instruction* at, const Operand* operands, Py_ssize_t size,
                      bint in_place) except -1:
        cdef int offset = self.draft.details_of(at).offset
        cdef Step* s
        if self.has_late:
            self.fetch(at)
        if not in_place:
            if at.count == 2:
                s = self.step(MAP_KERNEL)
                s.kernel = COPY
                self.read(s, &operands[1])
                self.write(s, at.out, operands[1].layout)
                s.shape = share(operands[1].layout)
            else:
                s = self.step(FILL)
                s.places[0] = self.places[at.out]
                s.size = size
        if operands[0].layout.size == 1 and self.places[at.out].base == 0:
            self.begin_code()
            self.at_hand = -1
            self.word(ADD_KERNEL)
            self.word(self.places[at.out].offset + offset)
            self.word(self.places[at.out].offset + offset)
            return self.word(self.slot(&operands[0]))
        s = self.step(MAP_KERNEL)
        s.kernel = ACCUMULATE
        self.read(s, &operands[0])
        self.write(s, at.out, at.layout)
        s.places[1].offset += offset
        s.shape = share(at.layout)
        return 0

    cdef int calls_with(self, const Instruction* at, const Operand* operands) except -1:
        """Tell the call where its operands and results are; its number."""
        cdef Place place
        cdef int j
        reads, writes = [], []
        for j in range(at.count):
            place = self.places[operands[j].value]
            reads.append((place.base, place.offset + operands[j].offset,
                          shape_of(operands[j].layout), strides_of(operands[j].layout)))
        for j in range(at.outs):
            writes.append((self.places[at.out + j].base, self.places[at.out + j].offset))
        function = self.draft.calls[self.draft.details_of(at).index]
        self.program.calls.append((function, reads, writes))
        return <int>len(self.program.calls) - 1


cdef tuple strides_of(const Layout* layout):
    cdef int d
    return tuple([layout.strides[d] for d in range(layout.ndim)])


cdef Program build(Draft draft, Outside outside, list arrays, list given):
    simplify(draft)
    return (<Building>Building(draft)).built(outside, arrays, given)


cdef Program alone(Draft draft, Outside outside, list shapes):
    """With a place in the arena for each input and result."""
    cdef Program p = (<Building>Building(draft)).built(outside, [False] * len(shapes), [])
    p.shapes = shapes
    return p


cdef Program of_many(Draft draft, Outside outside, int n_inputs):
    return (<Building>Building(draft)).built(outside, [False] * n_inputs, [])


def load(state):
    """The Program that was pickled as this state."""
    draft, shapes, blocks = loaded(state)
    variables = [constant(np.frombuffer(block).copy(), "Program") for block in blocks]
    return alone(draft, outside_of([(v, 0, 0, None) for v in variables], []), shapes)


def apart(Program p not None):
    """The same Program without memory of others."""
    return alone(p.draft, p.outside, p.shapes)
