"""Program: a Draft made ready to run.

Values get places in one block of memory, the arena, used again once nothing reads them any more.
Runs of instructions whose values are single numbers become code for the interpreter of scalars
(kernels/interpreter.h); the others become steps, on whole arrays. A run allocates nothing but an
arena, where another run has that of the program, and without calls of Python it needs no GIL.
"""

from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from cygrad.core.layout cimport (
    Layout, MAX_NDIM, contiguous_layout, release, same_shape, shape_of, share, strided_layout,
)
from cygrad.core.variable cimport Variable, empty_of, view_of
from cygrad.functions.operation cimport broadcast_strides
from cygrad.kernels.elementwise cimport (
    END, GUARD, KERNELS, LAST, RUN, constants_of, copy_strided, kernel_named, map_strided,
)
from cygrad.kernels.numpy_loops cimport ADD
from cygrad.kernels.reduction cimport reduce_strided
from cygrad.programs.calls cimport Effect
from cygrad.programs.draft cimport (
    CHECK, COMPUTED, CONSTANT, Draft, GATHER, INPUT, Instruction, KERNEL, OUTSIDE, Operand,
    PUT, ROUTINE, SUM, Value, grown,
)
from cygrad.programs.expansions cimport fusion
from cygrad.programs.outside cimport Outside
from cygrad.programs.simplify cimport simplify

cdef int COPY = kernel_named("COPY")
cdef int ACCUMULATE = kernel_named("ACCUMULATE")
cdef int ADD_KERNEL = kernel_named("ADD")

cdef enum:
    MUCH = 4096                 # words of code, or numbers, from which a run lets the GIL go


