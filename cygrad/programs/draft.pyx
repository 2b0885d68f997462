"""Draft: a program while it is recorded: instructions in SSA form, each making one value.

A value is a block of numbers that is written once. Operands are parts of values, with a shape and
strides: a view needs no instruction. simplify.pyx makes it shorter.
"""

cimport cython
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcpy, memset

from cygrad.core.layout cimport Layout, release, shape_of, share
from cygrad.kernels.elementwise cimport constants_of, name_of_kernel


@cython.final
cdef class Draft:
    def __cinit__(self):
        self.calls = []
        self.results = []
        self.tell(NULL, 0.0, 0.0)
        self.detail(NULL)

    def __dealloc__(self):
        cdef int k
        for k in range(self.n_values):
            free(self.values[k].constants)
        free(self.values)
        free_operands(self.operands, self.n_operands)
        free_instructions(self.instructions, self.n_instructions)
        for k in range(self.n_details):
            free(self.details[k].n)
        free(self.details)
        free(self.pairs)

    cdef int add_value(self, Origin origin, Py_ssize_t size, int index) except -1:
        cdef Value* value
        if self.n_values == self.room_for_values:
            self.room_for_values = 64 + 2 * self.room_for_values
            self.values = <Value*>grown(self.values, self.room_for_values * sizeof(Value))
        value = &self.values[self.n_values]
        value.origin = origin
        value.size = size
        value.index = index
        value.constants = NULL
        value.late = False
        self.n_values += 1
        return self.n_values - 1

    cdef int add_constant(self, const double* numbers, Py_ssize_t size) except -1:
        cdef int k = self.add_value(CONSTANT, size, 0)
        self.values[k].constants = <double*>malloc(max(size, 1) * sizeof(double))
        if self.values[k].constants is NULL:
            raise MemoryError()
        memcpy(self.values[k].constants, numbers, size * sizeof(double))
        return k

    cdef int add_operand(self, int value, Py_ssize_t offset, Layout* layout) except -1:
        """An operand of the instruction that was added last."""
        cdef Operand operand
        operand.value = value
        operand.offset = offset
        operand.layout = layout
        return self.add_operand_of(&self.instructions[self.n_instructions - 1], &operand)

    cdef int add_operand_of(self, Instruction* at, const Operand* operand) except -1:
        """The next operand of an instruction whose operands are the last ones."""
        if self.n_operands == self.room_for_operands:
            self.room_for_operands = 128 + 2 * self.room_for_operands
            self.operands = <Operand*>grown(self.operands,
                                            self.room_for_operands * sizeof(Operand))
        self.operands[self.n_operands] = operand[0]
        share(operand.layout)
        self.n_operands += 1
        at.count += 1
        return 0

    cdef int reserve(self, int instructions, int operands) except -1:
        """Room for so many, of a draft without any."""
        self.instructions = <Instruction*>grown(NULL, (instructions + 1) * sizeof(Instruction))
        self.room_for_instructions = instructions + 1
        self.operands = <Operand*>grown(NULL, (operands + 1) * sizeof(Operand))
        self.room_for_operands = operands + 1
        return 0

    cdef int drop_dead(self) except -1:
        """Leave out the instructions that are marked so."""
        cdef Instruction* at
        cdef int k, n = 0
        for k in range(self.n_instructions):
            at = &self.instructions[k]
            if at.dead:
                if at.layout is not NULL:
                    release(at.layout)
                continue
            if n < k:
                self.instructions[n] = at[0]
            n += 1
        self.n_instructions = n
        return 0

    cdef int tighten(self) except -1:
        """Give back the memory of operands that nobody has, and of room: a draft is kept."""
        cdef Operand* old = self.operands
        cdef Operand* new
        cdef Instruction* at
        cdef int k, j, n_old = self.n_operands, n = 0
        for k in range(self.n_instructions):
            n += self.instructions[k].count
        new = <Operand*>grown(NULL, (n + 1) * sizeof(Operand))
        n = 0
        for k in range(self.n_instructions):
            at = &self.instructions[k]
            for j in range(at.count):
                new[n + j] = old[at.first + j]
                share(new[n + j].layout)
            at.first = n
            n += at.count
        self.operands, self.n_operands, self.room_for_operands = new, n, n + 1
        free_operands(old, n_old)
        self.room_for_instructions = self.n_instructions + 1
        self.instructions = <Instruction*>grown(
            self.instructions, self.room_for_instructions * sizeof(Instruction))
        self.tighten_pairs()
        return self.tighten_values()

    cdef int tighten_pairs(self) except -1:
        cdef double* old = self.pairs
        cdef double* c
        cdef int k
        self.pairs = NULL
        self.n_pairs = self.room_for_pairs = 0
        self.tell(NULL, 0.0, 0.0)
        for k in range(self.n_instructions):
            if self.instructions[k].c > 0:
                c = &old[2 * self.instructions[k].c]
                self.tell(&self.instructions[k], c[0], c[1])
        free(old)
        return 0

    cdef int tighten_values(self) except -1:
        """Number anew those that somebody has, and what comes from elsewhere."""
        cdef int* new = <int*>calloc(self.n_values + 1, sizeof(int))
        cdef Instruction* at
        cdef int k, j, n = 0
        if new is NULL:
            raise MemoryError()
        for k in range(self.n_instructions):
            at = &self.instructions[k]
            for j in range(at.outs):
                new[at.out + j] = 1
        for k in range(self.n_operands):
            new[self.operands[k].value] = 1
        for result in self.results:
            new[<int>result[0]] = 1
        for k in range(self.n_values):
            if not new[k] and self.values[k].origin != INPUT and self.values[k].origin != OUTSIDE:
                free(self.values[k].constants)
                continue
            new[k] = n
            self.values[n] = self.values[k]
            n += 1
        self.n_values = n
        self.room_for_values = n + 1
        self.values = <Value*>grown(self.values, self.room_for_values * sizeof(Value))
        for k in range(self.n_instructions):
            if self.instructions[k].outs > 0:
                self.instructions[k].out = new[self.instructions[k].out]
        for k in range(self.n_operands):
            self.operands[k].value = new[self.operands[k].value]
        results = self.results
        for k in range(len(results)):
            results[k] = (new[<int>results[k][0]], *results[k][1:])
        free(new)
        return 0

    cdef Instruction* add(self, Kind kind, int out) except NULL:
        cdef Instruction* instruction
        if self.n_instructions == self.room_for_instructions:
            self.room_for_instructions = 64 + 2 * self.room_for_instructions
            self.instructions = <Instruction*>grown(
                self.instructions, self.room_for_instructions * sizeof(Instruction))
        instruction = &self.instructions[self.n_instructions]
        memset(instruction, 0, sizeof(Instruction))
        instruction.kind = kind
        instruction.first = self.n_operands
        instruction.out = out
        instruction.outs = 1 if out >= 0 else 0
        self.n_instructions += 1
        return instruction

    cdef int tell(self, Instruction* at, double c0, double c1) except -1:
        """Give it constants."""
        if self.n_pairs == self.room_for_pairs:
            self.room_for_pairs = 16 + 2 * self.room_for_pairs
            self.pairs = <double*>grown(self.pairs, 2 * self.room_for_pairs * sizeof(double))
        self.pairs[2 * self.n_pairs] = c0
        self.pairs[2 * self.n_pairs + 1] = c1
        if at is not NULL:
            at.c = self.n_pairs
        self.n_pairs += 1
        return 0

    cdef const double* c_of(self, const Instruction* at) noexcept:
        return &self.pairs[2 * at.c]

    cdef Details* detail(self, Instruction* at) except NULL:
        """Its details, to be filled in before the next one's are made."""
        if at is not NULL and at.details > 0:
            return &self.details[at.details]
        if self.n_details == self.room_for_details:
            self.room_for_details = 8 + 2 * self.room_for_details
            self.details = <Details*>grown(self.details, self.room_for_details * sizeof(Details))
        memset(&self.details[self.n_details], 0, sizeof(Details))
        if at is not NULL:
            at.details = self.n_details
        self.n_details += 1
        return &self.details[self.n_details - 1]

    cdef const Details* details_of(self, const Instruction* at) noexcept:
        return &self.details[at.details]

    # ---- Comparing ----------------------------------------------------------------------------

    cdef tuple meaning(self, list outside, dict table):
        """What it checks, what it calls in this order, and what it gives, by numbers of the table.

        Values of two drafts have one number where they are computed in the same way of the same,
        in whatever order. outside: for each value of that kind what it is read from.
        """
        cdef const Instruction* at
        cdef list numbers = [None] * self.n_values, checks = [], calls = []
        cdef int k, j
        for k in range(self.n_values):
            numbers[k] = number_of(table, self.source_of(k, outside))
        for k in range(self.n_instructions):
            at = &self.instructions[k]
            key = tuple([self.meant(&self.operands[at.first + j], numbers)
                         for j in range(at.count)])
            if at.kind == CHECK:
                checks.append(key)
                continue
            if at.kind == CALL:
                key = (self.calls[self.details_of(at).index].meant(key), len(calls))
                calls.append(key)
            key += self.details_meant(at)
            for j in range(at.outs):
                numbers[at.out + j] = number_of(table, (key, j))
        return checks, calls, [(numbers[r[0]], *r[1:]) for r in self.results]

    cdef tuple source_of(self, int k, list outside):
        cdef const Value* value = &self.values[k]
        if value.origin == CONSTANT:
            return CONSTANT, (<const char*>value.constants)[:value.size * sizeof(double)]
        if value.origin == OUTSIDE:
            return OUTSIDE, outside[value.index], bool(value.late)
        return <int>value.origin, value.index if value.origin == INPUT else -1 - k

    cdef tuple meant(self, const Operand* operand, list numbers):
        return (numbers[operand.value], operand.offset) + placed(operand.layout)

    cdef tuple details_meant(self, const Instruction* at):
        """What an instruction is told beside its operands."""
        cdef const Details* details = self.details_of(at)
        cdef const double* c = self.c_of(at)
        cdef bytes numbers = b""
        if details.n is not NULL:
            numbers = (<const char*>details.n)[:details.n_count * sizeof(Py_ssize_t)]
        return (<int>at.kind, at.kernel, details.axes, <size_t><void*>details.run, c[0], c[1],
                numbers, details.offset) + placed(at.layout)

    # ---- Reading it ---------------------------------------------------------------------------

    def listing(self):
        """The instructions as text, one a line, with the shapes of what they make."""
        cdef int k, j
        self.numbers = {}
        for k in range(self.n_instructions):
            for j in range(self.instructions[k].outs):
                self.numbers[self.instructions[k].out + j] = len(self.numbers) + 1
        lines = [self.line(&self.instructions[k]) for k in range(self.n_instructions)]
        for result in self.results:
            lines.append(f"give {self.name_of(result[0], result[1], len(result[2]) == 0)}"
                         f"{shape_text(result[2])}")
        return "\n".join(lines)

    cdef str text(self, const Operand* operand):
        cdef const Value* value = &self.values[operand.value]
        if value.origin == CONSTANT and operand.layout.size == 1:
            return repr(value.constants[operand.offset])
        return self.name_of(operand.value, operand.offset, operand.layout.size == 1)

    cdef str line(self, const Instruction* at):
        cdef const Operand* operands = &self.operands[at.first]
        cdef const Details* details = self.details_of(at)
        cdef int j
        given = ", ".join([self.text(&operands[j]) for j in range(at.count)])
        if at.kind == CHECK:
            return f"check {given}"
        if at.kind == PAUSE:
            return "pause, until gradients flow in"
        out = ", ".join([f"v{self.numbers[at.out + j]}" for j in range(at.outs)])
        if at.layout is not NULL and at.kind != PUT:
            out += shape_text(shape_of(at.layout))
        if at.kind == KERNEL or at.kind == LANES:
            constants = "".join([f", {self.c_of(at)[j]!r}" for j in range(constants_of(at.kernel))])
            return f"{out} = {name_of_kernel(at.kernel).lower()}({given}{constants})"
        if at.kind == SUM:
            axes = tuple([j for j in range(operands[0].layout.ndim) if details.axes >> j & 1])
            return f"{out} = sum({given}, axes={axes})"
        if at.kind == GATHER:
            return f"{out} = gather({given})"
        if at.kind == PUT:
            return f"{out} = put({given}, at={details.offset})"
        if at.kind == ROUTINE:
            return f"{out} = {details.name.decode().lower()}({given})"
        called = f"call {self.calls[details.index].name}({given})"
        return f"{out} = {called}" if at.outs else called

    cdef str name_of(self, int value, Py_ssize_t offset, bint number):
        """v: computed, i: an input, c: a constant, w: read anew from outside."""
        cdef const Value* of = &self.values[value]
        name = "vicw"[<int>of.origin]
        if of.origin == COMPUTED:
            name += str(self.numbers[value])
        else:
            name += str(of.index if of.origin != CONSTANT else value)
        return f"{name}[{offset}]" if of.size > 1 and (number or offset > 0) else name


cdef str shape_text(tuple shape):
    return f" {shape}" if shape else ""


cdef int number_of(dict table, object key) except -1:
    return table.setdefault(key, len(table))


cdef tuple placed(const Layout* layout):
    """The shape and the strides."""
    cdef int d
    if layout is NULL:
        return ()
    return shape_of(layout), tuple([layout.strides[d] for d in range(layout.ndim)])


cdef void free_instructions(Instruction* instructions, int n) noexcept:
    cdef int k
    for k in range(n):
        if instructions[k].layout is not NULL:
            release(instructions[k].layout)
    free(instructions)


cdef void free_operands(Operand* operands, int n) noexcept:
    cdef int k
    for k in range(n):
        release(operands[k].layout)
    free(operands)


cdef void* grown(void* memory, size_t nbytes) except NULL:
    memory = realloc(memory, nbytes)
    if memory is NULL:
        raise MemoryError()
    return memory