cdef class Building:
    """A Program on its way: where each value of the draft stands."""
    cdef Draft draft
    cdef Program program
    cdef Place* places          # by value
    cdef int* last              # the instruction that reads it last
    cdef Py_ssize_t used        # numbers of the arena
    cdef dict free_blocks       # by size
    cdef list free_slots
    cdef dict loaded            # (value, offset) of what is outside: its slot
    cdef bint in_code
    cdef int at_hand            # the value that the last instruction of the code has made, or -1

    def __cinit__(self, Draft draft):
        cdef int n = max(draft.n_values, 1)
        self.draft = draft
        self.program = Program.__new__(Program)
        self.program.calls = []
        self.places = <Place*>calloc(n, sizeof(Place))
        self.last = <int*>calloc(n, sizeof(int))
        if self.places is NULL or self.last is NULL:
            raise MemoryError()
        memset(self.last, 0xFF, n * sizeof(int))
        self.free_blocks = {}
        self.free_slots = []
        self.loaded = {}

    def __dealloc__(self):
        free(self.places)
        free(self.last)

    # ---- Places -------------------------------------------------------------------------------

    cdef Py_ssize_t claim(self, Py_ssize_t size) except -1:
        """Numbers of the arena; many of them from a multiple of 8 on."""
        cdef Py_ssize_t at
        if size == 1:
            if self.free_slots:
                return self.free_slots.pop()
        else:
            blocks = self.free_blocks.get(size)
            if blocks:
                return blocks.pop()
            if size >= 8:
                self.used = (self.used + 7) & ~7
        at = self.used
        self.used += size
        return at

    cdef int let_go(self, int value) except -1:
        cdef Py_ssize_t size = self.draft.values[value].size
        if size == 1:
            self.free_slots.append(self.places[value].offset)
        else:
            self.free_blocks.setdefault(size, []).append(self.places[value].offset)
        return 0

    cdef int settle(self) except -1:
        """Where what is there before the first instruction stands, and when each value ends."""
        cdef Draft draft = self.draft
        cdef Instruction* at
        cdef Value* value
        cdef int k, j
        for k in range(draft.n_instructions):
            at = &draft.instructions[k]
            if at.dead:
                continue
            for j in range(at.outs):
                self.last[at.out + j] = max(self.last[at.out + j], k)
            for j in range(at.count):
                self.last[draft.operands[at.first + j].value] = k
        for result in draft.results:
            self.last[<int>result[0]] = draft.n_instructions
        n_inputs = 0
        for k in range(draft.n_values):
            if draft.values[k].origin == INPUT:
                n_inputs = max(n_inputs, draft.values[k].index + 1)
        self.program.inputs = [None] * n_inputs
        for k in range(draft.n_values):
            value = &draft.values[k]
            if value.origin == OUTSIDE:
                self.places[k].base = value.index + 1
            elif value.origin == INPUT:
                self.places[k].offset = self.claim(value.size)
                self.program.inputs[value.index] = self.places[k].offset
            elif value.origin == CONSTANT:
                self.places[k].offset = self.claim(value.size) if self.last[k] >= 0 else -1
        return 0

    # ---- Code ---------------------------------------------------------------------------------

    cdef int word(self, Py_ssize_t w) except -1:
        cdef Program p = self.program
        if p.n_words == p.room_for_words:
            p.room_for_words = 256 + 2 * p.room_for_words
            p.code = <unsigned int*>grown(p.code, p.room_for_words * sizeof(unsigned int))
        if w < 0 or w > 0xFFFFFFFF:
            raise MemoryError("compile: the program needs more memory than its code can name")
        p.code[p.n_words] = <unsigned int>w
        p.n_words += 1
        return 0

    cdef Step* step(self, Doing doing) except NULL:
        cdef Program p = self.program
        cdef Step* s
        if self.in_code and doing != RUN_CODE:
            self.word(END)
            self.in_code = False
        if p.n_steps == p.room_for_steps:
            p.room_for_steps = 8 + 2 * p.room_for_steps
            p.steps = <Step*>grown(p.steps, p.room_for_steps * sizeof(Step))
        s = &p.steps[p.n_steps]
        memset(s, 0, sizeof(Step))
        s.doing = doing
        p.n_steps += 1
        return s

    cdef int begin_code(self) except -1:
        if not self.in_code:
            self.step(RUN_CODE).code = self.program.n_words
            self.in_code = True
            self.at_hand = -1
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
        """Copy late numbers that scalar code is about to read, in steps before it."""
        cdef const Operand* operand
        cdef Step* s
        cdef int j
        for j in range(at.count):
            operand = &self.draft.operands[at.first + j]
            if (not self.draft.values[operand.value].late
                    or self.draft.values[operand.value].origin != OUTSIDE
                    or (operand.value, operand.offset) in self.loaded):
                continue
            s = self.step(RUN_KERNEL)
            s.kernel = COPY
            s.size = 1
            self.read(s, operand)
            s.places[1].offset = self.used
            self.loaded[(operand.value, operand.offset)] = self.used
            self.used += 1
        return 0

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

    # ---- Instructions -------------------------------------------------------------------------

    cdef Program built(self):
        cdef Draft draft = self.draft
        cdef Program p = self.program
        cdef Instruction* at
        cdef list constants = []
        cdef int k, j, m
        cdef bint in_place
        self.settle()
        for k in range(draft.n_instructions):
            at = &draft.instructions[k]
            if at.dead:
                continue
            p.instructions += 1
            in_place = (at.kind == PUT and at.count == 2
                        and self.ends_at(&draft.operands[at.first + 1], k)
                        and draft.operands[at.first].value != draft.operands[at.first + 1].value)
            if in_place:
                self.places[at.out] = self.places[draft.operands[at.first + 1].value]
            else:
                for j in range(at.outs):
                    self.places[at.out + j].offset = self.claim(draft.values[at.out + j].size)
            self.emit(at, in_place, constants)
            for j in range(at.count):
                m = draft.operands[at.first + j].value
                if self.last[m] == k and draft.values[m].origin == COMPUTED:
                    self.last[m] = -1       # an operand may be named twice
                    if not (in_place and j == 1):
                        self.let_go(m)
            for j in range(at.outs):
                if self.last[at.out + j] == k:
                    self.let_go(at.out + j)
        if self.in_code:
            self.word(END)
        p.draft = draft
        p.results = [(self.places[<int>r[0]].base, self.places[<int>r[0]].offset + r[1], *r[2:])
                     for r in draft.results]
        self.lay_out(constants)
        p.is_long = p.is_long or p.n_words > MUCH
        return p

    cdef bint ends_at(self, const Operand* operand, int k) noexcept:
        return (self.last[operand.value] == k
                and self.draft.values[operand.value].origin == COMPUTED)

    cdef int emit(self, const Instruction* at, bint in_place, list constants) except -1:
        cdef const Operand* operands = &self.draft.operands[at.first]
        cdef Py_ssize_t size = self.draft.values[at.out].size if at.out >= 0 else 1
        cdef Step* s
        cdef int j
        if at.kind == CHECK or at.kind == GATHER or (at.kind == KERNEL and size == 1):
            self.fetch(at)
        if at.kind == KERNEL:
            if size == 1:
                return self.emit_scalar(at, operands, constants)
            return self.emit_kernel(at, operands, size)
        if at.kind == CHECK:
            self.begin_code()
            self.word(GUARD)
            self.word(self.slot(&operands[0]))
            return self.word(self.slot(&operands[1]))
        if at.kind == GATHER:
            self.begin_code()
            for j in range(at.count):
                self.copy_number(self.slot(&operands[j]), self.places[at.out].offset + j)
            return 0
        if at.kind == SUM:
            s = self.step(ADD_UP)
            self.read(s, &operands[0])
            self.write(s, at.out, at.place.layout)
            s.axes = at.axes
            s.c[0] = at.c[0]
            s.size = size
            self.program.is_long |= operands[0].layout.size > MUCH
            return 0
        if at.kind == PUT:
            return self.emit_put(at, operands, size, in_place)
        if at.kind == ROUTINE:
            return self.emit_routine(at, operands)
        s = self.step(CALL_PYTHON)
        s.index = self.calls_with(at, operands)
        return 0

    cdef int emit_routine(self, const Instruction* at, const Operand* operands) except -1:
        cdef Step* s = self.step(RUN_ROUTINE)
        cdef int j
        s.run = at.run
        s.n = at.n
        s.c[0] = at.c[0]
        s.c[1] = at.c[1]
        s.many = <Place*>malloc((at.count + at.outs) * sizeof(Place))
        if s.many is NULL:
            raise MemoryError()
        for j in range(at.count):
            s.many[j] = self.places[operands[j].value]
            s.many[j].offset += operands[j].offset
            self.program.is_long |= operands[j].layout.size > MUCH
        for j in range(at.outs):
            s.many[at.count + j] = self.places[at.out + j]
        s.count = at.count + at.outs
        return 0

    cdef int copy_number(self, Py_ssize_t source, Py_ssize_t target) except -1:
        self.at_hand = -1
        self.word(COPY)
        self.word(target)
        return self.word(source)

    cdef int emit_scalar(self, const Instruction* at, const Operand* operands,
                         list constants) except -1:
        cdef int j, n = constants_of(at.kernel), at_hand = -1, kernel = at.kernel
        self.begin_code()
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
            for j in range(n):
                constants.append((self.used, at.c[j]))
                self.used += 1
        return 0

    cdef int emit_kernel(self, const Instruction* at, const Operand* operands,
                         Py_ssize_t size) except -1:
        cdef bint plain = True
        cdef Step* s
        cdef int j
        for j in range(at.count):
            plain = (plain and at.place.layout.contiguous and operands[j].layout.contiguous
                     and same_shape(operands[j].layout, at.place.layout))
        s = self.step(RUN_KERNEL if plain else MAP_KERNEL)
        s.kernel = at.kernel
        s.size = size
        s.c[0] = at.c[0]
        s.c[1] = at.c[1]
        for j in range(at.count):
            self.read(s, &operands[j])
        self.write(s, at.out, at.place.layout)
        s.shape = share(at.place.layout)
        self.program.is_long |= size > MUCH
        return 0

    cdef int emit_put(self, const Instruction* at, const Operand* operands, Py_ssize_t size,
                      bint in_place) except -1:
        cdef Step* s
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
        if operands[0].layout.size == 1:
            self.begin_code()
            self.at_hand = -1
            self.word(ADD_KERNEL)
            self.word(self.places[at.out].offset + at.place.offset)
            self.word(self.places[at.out].offset + at.place.offset)
            return self.word(self.slot(&operands[0]))
        s = self.step(MAP_KERNEL)
        s.kernel = ACCUMULATE
        self.read(s, &operands[0])
        self.write(s, at.out, at.place.layout)
        s.places[1].offset += at.place.offset
        s.shape = share(at.place.layout)
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
            writes.append(self.places[at.out + j].offset)
        self.program.calls.append((self.draft.calls[at.index], reads, writes))
        return <int>len(self.program.calls) - 1

    cdef int lay_out(self, list constants) except -1:
        """The arena as a run finds it."""
        cdef Program p = self.program
        cdef Value* value
        cdef int k
        p.arena_size = max(self.used, 1)
        p.image = <double*>calloc(p.arena_size, sizeof(double))
        if p.image is NULL:
            raise MemoryError()
        for k in range(self.draft.n_values):
            value = &self.draft.values[k]
            if value.origin == CONSTANT and self.places[k].offset >= 0:
                memcpy(p.image + self.places[k].offset, value.constants,
                       value.size * sizeof(double))
        for slot, number in constants:
            p.image[<Py_ssize_t>slot] = number
        p.arena = <double*>malloc(p.arena_size * sizeof(double))
        if p.arena is NULL:
            raise MemoryError()
        memcpy(p.arena, p.image, p.arena_size * sizeof(double))
        return 0


cdef tuple strides_of(const Layout* layout):
    cdef int d
    return tuple([layout.strides[d] for d in range(layout.ndim)])


cdef Program build(Draft draft, Outside outside):
    cdef Program p
    simplify(draft)
    p = (<Building>Building(draft)).built()
    p.outside = outside
    return p


# ---- Running ------------------------------------------------------------------------------------

cdef class Program:
    """What was recorded, ready to run."""

    def __dealloc__(self):
        cdef Step* s
        cdef int k, j
        for k in range(self.n_steps):
            s = &self.steps[k]
            for j in range(OPERANDS):
                if s.layouts[j] is not NULL:
                    release(s.layouts[j])
            if s.shape is not NULL:
                release(s.shape)
            free(s.many)
        free(self.steps)
        free(self.code)
        free(self.loads)
        free(self.image)
        free(self.arena)

    def __str__(self):
        return self.draft.listing()

    cdef double* take_arena(self) except NULL:
        cdef double* arena = self.arena
        self.arena = NULL
        if arena is NULL:               # another run has it: of another thread, or around this one
            arena = <double*>malloc(self.arena_size * sizeof(double))
            if arena is NULL:
                raise MemoryError()
            memcpy(arena, self.image, self.arena_size * sizeof(double))
        return arena

    cdef void give_arena(self, double* arena) noexcept:
        if self.arena is NULL:
            self.arena = arena
        else:
            free(arena)

    cdef bint run(self, double* arena, double** outside) except -1:
        """Run to the end; False if a check failed. outside[k]: memory of base k, from 1 on."""
        cdef bint ended
        cdef int k
        outside[0] = arena
        for k in range(self.n_loads):
            arena[self.loads[k].slot] = (
                outside[self.loads[k].source.base][self.loads[k].source.offset])
        if not self.is_long:
            return run_steps(self, outside)
        if self.calls:
            return run_steps(self, outside)
        with nogil:
            ended = run_plain(self.steps, self.n_steps, self.code, outside)
        return ended


cdef bint run_steps(Program p, double** bases) except -1:
    cdef int k, start = 0
    if not p.calls:
        return run_plain(p.steps, p.n_steps, p.code, bases)
    for k in range(p.n_steps):
        if p.steps[k].doing == CALL_PYTHON:
            if not run_plain(p.steps + start, k - start, p.code, bases):
                return False
            call_python(<tuple>p.calls[p.steps[k].index], bases)
            if isinstance((<tuple>p.calls[p.steps[k].index])[0], Effect):
                p.outside.resolve_again(bases)
                _held = p.outside.hold()    # another thread may assign .data meanwhile
            start = k + 1
    return run_plain(p.steps + start, p.n_steps - start, p.code, bases)


cdef bint run_plain(const Step* steps, int n, const unsigned int* code,
                    double** bases) noexcept nogil:
    """Steps that are no calls of Python."""
    cdef const double* operands[OPERANDS]
    cdef double* at[ROUTINE_OPERANDS]
    cdef const Py_ssize_t* strides[OPERANDS]
    cdef Py_ssize_t spread[OPERANDS][MAX_NDIM]
    cdef const Step* s
    cdef double* out
    cdef Py_ssize_t i
    cdef int k, j
    for k in range(n):
        s = &steps[k]
        if s.doing == RUN_CODE:
            if RUN(code + s.code, bases[0]) is not NULL:
                return False
            continue
        if s.doing == RUN_ROUTINE:
            for j in range(s.count):
                at[j] = bases[s.many[j].base] + s.many[j].offset
            s.run(at, s.n, s.c)
            continue
        for j in range(s.count + 1):
            operands[j] = bases[s.places[j].base] + s.places[j].offset
        out = <double*>operands[s.count]
        if s.doing == RUN_KERNEL:
            KERNELS[s.kernel](operands, out, s.size, s.c)
        elif s.doing == MAP_KERNEL:
            for j in range(s.count):
                broadcast_strides(s.layouts[j], s.shape, spread[j])
                strides[j] = spread[j]
            strides[s.count] = s.layouts[s.count].strides
            map_strided(s.kernel, s.count, operands, strides, s.shape.ndim, s.shape.shape, s.c)
        elif s.doing == ADD_UP:
            for i in range(s.size):
                out[i] = s.c[0]
            reduce_strided(&ADD, operands[0], s.layouts[0].ndim, s.layouts[0].shape,
                           s.layouts[0].strides, s.axes, out)
        elif s.doing == FILL:
            for i in range(s.size):
                out[i] = s.c[0]
    return True


cdef int call_python(tuple call, double** bases) except -1:
    cdef Variable v
    function, reads, writes = call
    copies = {}
    inputs = [operand_of_call(bases[<int>base] + <Py_ssize_t>offset, shape, strides, copies)
              for base, offset, shape, strides in reads]
    for v, offset in zip(function(inputs), writes):
        copy_out(v, bases[0] + <Py_ssize_t>offset)
    return 0


cdef Variable operand_of_call(const double* source, tuple shape, tuple steps, dict copies):
    """A copy of the numbers, with the same strides; one for operands on the same memory.

    The bits of products by BLAS depend on both: x times x transposed is one of its own.
    """
    cdef Py_ssize_t dims[MAX_NDIM]
    cdef Py_ssize_t strides[MAX_NDIM]
    cdef Py_ssize_t lowest = 0, highest = 0, span
    cdef Layout* layout
    cdef Variable block, v
    cdef int d, ndim = <int>len(shape)
    for d in range(ndim):
        dims[d] = shape[d]
        strides[d] = steps[d]
        span = (dims[d] - 1) * (strides[d] // <Py_ssize_t>sizeof(double))
        lowest += min(span, 0)
        highest += max(span, 0)
    span = highest - lowest + 1
    key = (<size_t>(source + lowest), span)
    block = <Variable>copies.get(key)
    if block is None:
        block = copies[key] = empty_of(1, &span)
        memcpy(block.ptr, source + lowest, span * sizeof(double))
    layout = strided_layout(ndim, dims, strides)
    v = view_of(block, block.ptr - lowest, layout)
    release(layout)
    return v


cdef int copy_out(Variable v, double* target) except -1:
    cdef Layout* layout = contiguous_layout(v.layout.ndim, v.layout.shape)
    copy_strided(v.ptr, v.layout.strides, target, layout.strides, layout.ndim, layout.shape)
    release(layout)
    return 0
